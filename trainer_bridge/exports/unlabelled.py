"""Records without labelled pairs: nothing a recipe decides is about them, but people may have marked or ranked them."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from curation.models import Snapshot
from trainer_bridge.exports.base import KeptRecord
from webapp.store.canonical import record_from_row
from webapp.store.files import store

_RECORDS_PER_BATCH = 256
# The split is drawn as that of kept pairs is, so that a prompt is on the same side of it in all its records.
_UNLABELLED = """
SELECT *, CASE WHEN ('0x' || md5($seed::VARCHAR || chr(29) || array_to_string(
              list_transform(prompt, lambda m: m.role || chr(31) || m.content), chr(30)))[:15])::BIGINT
              / 1152921504606846976.0 < $test THEN 'test' ELSE 'train' END AS split
  FROM read_parquet($parts, union_by_name = true) AS records
  ANTI JOIN read_parquet($decisions) AS decisions ON decisions.record_id = records.record_id
 ORDER BY record_id
"""


def unlabelled_records(snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection) -> Iterator[KeptRecord]:
    """Records of the version with annotations and without a labelled pair, by id, a few hundred in memory at a time.

    There are none where a step of the recipe drew the split: nobody knows on which side of it they belong.
    """
    # Parts say which kinds of annotations they hold; those made before they did may hold any.
    parts = [
        part["key"]
        for part in snapshot.dataset_version.parts
        if part["rows"] and part["stats"].get("annotation_kinds", True)
    ]
    if not parts or any(step.get("type") == "split" for step in snapshot.steps):
        return
    parameters = {
        "parts": [store().url(key) for key in parts],
        "decisions": [store().url(snapshot.decisions_key)],
        "seed": snapshot.seed,
        "test": snapshot.test_fraction,
    }
    for batch in cursor.sql(_UNLABELLED, params=parameters).to_arrow_reader(_RECORDS_PER_BATCH):
        for row in pa.Table.from_batches([batch]).to_pylist():
            record = record_from_row(row)
            if record.annotations:
                yield KeptRecord(record, (), row["split"])
