"""Asking for signals through the API, and their rows as they lie in the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from webapp.jobs.models import Job
from webapp.store.files import store

Work = Callable[[int], Job]


def ask(client: APIClient, version: DatasetVersion, kind: str, **params: Any) -> Any:
    """The response to a request for a signal."""
    return client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": kind, "params": params})


def compute(client: APIClient, work: Work, version: DatasetVersion, kind: str, **params: Any) -> Signal:
    accepted = ask(client, version, kind, **params)
    assert accepted.status_code == 202, accepted.json()
    work(accepted.json()["id"])
    return Signal.objects.get(pk=accepted.json()["subject"]["id"])


def rows_of(signal: Signal) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for key in signal.parts:
        with store().open(key) as file:
            rows.extend(pq.read_table(file).to_pylist())
    return rows


def bytes_of(signal: Signal) -> list[bytes]:
    """The stored parts as they are."""
    found = []
    for key in signal.parts:
        with store().open(key) as file:
            found.append(file.read())
    return found


def compute_again(client: APIClient, work: Work, signal: Signal) -> Signal:
    """The same signal made anew, its values written once more."""
    version, kind, params = signal.dataset_version, signal.kind, signal.params
    signal.delete()
    return compute(client, work, version, kind, **params)


def preview(client: APIClient, version: DatasetVersion, *steps: dict[str, Any]) -> Any:
    answer = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": list(steps)})
    assert answer.status_code == 200, answer.json()
    return answer.json()
