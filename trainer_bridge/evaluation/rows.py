"""What a model said of each item of a set, as it lies in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trainer_bridge.models import Evaluation
from webapp.store.files import store

OK, FAILED, LEAKED = "ok", "failed", "leaked"

_MEASURED = pa.struct(
    [
        ("score", pa.float64()),
        # Sums over the answer's tokens, in nats, under the model and under what it is compared with.
        ("log_likelihood", pa.float64()),
        ("reference", pa.float64()),
        ("tokens", pa.int64()),
    ]
)
ROWS = pa.schema(
    [
        ("index", pa.int64()),
        ("item_id", pa.string()),
        ("group", pa.string()),
        ("subset", pa.string()),
        # ok, failed (with the reason: never a wrong answer) or leaked (the model was trained on it).
        ("state", pa.string()),
        ("reason", pa.string()),
        # How right the model was, 0 to 1, by the benchmark's own rule; null unless ok.
        ("credit", pa.float64()),
        # Worst correct answer minus best incorrect one; null unless ok.
        ("margin", pa.float64()),
        # Of each candidate, in the order of the item's.
        ("measured", pa.list_(_MEASURED)),
        # JSON: what a way to evaluate has to say that has no column.
        ("details", pa.string()),
    ]
)


def write_rows(evaluation: Evaluation, rows: Sequence[dict[str, Any]]) -> None:
    with store().writer(evaluation.rows_key) as file:
        pq.write_table(pa.Table.from_pylist(list(rows), schema=ROWS), file, compression="zstd")


def counts_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """{"items", "scored", "failed", "leaked", "reasons"}: every item is in one of the three."""
    states = Counter(row["state"] for row in rows)
    reasons = Counter(row["reason"] for row in rows if row["state"] == FAILED)
    return {
        "items": len(rows),
        "scored": states[OK],
        "failed": states[FAILED],
        "leaked": states[LEAKED],
        "reasons": dict(sorted(reasons.items())),
    }
