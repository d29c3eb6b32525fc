"""Snapshots made directly, for tests of this process and for processes of a test's own house."""

from __future__ import annotations

from curation.models import Snapshot
from trainer_bridge.models import Export, Run
from trainer_bridge.services.exports import export_create
from trainer_bridge.services.runs import run_create
from webapp.accounts.models import User
from webapp.jobs.runner import job_run
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create


def snapshot_make(*, project: Project, user: User, train: int, test: int, state: str = "ready") -> Snapshot:
    """A snapshot of `train` + `test` kept pairs; chosen answers are longer, strengths run 1, 2, 3."""
    rows = [
        {
            "prompt": [{"role": "user", "content": f"Question {i}?"}],
            "chosen": {"content": f"Good answer {i} with reasons."},
            "rejected": {"content": f"Bad {i}."},
            "strength": float(i % 3 + 1),
            "split": "train" if i < train else "test",
        }
        for i in range(train + test)
    ]
    splits = {"train": train, "test": test}
    return Snapshot.objects.create(
        project=project, name="Round 1", state=state, content_hash="abc", splits=splits, rows=rows
    )


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
