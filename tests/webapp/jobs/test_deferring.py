"""Jobs that wait give their worker back, and lose nothing by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from webapp.accounts.models import User
from webapp.jobs import registry
from webapp.jobs.handlers import JobDeferred, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.jobs.services import job_cancel, job_create, job_pause, job_resume
from webapp.jobs.services.sweeping import jobs_sweep
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


class WaitingHandler(JobHandler):
    """Waits `params["times"]` times before it ends."""

    kind = "test.wait"
    lease_seconds = 2.0

    def plan(self, job: Job) -> list[ShardPlan]:
        return [ShardPlan(total=10)]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        waited = (shard.checkpoint or {}).get("waited", 0)
        progress.advance(4)
        if waited < job.params["times"]:
            progress.checkpoint({"waited": waited + 1})
            if job.params.get("cancels"):
                job_cancel(job_id=job.pk)
            raise JobDeferred(60)
        return {"waited": waited}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        return results[0]

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        JobLogEntry.objects.create(job=job, message=f"stopped: {state}")

    def on_paused(self, job: Job) -> None:
        JobLogEntry.objects.create(job=job, message="paused")


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    registry.register(WaitingHandler())
    yield
    del registry._handlers["test.wait"]


@pytest.fixture
def waiting(project: Project, admin: User) -> Callable[..., Job]:
    def make(**params: Any) -> Job:
        return job_create(kind="test.wait", project=project, created_by=admin, params=params, title="W")

    return make


def test_waiting_gives_the_worker_back_and_uses_up_no_try(
    waiting: Callable[..., Job], work: Callable[[int], Job]
) -> None:
    job = waiting(times=20)
    deferred = [work(job.pk).state for _ in range(20)]
    shard = JobShard.objects.get(job=job)
    ended = work(job.pk)

    assert deferred == ["running"] * 20
    assert (shard.state, shard.claims, shard.stuck, shard.errors, shard.done) == ("pending", 0, 0, 0, 4)
    assert (ended.state, ended.result) == ("succeeded", {"waited": 20})


def test_the_sweep_sends_a_waiting_job_when_its_time_has_come(
    waiting: Callable[..., Job], work: Callable[[int], Job]
) -> None:
    job = waiting(times=1)
    work(job.pk)

    at_once = jobs_sweep()
    due = Job.objects.get(pk=job.pk).dispatched_at
    assert due is not None
    Job.objects.filter(pk=job.pk).update(dispatched_at=due - timedelta(seconds=61))
    later = jobs_sweep()

    assert (at_once, later) == (0, 1)
    assert 45 < (due - timezone.now()).total_seconds() < 51


def test_a_waiting_job_is_cancelled_or_paused_at_once(waiting: Callable[..., Job], work: Callable[[int], Job]) -> None:
    cancelled, paused = waiting(times=5), waiting(times=5)
    work(cancelled.pk)
    work(paused.pk)

    job_cancel(job_id=cancelled.pk)
    job_pause(job_id=paused.pk)
    states = [Job.objects.get(pk=job.pk).state for job in (cancelled, paused)]
    job_resume(job_id=paused.pk)

    assert states == ["cancelled", "paused"]
    assert list(JobLogEntry.objects.order_by("id").values_list("message", flat=True)) == [
        "stopped: cancelled",
        "paused",
    ]
    assert work(paused.pk).state == "running"


def test_a_cancel_in_the_moment_of_waiting_is_heard(waiting: Callable[..., Job], work: Callable[[int], Job]) -> None:
    job = waiting(times=5, cancels=True)

    assert work(job.pk).state == "cancelled"
