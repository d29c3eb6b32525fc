"""The demo's votes into a reward model and back: the services that the pages' buttons ask, one after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from curation.models import DatasetVersion, Recipe, Signal
from curation.signals.services import signal_request
from curation.snapshots.selectors import snapshot_get
from curation.snapshots.services import snapshot_create
from demo.seeding import LOGINS, demo_seed
from trainer_bridge.models import Evaluation, Export, ModelVersion, Run
from trainer_bridge.services.runs import export_for_run, run_create
from webapp.accounts.models import User
from webapp.jobs.choices import JobState
from webapp.jobs.models import Job
from webapp.jobs.runner import job_run

TEST_FRACTION = 0.25
"""A quarter of the prompts: every pair of a prompt is on one side, so no prompt is both learned and asked."""


@dataclass(frozen=True)
class Circle:
    """What came of it. `seconds` by step; `evaluation` and `signal` are JSON-ready facts."""

    splits: dict[str, int]
    evaluation: dict[str, Any]
    leak: dict[str, Any]
    counts: dict[str, Any]
    signal: dict[str, Any]
    seconds: dict[str, float]


def circle(*, base_model: str, config: dict[str, Any], voted_items: int) -> Circle:
    """Seed the demo, freeze its votes, train a reward model on them, evaluate it, and score the pool by it."""
    clock = _Clock()
    demo_seed(voted_items=voted_items)
    recipe = Recipe.objects.get()
    admin = User.objects.get(email=LOGINS[0].email)
    version = DatasetVersion.objects.order_by("-number")[0]
    clock.lap("votes")
    frozen = _worked(
        snapshot_create(recipe=recipe, version=version, created_by=admin, test_fraction=TEST_FRACTION, seed=7)
    )
    snapshot = snapshot_get(frozen.params["snapshot"])
    export = export_for_run(snapshot=snapshot, created_by=admin, kind="reward")
    _worked(export.job)
    clock.lap("snapshot")
    run = run_create(
        project=recipe.project,
        created_by=admin,
        export=Export.objects.get(pk=export.pk),
        kind="reward",
        base_model=base_model,
        config=config,
    )
    _worked(Run.objects.get(pk=run.pk).job)
    clock.lap("training")
    model = ModelVersion.objects.get(run=run)
    # The run has asked for this one itself; the invariance it asks for too is no part of the circle.
    evaluation = Evaluation.objects.get(model=model, kind="reward_accuracy", automatic=True)
    _worked(evaluation.job)
    evaluation.refresh_from_db()
    clock.lap("evaluation")
    scored = _worked(signal_request(version=version, created_by=admin, kind="reward_score", params={"model": model.pk}))
    signal = Signal.objects.get(pk=scored.params["signal"])
    clock.lap("scoring")
    return Circle(
        splits=snapshot.splits,
        evaluation=evaluation.metrics,
        leak=evaluation.leak,
        counts=evaluation.counts,
        signal={"name": signal.name, "rows_ok": signal.rows_ok, "rows_failed": signal.rows_failed},
        seconds=clock.laps,
    )


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._at = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self._at = round(now - self._at, 1), now


def _worked(job: Job | None) -> Job:
    """A job done in this process, as a worker of its queue would. Raises RuntimeError when it did not succeed."""
    if job is None:
        raise RuntimeError("This piece of work has no job.")
    job_run(job.pk)
    ended = Job.objects.get(pk=job.pk)
    if ended.state != JobState.SUCCEEDED:
        raise RuntimeError(f"{ended.title}: {ended.state}. {ended.message}")
    return ended
