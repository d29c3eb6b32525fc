"""Snapshots made directly, for tests of this process and for processes of a test's own house."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.models import Dataset, DatasetVersion, Recipe, Snapshot
from curation.snapshots.freezing import PAIRS
from trainer_bridge.models import Export, Run
from trainer_bridge.services.exports import export_create
from trainer_bridge.services.runs import run_create
from webapp.accounts.models import User
from webapp.jobs.runner import job_run
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import store


def snapshot_make(*, project: Project, user: User, train: int, test: int, state: str = "ready") -> Snapshot:
    """A snapshot of `train` + `test` kept pairs; chosen answers are longer, strengths run 1, 2, 3."""
    dataset, _ = Dataset.objects.get_or_create(project=project, name="Answers", defaults={"created_by": user})
    number = dataset.versions.count() + 1
    version = DatasetVersion.objects.create(
        dataset=dataset, number=number, state="ready", origin="import", created_by=user
    )
    recipe = Recipe.objects.create(project=project, name=f"Recipe {number}", created_by=user)
    snapshot = Snapshot.objects.create(
        project=project, recipe=recipe, steps=[], dataset_version=version, name="Round 1", created_by=user
    )
    with store().writer(snapshot.pairs_key) as file:
        pq.write_table(pa.Table.from_pylist(_rows(train, test), schema=PAIRS), file, row_group_size=10)
    with store().writer(snapshot.card_key) as file:
        file.write(b"# The card of round 1\n")
    snapshot.state, snapshot.content_hash, snapshot.splits = state, "abc", {"train": train, "test": test}
    snapshot.save()
    return snapshot


def _rows(train: int, test: int) -> list[dict[str, Any]]:
    return [
        {
            "pair_id": f"{i:032x}",
            "record_id": f"{i:032x}",
            "prompt": [{"role": "user", "content": f"Question {i}?"}],
            "chosen": {"response_id": "a" * 32, "content": f"Good answer {i} with reasons."},
            "rejected": {"response_id": "b" * 32, "content": f"Bad {i}."},
            "aspect": None,
            "strength": float(i % 3 + 1),
            "votes": 1,
            "margins": [],
            "split": "train" if i < train else "test",
            "weight": 1.0,
        }
        for i in range(train + test)
    ]


def long_run_make(*, max_steps: int) -> Run:
    """A queued DPO run of `tiny-llama`, in a project of its own."""
    user, _ = User.objects.get_or_create(email="trainer@example.org")
    project = project_create(created_by=user, name="Crash")
    snapshot = snapshot_make(project=project, user=user, train=24, test=0)
    export = export_create(snapshot=snapshot, format="trl_preference", created_by=user)
    job_run(int(export.job_id or 0))
    config = {"max_steps": max_steps, "save_steps": 5, "batch_size": 1, "max_length": 64, "lora_r": 2}
    return run_create(
        project=project,
        created_by=user,
        export=Export.objects.get(pk=export.pk),
        kind="dpo",
        base_model="tiny-llama",
        config=config,
    )
