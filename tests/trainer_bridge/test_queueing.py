"""Who trains next: priorities, GPU budgets, and a line that never hands out more than there is."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from trainer_bridge.models import Export, Run
from trainer_bridge.runs.queueing import place_of, turn_take
from trainer_bridge.services.runs import Placement, run_cancel, run_create
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def export(make_export: Callable[..., Export]) -> Export:
    return make_export(train=4, test=0)


@pytest.fixture
def queue(export: Export, project: Project, admin: User, tiny: str, settings: Any) -> Callable[..., Run]:
    """`queue(gpus, priority, launcher)`: a run that waits."""
    settings.TRAIN_LAUNCHERS = ["local", "manual", "slurm"]

    def make(gpus: int = 0, priority: int = 0, launcher: str = "local") -> Run:
        run = run_create(
            project=project, created_by=admin, export=export, kind="dpo", base_model=tiny, config={"max_steps": 1},
            placement=Placement("local", gpus, priority),
        )  # fmt: skip
        # Clusters need not be installed to stand in their lines.
        Run.objects.filter(pk=run.pk).update(launcher=launcher)
        return Run.objects.get(pk=run.pk)

    return make


def end(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state="succeeded")


def test_higher_priority_goes_first_and_equals_in_order(queue: Callable[..., Run], settings: Any) -> None:
    settings.TRAIN_GPUS = 1
    first, second, urgent = queue(1), queue(1), queue(1, priority=5)
    places = [place_of(run) for run in (first, second, urgent)]

    taken = [turn_take(run) for run in (first, second, urgent)]
    waiting = [place_of(Run.objects.get(pk=run.pk)) for run in (first, second, urgent)]
    end(urgent)
    then = [turn_take(run) for run in (second, first)]

    assert places == [2, 3, 1]
    assert taken == [False, False, True]
    assert waiting == [1, 2, None]
    assert then == [False, True]


def test_a_small_run_uses_what_a_large_one_cannot_unless_that_is_more_urgent(
    queue: Callable[..., Run], settings: Any
) -> None:
    settings.TRAIN_GPUS = 4
    running = queue(2)
    assert turn_take(running)
    large, small = queue(4), queue(2)

    passed = [turn_take(large), turn_take(small)]
    end(small)
    urgent = queue(4, priority=1)
    blocked = [turn_take(urgent), turn_take(queue(2))]

    assert passed == [False, True]
    assert blocked == [False, False]


def test_a_run_without_gpus_waits_for_more_urgent_ones_alone(queue: Callable[..., Run], settings: Any) -> None:
    settings.TRAIN_GPUS = 1
    assert turn_take(queue(1))
    queue(1)
    plain, urgent = queue(0), queue(0, priority=1)

    assert [turn_take(plain), turn_take(urgent), turn_take(plain)] == [False, True, True]


def test_lines_of_different_places_do_not_wait_for_each_other_but_share_the_gpus(
    queue: Callable[..., Run], settings: Any
) -> None:
    settings.TRAIN_GPUS = 2
    here, there, there_too = queue(1), queue(1, launcher="slurm"), queue(1, launcher="slurm")

    # Nobody has time for the first run here, and the cluster goes on without it.
    assert [turn_take(there), turn_take(there_too), turn_take(here)] == [True, True, False]


def test_each_project_has_its_own_budget(
    queue: Callable[..., Run], settings: Any, make_export: Callable[..., Export], admin: User, tiny: str
) -> None:
    settings.TRAIN_GPUS_PER_PROJECT = 1
    other = project_create(created_by=admin, name="Other")
    ours, ours_too = queue(1), queue(1)
    theirs = run_create(
        project=other, created_by=admin, export=make_export(of=other), kind="dpo", base_model=tiny,
        config={"max_steps": 1}, placement=Placement("local", 1),
    )  # fmt: skip

    assert [turn_take(ours), turn_take(ours_too), turn_take(theirs)] == [True, False, True]
    with pytest.raises(ApplicationError, match="at most 1 GPUs"):
        queue(2)


def test_a_cancelled_program_elsewhere_holds_its_gpus_until_it_has_ended(
    queue: Callable[..., Run], settings: Any
) -> None:
    settings.TRAIN_GPUS = 1
    run, following = queue(1, launcher="slurm"), queue(1)
    assert turn_take(run)
    Run.objects.filter(pk=run.pk).update(launch={"handle": {"job": "1"}})

    run_cancel(run=run)
    halting = Job.objects.get(kind="run.halt")
    cancelled = Run.objects.get(pk=run.pk)
    before = turn_take(following)
    Run.objects.filter(pk=run.pk).update(launch={})

    assert (cancelled.state, cancelled.launch["stopping"], halting.state) == ("cancelled", True, "queued")
    assert [before, turn_take(following)] == [False, True]


def test_the_budget_is_never_exceeded(queue: Callable[..., Run], settings: Any) -> None:
    settings.TRAIN_GPUS = 5
    drawn = random.Random(7)
    runs = [queue(drawn.randint(1, 4), drawn.randint(0, 2), drawn.choice(["local", "slurm"])) for _ in range(14)]
    most, ended = [], []

    def train(run: Run) -> None:
        try:
            while not turn_take(run):
                time.sleep(0.01)
            held = Run.objects.filter(state="running").aggregate(held=Sum("gpus"))["held"]
            most.append(held)
            time.sleep(0.01)
            end(run)
            ended.append(run.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=train, args=[run], daemon=True) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(ended) == [run.pk for run in runs]
    assert max(most) <= 5
    assert max(most) >= 4
