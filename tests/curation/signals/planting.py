"""Signals with planted values, as if a worker had computed them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence

import pyarrow.parquet as pq

from curation.models import DatasetVersion, Signal
from curation.signals.kinds.base import Column, Level, Row
from curation.signals.values import values_table
from webapp.accounts.models import User
from webapp.store.files import store


def planted_signal(
    version: DatasetVersion,
    user: User,
    rows: Sequence[Row],
    *,
    level: Level = "pair",
    columns: tuple[Column, ...] = (Column("margin", "Margin", signed=True),),
    kind: str = "reward_ensemble",
    name: str = "Planted",
    recommended: str | None = None,
) -> Signal:
    """A ready signal of the version with these rows in one part."""
    number = Signal.objects.count() + 1
    key = f"signals/planted-{number}/part-00000.parquet"
    with store().writer(key) as out:
        pq.write_table(values_table(rows, level, columns), out)
    failed = sum(row.state == "failed" for row in rows)
    return Signal.objects.create(
        dataset_version=version,
        kind=kind,
        name=name,
        level=level,
        columns=[dataclasses.asdict(column) for column in columns],
        key=hashlib.sha256(f"{number}".encode()).hexdigest(),
        state="ready",
        provenance={"recommended_column": recommended} if recommended else {},
        rows_ok=len(rows) - failed,
        rows_failed=failed,
        parts=[key],
        created_by=user,
    )
