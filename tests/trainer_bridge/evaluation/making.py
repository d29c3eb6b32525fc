"""Runs and rows for tests of evaluations."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from curation.models import Snapshot
from trainer_bridge.models import Evaluation, Export, Run
from webapp.accounts.models import User
from webapp.store.files import store


def run_of(snapshot: Snapshot, admin: User, *, kind: str = "reward") -> Run:
    """A run on the snapshot, as far as leaks ask about it."""
    export = Export.objects.create(snapshot=snapshot, format="trl_preference", created_by=admin)
    return Run.objects.create(
        project=snapshot.project,
        export=export,
        kind=kind,
        name="R",
        base_model="local:tiny",
        config={"max_steps": 1, "beta": 0.3},
        created_by=admin,
    )


def rows_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    with store().open(evaluation.rows_key) as file:
        return pq.read_table(file).to_pylist()
