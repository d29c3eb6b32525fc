"""Write a snapshot's files: kept pairs with their texts, and what was decided about every pair.

Rows are ordered by pair_id, written in fixed row groups without time stamps, so the same recipe, version and seed
give the same bytes. The content hash is over the rows, not over Parquet's own bookkeeping.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from curation.datasets.reading import part_urls
from curation.models import Snapshot
from curation.recipes.compile import decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.recipes.preview import steps_for
from curation.snapshots.card import card_facts
from curation.snapshots.choices import Split
from webapp.jobs.handlers import JobError
from webapp.store.files import store

ROWS_PER_GROUP = 1024
_TEXT = pa.struct([("response_id", pa.string()), ("content", pa.string())])
PAIRS = pa.schema(
    [
        ("pair_id", pa.string()),
        ("record_id", pa.string()),
        ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("chosen", _TEXT),
        ("rejected", _TEXT),
        ("aspect", pa.string()),
        ("strength", pa.float64()),
        ("votes", pa.int64()),
        ("margins", pa.map_(pa.string(), pa.float64())),
        ("split", pa.string()),
        ("weight", pa.float64()),
    ]
)
DECISIONS = pa.schema(
    [
        ("pair_id", pa.string()),
        ("record_id", pa.string()),
        ("a", pa.string()),
        ("b", pa.string()),
        ("chosen", pa.string()),
        ("rejected", pa.string()),
        ("aspect", pa.string()),
        ("strength", pa.float64()),
        ("votes", pa.int64()),
        ("margins", pa.map_(pa.string(), pa.float64())),
        ("step", pa.int64()),
        ("decision", pa.string()),
        ("reason", pa.string()),
    ]
)
_KEPT = """
SELECT pair_id, decided.record_id, prompt, responses, chosen, rejected, aspect, strength, votes, {margins}
  FROM decided JOIN read_parquet($parts) AS records ON records.record_id = decided.record_id
 WHERE decision = 'keep' ORDER BY pair_id
"""
Advance = Callable[[int], None]


def split_of(prompt: list[dict[str, Any]], *, seed: int, test_fraction: float) -> Split:
    """Train or test by a keyed hash of the prompt's text, so that all pairs of a prompt land on one side."""
    text = orjson.dumps([[message["role"], message["content"]] for message in prompt])
    digest = hashlib.blake2b(text, digest_size=8, key=str(seed).encode()).digest()
    return Split.TEST if int.from_bytes(digest, "big") / 2**64 < test_fraction else Split.TRAIN


def freeze(snapshot: Snapshot, advance: Advance) -> dict[str, Any]:
    """Write both files and return counts, funnel, splits, content hash and the facts of the data card.

    Raises JobError when nothing is kept.
    """
    version = snapshot.dataset_version
    steps, signals = steps_for(version, snapshot.steps)
    recipe = recipe_compile(version, steps, signals)
    with decided(recipe) as cursor:
        funnel = funnel_of(cursor, recipe)
        if funnel["kept"] == 0:
            raise JobError(
                f"The recipe keeps none of the {funnel['pairs_in']:,} labelled pairs; loosen a step and freeze again."
            )
        _write_decisions(cursor, snapshot, recipe.signals, advance)
        splits, content_hash = _write_pairs(cursor, snapshot, recipe.signals, part_urls(version), advance)
        facts = card_facts(cursor, version, store().url(snapshot.pairs_key))
    return {
        "counts": {
            "in": funnel["pairs_in"],
            "kept": funnel["kept"],
            "dropped": funnel["dropped"],
            "review": funnel["review"],
        },
        "funnel": funnel["funnel"],
        "splits": {split.value: splits[split.value] for split in Split},
        "content_hash": content_hash,
        "facts": facts,
    }


def _margins_sql(signals: list[int]) -> str:
    if not signals:
        return "MAP {}::MAP(VARCHAR, DOUBLE) AS margins"
    entries = ", ".join(f"'{signal_id}': margin_{signal_id}" for signal_id in signals)
    return f"MAP {{{entries}}} AS margins"


def _write_decisions(
    cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, signals: list[int], advance: Advance
) -> None:
    names = ", ".join(name for name in DECISIONS.names if name != "margins")
    # Only our own column names are formatted in.
    rows = cursor.sql(f"SELECT {names}, {_margins_sql(signals)} FROM decided ORDER BY pair_id")  # noqa: S608
    with store().writer(snapshot.decisions_key) as file, pq.ParquetWriter(file, DECISIONS, compression="zstd") as out:
        for batch in _batches(rows):
            out.write_table(batch.select(DECISIONS.names).cast(DECISIONS), row_group_size=ROWS_PER_GROUP)
            advance(0)


def _write_pairs(
    cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot, signals: list[int], urls: list[str], advance: Advance
) -> tuple[Counter[str], str]:
    kept = cursor.sql(_KEPT.format(margins=_margins_sql(signals)), params={"parts": urls})
    splits: Counter[str] = Counter()
    hasher = hashlib.sha256()
    with store().writer(snapshot.pairs_key) as file, pq.ParquetWriter(file, PAIRS, compression="zstd") as out:
        for batch in _batches(kept):
            rows = [_pair(row, snapshot) for row in batch.to_pylist()]
            for row in rows:
                hasher.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
                hasher.update(b"\n")
            splits.update(row["split"] for row in rows)
            columns = [pa.array([row[field.name] for row in rows], type=field.type) for field in PAIRS]
            out.write_table(pa.Table.from_arrays(columns, schema=PAIRS), row_group_size=ROWS_PER_GROUP)
            advance(len(rows))
    return splits, hasher.hexdigest()


def _batches(relation: duckdb.DuckDBPyRelation) -> Iterator[pa.Table]:
    """The result in tables of exactly ROWS_PER_GROUP rows, so that files do not depend on the engine's chunks."""
    pending: list[pa.Table] = []
    held = 0
    for batch in relation.to_arrow_reader(ROWS_PER_GROUP):
        pending.append(pa.Table.from_batches([batch]))
        held += batch.num_rows
        while held >= ROWS_PER_GROUP:
            table = pa.concat_tables(pending)
            yield table.slice(0, ROWS_PER_GROUP).combine_chunks()
            pending = [table.slice(ROWS_PER_GROUP)]
            held -= ROWS_PER_GROUP
    if held:
        yield pa.concat_tables(pending).combine_chunks()


def _pair(row: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    contents = {response["response_id"]: response["content"] for response in row["responses"]}
    prompt = [{"role": message["role"], "content": message["content"]} for message in row["prompt"]]
    split = split_of(prompt, seed=snapshot.seed, test_fraction=snapshot.test_fraction)
    return {
        "pair_id": row["pair_id"],
        "record_id": row["record_id"],
        "prompt": prompt,
        "chosen": {"response_id": row["chosen"], "content": contents[row["chosen"]]},
        "rejected": {"response_id": row["rejected"], "content": contents[row["rejected"]]},
        "aspect": row["aspect"],
        "strength": row["strength"],
        "votes": row["votes"],
        "margins": {name: value for name, value in row["margins"] if value is not None},
        "split": split.value,
        "weight": 1.0,
    }
