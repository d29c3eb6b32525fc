"""What formats are given: the kept pairs of a snapshot, or the records they come from, streamed.

Pairs come in the order of the snapshot's file. Records come in the order of their first kept pair, once for each split
that has pairs of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from curation.datasets.engine import duck
from curation.datasets.reading import part_urls
from curation.models import Snapshot
from curation.snapshots.selectors import iter_snapshot_pairs
from trainer_bridge.exports.base import KeptRecord, Pair, messages
from webapp.store.canonical import record_from_row
from webapp.store.files import store

_RECORDS_PER_BATCH = 256
# The pairs' texts are left behind: they are in the records.
_KEPT_RECORDS = """
WITH pairs AS (
    SELECT * EXCLUDE (prompt, chosen, rejected), chosen.response_id AS chosen, rejected.response_id AS rejected,
           row_number() OVER () AS place
      FROM read_parquet($pairs)
), kept AS (
    SELECT record_id, split, min(place) AS place, list(pairs ORDER BY place) AS pairs FROM pairs GROUP BY ALL
)
SELECT records.*, kept.split, kept.pairs
  FROM kept JOIN read_parquet($parts, union_by_name = true) AS records USING (record_id) ORDER BY kept.place
"""


def kept_pairs(snapshot: Snapshot) -> Iterator[Pair]:
    """Every kept pair, one row group in memory at a time."""
    for row in iter_snapshot_pairs(snapshot):
        prompt = [{"role": message["role"], "content": message["content"]} for message in row["prompt"]]
        yield _pair(row, prompt, row["chosen"], row["rejected"])


def kept_records(snapshot: Snapshot) -> Iterator[KeptRecord]:
    """Every record with kept pairs, a few hundred in memory at a time; the engine sorts on disk what it must."""
    parameters = {"pairs": [store().url(snapshot.pairs_key)], "parts": part_urls(snapshot.dataset_version)}
    with duck() as cursor:
        reader = cursor.execute(_KEPT_RECORDS, parameters).to_arrow_reader(_RECORDS_PER_BATCH)
        for batch in reader:
            for row in pa.Table.from_batches([batch]).to_pylist():
                yield _kept_record(row)


def _kept_record(row: dict[str, Any]) -> KeptRecord:
    record = record_from_row(row)
    prompt = messages(record.prompt)
    sides = {each.response_id: {"response_id": each.response_id, "content": each.content} for each in record.responses}
    pairs = tuple(_pair(pair, prompt, sides[pair["chosen"]], sides[pair["rejected"]]) for pair in row["pairs"])
    return KeptRecord(record, pairs, row["split"])


def _pair(row: dict[str, Any], prompt: list[dict[str, str]], chosen: dict[str, str], rejected: dict[str, str]) -> Pair:
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
        margins=dict(row["margins"]),
        soft_label=1.0 if soft is None else soft,
        weight=1.0 if weight is None else weight,
        flipped=flipped,
    )
