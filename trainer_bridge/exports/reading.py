"""What formats are given: the kept pairs of a snapshot, or the records they come from, streamed.

Pairs come in the order of the snapshot's file. Records come in the order of their first kept pair, once for each split
that has pairs of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from curation.datasets.reading import part_urls
from curation.domain.arrays import Floats
from curation.models import Snapshot
from curation.snapshots.selectors import iter_snapshot_pairs
from trainer_bridge.exports.base import Corpus, KeptRecord, Messages, Pair, Sides, messages
from trainer_bridge.exports.sources import Numbers
from webapp.store.canonical import record_from_row
from webapp.store.files import store

_ROWS_PER_BATCH = 1024
_RECORDS_PER_BATCH = 256
# The pairs' texts are left behind: they are in the records.
_KEPT_RECORDS = """
WITH pairs AS (
    SELECT * EXCLUDE (prompt, chosen, rejected), chosen.response_id AS chosen, rejected.response_id AS rejected,
           row_number() OVER () AS place
      FROM {pairs}
), kept AS (
    SELECT record_id, split, min(place) AS place, list(pairs ORDER BY place) AS pairs FROM pairs GROUP BY ALL
)
SELECT records.*, kept.split, kept.pairs {columns}
  FROM kept JOIN read_parquet($parts, union_by_name = true) AS records USING (record_id) {joins} ORDER BY kept.place
"""
_SCORES_OF_RECORD = """
LEFT JOIN (SELECT record_id, map(list(response_id), list(score)) AS scores FROM ({scores})
            WHERE isfinite(score) GROUP BY record_id) AS scored_{place} USING (record_id)
"""
_IN_ORDER = """
SELECT pairs.*, pairs.place, ordered.is_chosen
  FROM (SELECT *, row_number() OVER () - 1 AS place FROM {pairs}) AS pairs
  JOIN ordered USING (place) ORDER BY ordered.rank
"""


# Two sides and no better one, of the same split as other pairs of the record, or drawn by the prompt as those were.
_TIES = """
WITH ties AS (
    SELECT * FROM read_parquet($decisions)
     WHERE chosen IS NULL AND (reason = 'tie' OR (reason = 'no_better_side' AND strength = 0))
), splits AS (
    SELECT record_id, any_value(split) AS split FROM read_parquet($pairs) GROUP BY record_id
), texts AS (
    SELECT ties.* EXCLUDE (part, row), records.prompt, records.responses, splits.split AS known,
           array_to_string(list_transform(prompt, lambda m: m.role || chr(31) || m.content), chr(30)) AS said
      FROM ties JOIN read_parquet($parts) AS records USING (record_id) LEFT JOIN splits USING (record_id)
     WHERE $is_drawn OR splits.split IS NOT NULL
)
SELECT pair_id, record_id, prompt, aspect, votes, agreement, source, margins, 0.0 AS strength, false AS flipped,
       soft_label, weight,
       {'response_id': a, 'content': list_filter(responses, lambda r: r.response_id = a)[1].content} AS chosen,
       {'response_id': b, 'content': list_filter(responses, lambda r: r.response_id = b)[1].content} AS rejected,
       coalesce(known, CASE WHEN ('0x' || md5($seed::VARCHAR || chr(29) || said)[:15])::BIGINT / 1152921504606846976.0
                                 < $test THEN 'test' ELSE 'train' END) AS split
  FROM texts ORDER BY pair_id
"""


def tied_pairs(snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection) -> Iterator[Pair]:
    """Labelled pairs of the version in which people saw no better side, after the kept ones and by pair_id.

    Where a step of the recipe drew the split, only ties of records that have kept pairs are known to belong to one.
    """
    parameters = {
        "decisions": [store().url(snapshot.decisions_key)],
        "pairs": [store().url(snapshot.pairs_key)],
        "parts": part_urls(snapshot.dataset_version),
        "is_drawn": not any(step.get("type") == "split" for step in snapshot.steps),
        "seed": snapshot.seed,
        "test": snapshot.test_fraction,
    }
    reader = cursor.execute(_TIES, parameters).to_arrow_reader(_ROWS_PER_BATCH)
    for batch in reader:
        for row in pa.Table.from_batches([batch]).to_pylist():
            yield replace(_pair(row, _plain(row["prompt"]), row["chosen"], row["rejected"], _NOTHING), tie=True)


def kept_pairs(snapshot: Snapshot, numbers: Numbers, corpus: Corpus) -> Iterator[Pair]:
    """Every kept pair of the corpus, one row group in memory at a time."""
    scores = {source: numbers.of_pairs(corpus.cursor, source) for source in numbers.sources}
    for place, row in enumerate(islice(iter_snapshot_pairs(snapshot), corpus.pairs.first)):
        yield _pair(row, _plain(row["prompt"]), row["chosen"], row["rejected"], _at(scores, place, numbers))


def kept_sides(numbers: Numbers, corpus: Corpus, order: pa.Table) -> Iterator[Pair]:
    """Kept pairs as often and in the order `order` says, each about one of its sides; the engine sorts on disk.

    `order` has a row for each: `place` of the pair in the file from 0, `is_chosen`, and `rank`, which sorts them.
    """
    scores = {source: numbers.of_pairs(corpus.cursor, source) for source in numbers.sources}
    corpus.cursor.register("ordered", order)
    try:
        for batch in corpus.over_pairs(_IN_ORDER).to_arrow_reader(_ROWS_PER_BATCH):
            for row in pa.Table.from_batches([batch]).to_pylist():
                said = _at(scores, row["place"], numbers)
                side = "chosen" if row["is_chosen"] else "rejected"
                yield _pair(row, _plain(row["prompt"]), row["chosen"], row["rejected"], said, side=side)
    finally:
        corpus.cursor.unregister("ordered")


def kept_records(numbers: Numbers, corpus: Corpus) -> Iterator[KeptRecord]:
    """Every record with kept pairs, a few hundred in memory at a time; the engine sorts on disk what it must."""
    parameters: dict[str, object] = {**corpus.pairs.parameters, "parts": corpus.parts}
    sources = [source for source in numbers.sources if not numbers.is_of_pairs(source)]
    columns, joins = "", ""
    for place, source in enumerate(sources):
        scores, named = numbers.scores_sql(source)
        parameters |= named
        columns += f", scored_{place}.scores AS scores_{place}"
        joins += _SCORES_OF_RECORD.format(scores=scores, place=place)
    statement = corpus.pairs.put_into(_KEPT_RECORDS, columns=columns, joins=joins)
    reader = corpus.cursor.execute(statement, parameters)
    for batch in reader.to_arrow_reader(_RECORDS_PER_BATCH):
        for row in pa.Table.from_batches([batch]).to_pylist():
            found = {source: dict(row[f"scores_{place}"] or ()) for place, source in enumerate(sources)}
            yield _kept_record(row, found)


def _kept_record(row: dict[str, Any], scores: Mapping[str, Mapping[str, float]]) -> KeptRecord:
    record = record_from_row(row)
    prompt = messages(record.prompt)
    sides = {each.response_id: {"response_id": each.response_id, "content": each.content} for each in record.responses}
    pairs = []
    for pair in row["pairs"]:
        chosen, rejected = pair["chosen"], pair["rejected"]
        said = {source: Sides(found.get(chosen), found.get(rejected)) for source, found in scores.items()}
        pairs.append(_pair(pair, prompt, sides[chosen], sides[rejected], (said, {})))
    return KeptRecord(record, tuple(pairs), row["split"], scores)


def _plain(prompt: list[dict[str, Any]]) -> Messages:
    return [{"role": message["role"], "content": message["content"]} for message in prompt]


_Said = tuple[Mapping[str, Sides], Mapping[str, float]]
_NOTHING: _Said = ({}, {})


def _at(scores: Mapping[str, Floats], place: int, numbers: Numbers) -> _Said:
    """The scores of a pair's sides, and what speaks of the pair alone, by the signal's id."""
    if not scores:
        return _NOTHING
    said: dict[str, Sides] = {}
    gaps: dict[str, float] = {}
    for source, found in scores.items():
        chosen, rejected = (None if np.isnan(score) else float(score) for score in found[place])
        if not numbers.is_of_pairs(source):
            said[source] = Sides(chosen, rejected)
        elif chosen is not None:
            gaps[source.removeprefix("signal:")] = chosen
    return said, gaps


def _pair(
    row: dict[str, Any],
    prompt: Messages,
    chosen: dict[str, str],
    rejected: dict[str, str],
    said: _Said,
    *,
    side: Any = None,
) -> Pair:
    flipped = bool(row.get("flipped"))
    soft, weight = row.get("soft_label"), row.get("weight")
    return Pair(
        prompt=prompt,
        chosen=chosen["content"],
        rejected=rejected["content"],
        # People's strength was for the other side of a label that was turned round.
        strength=None if flipped else row["strength"],
        split=row["split"],
        pair_id=row["pair_id"],
        record_id=row["record_id"],
        chosen_id=chosen["response_id"],
        rejected_id=rejected["response_id"],
        aspect=row["aspect"],
        votes=row["votes"],
        agreement=row.get("agreement"),
        source=row.get("source") or "",
        margins={**dict(row["margins"]), **said[1]},
        soft_label=1.0 if soft is None else soft,
        weight=1.0 if weight is None else weight,
        flipped=flipped,
        scores=said[0],
        side=side,
    )
