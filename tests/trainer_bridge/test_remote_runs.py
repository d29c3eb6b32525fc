"""Runs whose trainer is elsewhere: visited, found again, given up, and stopped with their job."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trainer_bridge.choices import LauncherName
from trainer_bridge.launchers import Alive, Description, Ended, Handle, LauncherError, Lost, Outcome, Task, registry
from trainer_bridge.models import Export, ModelVersion, Run, RunMetric
from trainer_bridge.services.runs import Placement, run_cancel, run_create, run_resume
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.jobs.services import job_pause
from webapp.projects.models import Project
from webapp.store.files import Store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]


class Elsewhere:
    """A place that answers as each test says, and remembers what it was asked."""

    holds_worker = False
    shares_disk = True

    def __init__(self) -> None:
        self.outcome: Outcome | LauncherError = Alive()
        self.submitted: list[Task] = []
        self.stops: list[float] = []
        self.refuses = ""

    def describe(self) -> Description:
        return Description(True)

    def submit(self, task: Task) -> Handle:
        if self.refuses:
            raise LauncherError(self.refuses)
        self.submitted.append(task)
        return {"job": str(len(self.submitted))}

    def poll(self, handle: Handle) -> Outcome:
        if isinstance(self.outcome, LauncherError):
            raise self.outcome
        return self.outcome

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        self.stops.append(round(grace_seconds))


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Elsewhere:
    place = Elsewhere()
    monkeypatch.setitem(registry._MAKERS, LauncherName.SLURM, lambda: place)
    settings.TRAIN_LAUNCHERS = ["local", "slurm"]
    return place


@pytest.fixture
def run(place: Elsewhere, project: Project, admin: User, make_export: Callable[..., Export], tiny: str) -> Run:
    return run_create(
        project=project,
        created_by=admin,
        export=make_export(train=4, test=0),
        kind="dpo",
        base_model=tiny,
        config={"max_steps": 3},
        placement=Placement(launcher="slurm"),
    )


@pytest.fixture
def folder(run: Run, store_folder: Store) -> Path:
    return store_folder.local_path(run.folder)


def now(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def says(folder: Path, state: str, step: int = 0, error: str | None = None) -> None:
    (folder / "status.json").write_text(json.dumps({"state": state, "step": step, "error": error}))


def logs(folder: Path, *steps: int) -> None:
    with (folder / "metrics.jsonl").open("a") as file:
        file.writelines(json.dumps({"step": step, "at": "", "values": {"loss": 1 / step}}) + "\n" for step in steps)


def finishes(folder: Path) -> None:
    (folder / "model").mkdir()
    (folder / "model" / "config.json").write_text("{}")
    (folder / "summary.json").write_text('{"metrics": {"loss": 0.3}}')
    says(folder, "finished", 3)


def test_a_run_is_handed_over_visited_and_brought_home(run: Run, place: Elsewhere, folder: Path, work: Work) -> None:
    first = work(run.job_id)
    handed = now(run)
    place.outcome = Alive("Slurm job 1 is pending (Resources).")
    work(run.job_id)
    pending = now(run)
    place.outcome = Alive()
    says(folder, "training", 2)
    logs(folder, 1, 2)
    # Any worker may be the next visitor: all it knows is in the database.
    work(run.job_id)
    training = now(run)
    place.outcome = Ended(0)
    logs(folder, 3)
    finishes(folder)
    ended = work(run.job_id)

    assert (first.state, first.queue, handed.state, handed.launch["handle"]) == (
        "running",
        "default",
        "running",
        {"job": "1"},
    )
    assert pending.launch["note"] == "Slurm job 1 is pending (Resources)."
    assert (training.step, "note" in training.launch, training.heartbeat_at is None) == (2, False, False)
    assert (ended.state, now(run).state, now(run).launch) == ("succeeded", "succeeded", {})
    assert list(RunMetric.objects.order_by("step").values_list("step", flat=True)) == [1, 2, 3]
    assert [(task.key, task.folder) for task in place.submitted] == [(f"plumbline-run-{run.pk}", folder)]
    assert (folder / "code" / "trainer_bridge" / "ml" / "train.py").exists()
    assert "python -m trainer_bridge.ml.train . --resume" in (folder / "README.txt").read_text()
    assert ModelVersion.objects.get().metrics == {"loss": 0.3}


def test_a_cluster_that_does_not_answer_is_asked_again(run: Run, place: Elsewhere, folder: Path, work: Work) -> None:
    work(run.job_id)
    place.outcome = LauncherError("Slurm does not answer: timeout.")
    away = work(run.job_id)
    told = now(run).launch["note"]
    place.outcome = Alive()
    work(run.job_id)

    assert (away.state, told) == ("running", "Slurm does not answer: timeout. Asking again.")
    assert "note" not in now(run).launch
    assert len(place.submitted) == 1


@pytest.mark.parametrize(
    ("outcome", "status", "sentence"),
    [
        (Lost("Slurm job 1 was cancelled on the cluster."), ("training", None),
         "The trainer was lost: Slurm job 1 was cancelled on the cluster. Resume the run to go on from"),
        (Ended(-9), ("training", None), "The training process was killed, most likely because memory ran out; lower"),
        (Ended(1), ("failed", "The disk is full; free some space and resume the run."), "The disk is full; free some"),
        (Ended(None, "Kubernetes says: Deadline"), ("failed", "No rows."), "No rows."),
    ],
)  # fmt: skip
def test_every_bad_end_elsewhere_has_a_sentence(
    run: Run, place: Elsewhere, folder: Path, work: Work, outcome: Outcome, status: Any, sentence: str
) -> None:
    work(run.job_id)
    says(folder, status[0], 1, status[1])
    place.outcome = outcome
    failed = work(run.job_id)

    assert (failed.state, now(run).state) == ("failed", "failed")
    assert now(run).error.startswith(sentence)
    assert now(run).launch == {}


def test_a_machine_that_was_taken_away_is_replaced(run: Run, place: Elsewhere, folder: Path, work: Work) -> None:
    work(run.job_id)
    says(folder, "training", 2)
    place.outcome = Ended(143, "Slurm job 1 ended by its time limit")
    work(run.job_id)

    assert len(place.submitted) == 2
    assert (now(run).state, now(run).launch["handle"]) == ("running", {"job": "2"})


def test_a_refused_run_says_so(run: Run, place: Elsewhere, work: Work) -> None:
    place.refuses = "Slurm refused the run: invalid partition."

    assert work(run.job_id).state == "failed"
    assert now(run).error == "Slurm refused the run: invalid partition."


def test_a_silent_trainer_is_told_and_then_given_up(
    run: Run, place: Elsewhere, folder: Path, work: Work, settings: Any
) -> None:
    settings.TRAIN_SILENT_SECONDS = 1800
    work(run.job_id)
    says(folder, "training", 1)
    work(run.job_id)

    def silent_for(minutes: float) -> Job:
        then = time.time() - 60 * minutes
        for path in folder.glob("*"):
            os.utime(path, (then, then))
        kept = now(run)
        Run.objects.filter(pk=run.pk).update(launch={**kept.launch, "since": "2020-01-01T00:00:00+00:00"})
        return work(run.job_id)

    silent_for(12)
    told = now(run)
    given_up = silent_for(31)

    assert (told.state, told.launch["note"]) == ("running", "Nothing heard from the trainer for 12 minutes.")
    assert given_up.state == now(run).state == "failed"
    assert now(run).error == (
        "Nothing was heard from the trainer for 31 minutes, so it is taken for lost; resume the run to go on from its "
        "last checkpoint."
    )
    # It may still be there, and must not train on beside its successor.
    assert Job.objects.get(kind="run.halt").state == "queued"


def test_a_paused_run_stops_its_trainer_and_waits_for_it_before_it_goes_on(
    run: Run, place: Elsewhere, folder: Path, work: Work
) -> None:
    work(run.job_id)
    job_pause(job_id=int(run.job_id or 0))
    paused = now(run)
    run_resume(run=run)
    work(run.job_id)
    waiting = now(run)
    halting = Job.objects.get(kind="run.halt")
    work(halting.pk)
    place.outcome = Ended(143)
    halted = work(halting.pk)
    place.outcome = Alive()
    work(run.job_id)

    assert (paused.state, paused.launch["stopping"]) == ("queued", True)
    assert waiting.launch["note"] == "Waits for its earlier trainer to stop."
    assert (halted.state, place.stops) == ("succeeded", [120])
    assert (len(place.submitted), now(run).state) == (2, "running")


def test_a_trainer_that_does_not_stop_is_forced(
    run: Run, place: Elsewhere, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work(run.job_id)
    run_cancel(run=run)
    halting = Job.objects.get(kind="run.halt")
    work(halting.pk)
    monkeypatch.setattr("trainer_bridge.runs.halting.GRACE_SECONDS", 0.0)
    work(halting.pk)
    place.outcome = Lost("gone")
    work(halting.pk)

    assert place.stops == [120, 0]
    assert (now(run).state, now(run).launch, Job.objects.get(pk=halting.pk).state) == ("cancelled", {}, "succeeded")
