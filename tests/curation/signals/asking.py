"""Signals asked for through the API and worked out in this process, and pairs with their sides exchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pyarrow.parquet as pq
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from webapp.jobs.models import Job
from webapp.store.canonical import Record
from webapp.store.files import store

Work = Callable[[int], Job]


def ask(client: APIClient, version: DatasetVersion, kind: str, **params: Any) -> Any:
    """The answer to a request for a signal."""
    return client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind, "params": params})


def compute(client: APIClient, work: Work, version: DatasetVersion, kind: str, **params: Any) -> Signal:
    """The signal after its job, which may have failed."""
    accepted = ask(client, version, kind, **params)
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return Signal.objects.select_related("job").get(pk=accepted.json()["subject"]["id"])


def rows_of(signal: Signal) -> list[dict[str, Any]]:
    """Its values, part after part."""
    rows: list[dict[str, Any]] = []
    for key in signal.parts:
        with store().open(key) as file:
            rows += pq.read_table(file).to_pylist()
    return rows


def exchanged(records: Sequence[Record]) -> list[Record]:
    """The same comparisons with the names of the sides exchanged: b says what a said, and labels follow the texts.

    Every margin b − a must change its sign and nothing else. Records need two responses.
    """
    others = []
    for record in records:
        first, second = record.responses
        responses = [
            msgspec.structs.replace(second, response_id=first.response_id),
            msgspec.structs.replace(first, response_id=second.response_id),
        ]
        labels = [msgspec.structs.replace(label, value=-(label.value or 0)) for label in record.labels]
        others.append(msgspec.structs.replace(record, responses=responses, labels=labels))
    return others


def assert_mirrored(one: Signal, two: Signal) -> None:
    """Signed numbers are negated exactly; all other values, states and reasons are the same."""
    signed = {column["name"] for column in one.columns if column["signed"]}
    assert signed, "This kind has no signed column."
    first, second = rows_of(one), rows_of(two)
    assert len(first) == len(second) > 0
    assert any(row[name] for row in first for name in signed)
    for row, other in zip(first, second, strict=True):
        mirrored = {name: -value if name in signed and value is not None else value for name, value in row.items()}
        assert other == mirrored, f"{other} is not {mirrored}"
