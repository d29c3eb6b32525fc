"""Write a snapshot's files: kept pairs with their texts, and what was decided about every pair.

Rows are ordered by pair_id, or as a step of the recipe says, and written in fixed row groups without time stamps, so
the same recipe, version and seed give the same bytes. The content hash is over the rows, not over Parquet's own
bookkeeping; texts stand in it by the ids of their record and responses, which are hashes of them. Everything is worked
out inside the engine: no row becomes a Python object.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from curation.datasets.reading import part_urls
from curation.domain.recipe_steps import OrderStep, SplitStep
from curation.models import DatasetVersion, Snapshot
from curation.recipes.compile import CompiledRecipe, Decided, decided
from curation.recipes.funnel import funnel_of, treated_counts
from curation.recipes.measures import margin_of, term_of
from curation.recipes.preview import recipe_ready
from curation.snapshots.card import card_facts, card_proofs
from curation.snapshots.choices import Split
from webapp.jobs.handlers import JobError
from webapp.store.files import store

ROWS_PER_GROUP = 1024
_TEXT = pa.struct([("response_id", pa.string()), ("content", pa.string())])
_DECIDED = [
    ("aspect", pa.string()),
    ("strength", pa.float64()),
    ("votes", pa.int64()),
    ("agreement", pa.float64()),
    ("source", pa.string()),
    ("margins", pa.map_(pa.string(), pa.float64())),
    # The label was turned round; `soft_label` is the probability that chosen is better, 1 where nothing says less.
    ("flipped", pa.bool_()),
    ("soft_label", pa.float64()),
    ("weight", pa.float64()),
]
PAIRS = pa.schema(
    [
        ("pair_id", pa.string()),
        ("record_id", pa.string()),
        ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("chosen", _TEXT),
        ("rejected", _TEXT),
        *_DECIDED,
        ("split", pa.string()),
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
        *_DECIDED,
        ("step", pa.int64()),
        ("decision", pa.string()),
        ("reason", pa.string()),
        # Where the record lies in the version: the number of its part, and its row in it.
        ("part", pa.int32()),
        ("row", pa.int64()),
    ]
)
_ROWS = """
    SELECT i, ids.pair_id, ids.record_id, ids.a, ids.b, ids.part, ids.row, facts.aspect, facts.strength,
           facts.votes, facts.agreement, facts.source, decided.flipped, decided.soft AS soft_label, decided.weight,
           CASE decided.dir WHEN 1 THEN ids.b WHEN -1 THEN ids.a END AS chosen,
           CASE decided.dir WHEN 1 THEN ids.a WHEN -1 THEN ids.b END AS rejected,
           meanings.step, meanings.decision, meanings.reason, {margins} AS margins,
           {group} AS split_group, {order} AS ordered_by
      FROM decided JOIN meanings USING (code)
      JOIN (SELECT i, pair_id, record_id, a, b, part, row FROM read_parquet($pairs)) AS ids USING (i)
      JOIN (SELECT * EXCLUDE (dir) FROM {table}) AS facts USING (i)
"""
# A split is drawn by the prompt's text (or its group) and the seed alone, so that all pairs of a prompt land on one
# side of it, whatever else is in the version.
_KEPT = """
WITH rows AS ({rows}), texts AS (
    SELECT rows.*, records.responses,
           list_transform(prompt, lambda m: {{'role': m.role, 'content': m.content}}) AS prompt,
           coalesce(split_group, array_to_string(
               list_transform(prompt, lambda m: m.role || chr(31) || m.content), chr(30))) AS said
      FROM rows JOIN read_parquet($parts) AS records ON records.record_id = rows.record_id
     WHERE decision = 'keep'
), sided AS (
    SELECT * EXCLUDE (chosen, rejected),
           {{'response_id': chosen,
             'content': list_filter(responses, lambda r: r.response_id = chosen)[1].content}} AS chosen,
           {{'response_id': rejected,
             'content': list_filter(responses, lambda r: r.response_id = rejected)[1].content}} AS rejected,
           ('0x' || md5($seed::VARCHAR || chr(29) || said)[:15])::BIGINT / 1152921504606846976.0 AS lot
      FROM texts
)
SELECT *, CASE WHEN lot < $test THEN 'test' ELSE 'train' END AS split,
       md5(concat_ws(chr(31), pair_id, record_id, chosen.response_id, rejected.response_id,
              coalesce('=' || aspect, '-'), coalesce(strength::VARCHAR, '-'), votes, coalesce(agreement::VARCHAR, '-'),
              source, map_entries(margins)::VARCHAR, flipped, soft_label, weight, lot < $test)) AS digest
  FROM sided ORDER BY ordered_by DESC NULLS LAST, i
"""
Advance = Callable[[int], None]


def freeze(snapshot: Snapshot, advance: Advance) -> dict[str, Any]:
    """Write both files and return counts, funnel, splits, content hash and the facts of the data card.

    Raises JobError when nothing is kept. A version without any label may have other answers: then there are no pairs.
    """
    result = freeze_recipe(recipe_ready(snapshot.dataset_version, snapshot.steps), snapshot, advance)
    result["facts"] |= card_proofs(snapshot.dataset_version)
    return result


def freeze_recipe(recipe: CompiledRecipe, snapshot: Snapshot, advance: Advance) -> dict[str, Any]:
    """The same of a compiled recipe, without the database: what signals prove is not among the facts."""
    version = snapshot.dataset_version
    with decided(recipe) as found:
        funnel = funnel_of(found)
        if funnel["kept"] == 0 and (funnel["pairs_in"] or not _has_answers(version)):
            raise JobError(
                f"The recipe keeps none of the {funnel['pairs_in']:,} labelled pairs; loosen a step and freeze again."
            )
        _write_decisions(found, snapshot, advance)
        splits, content_hash = _write_pairs(found, snapshot, part_urls(version), advance)
        facts = {**card_facts(found.cursor, version, store().url(snapshot.pairs_key)), **treated_counts(found)}
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


def _has_answers(version: DatasetVersion) -> bool:
    return any(part["stats"].get("annotation_kinds") for part in version.parts)


def _rows_sql(found: Decided) -> str:
    signals = found.recipe.signals
    margins = [
        f"{{'key': '{signal_id}', 'value': (decided.dir * {_undirected(signal_id, found)})::DOUBLE}}"
        for signal_id in found.recipe.used
        if any(column["type"] == "number" for column in signals[signal_id].columns)
    ]
    entries = f"list_filter([{', '.join(margins)}], lambda m: m.value IS NOT NULL)" if margins else ""
    sql = f"map_from_entries({entries})" if entries else "MAP {}::MAP(VARCHAR, DOUBLE)"
    found.meanings()
    split = next((step for step in found.recipe.steps if isinstance(step, SplitStep)), None)
    group = f"({term_of(split.group, signals).sql})::VARCHAR" if split else "NULL::VARCHAR"
    order = next((step for step in found.recipe.steps if isinstance(step, OrderStep)), None)
    ordered_by = term_of(order.by, signals).sql if order else "0"
    return _ROWS.format(margins=sql, table=found.pairs, group=group, order=ordered_by)


def _undirected(signal_id: int, found: Decided) -> str:
    """b − a, so that the decided direction can be put to it; a number without a direction is the same either way."""
    term = margin_of(signal_id, found.recipe.signals)
    return term.sql.removeprefix("(dir * ").removesuffix(")") if term.sided else f"abs(decided.dir) * {term.sql}"


def _write_decisions(found: Decided, snapshot: Snapshot, advance: Advance) -> None:
    rows = found.cursor.sql(f"{_rows_sql(found)} ORDER BY i", params={"pairs": found.pairs_file()})
    with store().writer(snapshot.decisions_key) as file, pq.ParquetWriter(file, DECISIONS, compression="zstd") as out:
        for table in _tables(rows):
            out.write_table(table.select(DECISIONS.names).cast(DECISIONS), row_group_size=ROWS_PER_GROUP)
            advance(0)


def _write_pairs(found: Decided, snapshot: Snapshot, parts: list[str], advance: Advance) -> tuple[Counter[str], str]:
    params = {
        "pairs": found.pairs_file(),
        "parts": parts,
        "seed": snapshot.seed,
        "test": snapshot.test_fraction,
    }
    kept = found.cursor.sql(_KEPT.format(rows=_rows_sql(found)), params=params)
    splits: Counter[str] = Counter()
    hasher = hashlib.sha256()
    with store().writer(snapshot.pairs_key) as file, pq.ParquetWriter(file, PAIRS, compression="zstd") as out:
        for table in _tables(kept):
            hasher.update("".join(table["digest"].to_pylist()).encode())
            splits.update(table["split"].to_pylist())
            out.write_table(table.select(PAIRS.names).cast(PAIRS), row_group_size=ROWS_PER_GROUP)
            advance(table.num_rows)
    if not splits:
        # Without a row the version alone tells what it holds.
        hasher.update(snapshot.dataset_version.content_hash.encode())
    return splits, hasher.hexdigest()


def _tables(relation: duckdb.DuckDBPyRelation) -> Iterator[pa.Table]:
    """The result in tables of a fixed number of rows, so that files do not depend on the engine's chunks."""
    pending: list[pa.RecordBatch] = []
    held = 0
    size = 8 * ROWS_PER_GROUP
    for batch in relation.to_arrow_reader(size):
        pending.append(batch)
        held += batch.num_rows
        while held >= size:
            table = pa.Table.from_batches(pending)
            yield table.slice(0, size).combine_chunks()
            pending = table.slice(size).to_batches()
            held -= size
    if held:
        yield pa.Table.from_batches(pending).combine_chunks()
