"""How jobs move: counts, failures, retries, pause, cancel, and workers that meet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.webapp.jobs import kinds  # noqa: F401  (registers the kinds)
from webapp.accounts.models import User
from webapp.api.errors import ConflictError
from webapp.jobs.choices import JobState, ShardState
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.jobs.runner import MAX_STUCK, job_run
from webapp.jobs.selectors.jobs import job_get, job_numbers
from webapp.jobs.services import job_cancel, job_create, job_pause, job_resume, job_retry_failed
from webapp.jobs.services.sweeping import jobs_sweep
from webapp.projects.models import Project
from webapp.store.files import Store, store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]


@pytest.fixture
def make_job(project: Project, admin: User, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)
    monkeypatch.setattr("webapp.jobs.runner.publish", lambda *args: None)

    def make(kind: str = "test.count", **params: Any) -> Job:
        defaults = {"shards": 3, "rows": 5, "folder": "counted"} if kind == "test.count" else {}
        return job_create(
            kind=kind, project=project, created_by=admin, params={**defaults, **params}, title="A test job"
        )

    return make


def messages(job: Job) -> list[str]:
    return list(JobLogEntry.objects.filter(job=job).order_by("id").values_list("message", flat=True))


def test_a_job_runs_every_shard_once_and_finishes_once(make_job: Callable[..., Job], work: Work) -> None:
    job = make_job()

    ended = work(job.pk)
    again = work(job.pk)

    assert (ended.state, ended.result, ended.message) == (JobState.SUCCEEDED, {"rows": 15}, "15 rows")
    assert again.finished_at == ended.finished_at
    assert messages(job) == ["brought home"]
    assert [(s.index, s.state, s.done, s.claims) for s in JobShard.objects.filter(job=job).order_by("index")] == [
        (0, ShardState.DONE, 5, 1),
        (1, ShardState.DONE, 5, 1),
        (2, ShardState.DONE, 5, 1),
    ]
    assert job_numbers(job_get(job.pk)).total == 15


def test_a_failing_plan_fails_the_job_with_its_sentence(make_job: Callable[..., Job], work: Work) -> None:
    ended = work(make_job("test.fail", how="plan").pk)

    assert ended.state == JobState.FAILED
    assert ended.message == "The file holds no rows; upload another one."
    assert JobShard.objects.count() == 0


def test_an_expected_failure_is_not_tried_again(make_job: Callable[..., Job], work: Work) -> None:
    ended = work(make_job("test.fail", how="expected").pk)

    assert (ended.state, ended.message) == (
        JobState.FAILED,
        "Row 7 has no prompt; mend the file and import it again.",
    )
    assert JobShard.objects.get(job=ended, index=1).claims == 1
    assert job_numbers(job_get(ended.pk)).failures == {"too long": 1}


def test_an_unexpected_error_is_tried_three_times(make_job: Callable[..., Job], work: Work) -> None:
    ended = work(make_job("test.fail", how="unexpected").pk)

    shard = JobShard.objects.get(job=ended, index=1)
    assert (ended.state, ended.message) == (JobState.FAILED, "ZeroDivisionError: division by zero")
    assert (shard.claims, shard.errors, shard.state) == (3, 3, ShardState.FAILED)
    assert sum("ZeroDivisionError" in line for line in messages(ended)) == 3


def test_retrying_runs_only_the_failed_shard(make_job: Callable[..., Job], work: Work) -> None:
    ended = work(make_job("test.fail", how="unexpected").pk)
    with store().writer("mended") as file:
        file.write(b"yes")

    job_retry_failed(job_id=ended.pk)
    ended = work(ended.pk)

    assert (ended.state, ended.result) == (JobState.SUCCEEDED, {"results": [{"index": 0}, {"index": 1}]})
    assert [s.claims for s in JobShard.objects.filter(job=ended).order_by("index")] == [1, 1]


def test_a_failing_finish_leaves_nothing_behind(make_job: Callable[..., Job], work: Work, store_folder: Store) -> None:
    with store().writer("mended") as file:
        file.write(b"yes")

    ended = work(make_job("test.fail", how="finish").pk)

    assert (ended.state, ended.message, ended.result) == (
        JobState.FAILED,
        "The dataset changed meanwhile; start again.",
        None,
    )
    assert "half-written" not in messages(ended)


def test_cancelling_a_queued_job_ends_it_at_once(make_job: Callable[..., Job], work: Work) -> None:
    job = make_job()

    job_cancel(job_id=job.pk)

    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert work(job.pk).state == JobState.CANCELLED
    assert messages(job) == ["stopped: cancelled"]
    with pytest.raises(ConflictError, match="cannot be cancelled"):
        job_cancel(job_id=job.pk)


def run_in_thread(job: Job) -> threading.Thread:
    def target() -> None:
        try:
            job_run(job.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=target)
    thread.start()
    return thread


def wait_for_progress(job: Job, done: int) -> None:
    deadline = time.monotonic() + 20
    while job_numbers(job_get(job.pk)).done < done:
        assert time.monotonic() < deadline, "the job made no progress"
        time.sleep(0.05)


def test_cancelling_a_running_job_stops_it_and_removes_the_unfinished_part(
    make_job: Callable[..., Job], store_folder: Store
) -> None:
    job = make_job(shards=2, rows=2000, seconds_per_row=0.005)
    thread = run_in_thread(job)
    wait_for_progress(job, 20)

    job_cancel(job_id=job.pk)
    thread.join(20)

    assert not thread.is_alive()
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert store().list("counted") == []


def test_a_paused_job_keeps_finished_shards_and_goes_on(make_job: Callable[..., Job], work: Work) -> None:
    job = make_job(shards=2, rows=150, seconds_per_row=0.01)
    thread = run_in_thread(job)
    wait_for_progress(job, 160)

    job_pause(job_id=job.pk)
    thread.join(20)
    paused = Job.objects.get(pk=job.pk)
    job_resume(job_id=job.pk)
    ended = work(job.pk)

    assert paused.state == JobState.PAUSED
    assert (ended.state, ended.result) == (JobState.SUCCEEDED, {"rows": 300})
    assert [s.claims for s in JobShard.objects.filter(job=job).order_by("index")] == [1, 1]


def test_a_cancelled_job_can_be_resumed(make_job: Callable[..., Job], work: Work) -> None:
    job = make_job()
    job_cancel(job_id=job.pk)

    job_resume(job_id=job.pk)
    ended = work(job.pk)

    assert (ended.state, ended.result) == (JobState.SUCCEEDED, {"rows": 15})
    assert messages(job) == ["stopped: cancelled", "resumed", "brought home"]


def test_many_workers_on_one_job_do_every_shard_once(make_job: Callable[..., Job], store_folder: Store) -> None:
    job = make_job(shards=12, rows=20, seconds_per_row=0.001)

    threads = [run_in_thread(job) for _ in range(5)]
    for thread in threads:
        thread.join(60)
    job_run(job.pk)

    ended = Job.objects.get(pk=job.pk)
    assert (ended.state, ended.result) == (JobState.SUCCEEDED, {"rows": 240})
    assert messages(job) == ["brought home"]
    assert {s.claims for s in JobShard.objects.filter(job=job)} == {1}


def lose_a_worker(job: Job) -> JobShard:
    """Leave the job as a worker that died in the middle of shard 0 leaves it."""
    job_pause(job_id=job.pk)
    job_resume(job_id=job.pk)
    long_ago = timezone.now() - timedelta(minutes=1)
    JobShard.objects.bulk_create(
        JobShard(job=job, index=i, total=5, state=ShardState.RUNNING if i == 0 else ShardState.PENDING)
        for i in range(3)
    )
    JobShard.objects.filter(job=job, index=0).update(lease_owner="gone", lease_until=long_ago, claims=1, done=2)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, planned_at=long_ago, started_at=long_ago)
    return JobShard.objects.get(job=job, index=0)


def test_a_dead_workers_shard_is_taken_over(make_job: Callable[..., Job], work: Work) -> None:
    job = make_job()
    lose_a_worker(job)

    ended = work(job.pk)

    assert (ended.state, ended.result) == (JobState.SUCCEEDED, {"rows": 15})
    assert JobShard.objects.get(job=job, index=0).claims == 2


def test_a_shard_that_keeps_killing_workers_fails(make_job: Callable[..., Job], work: Work) -> None:
    job = make_job()
    shard = lose_a_worker(job)
    JobShard.objects.filter(pk=shard.pk).update(claims=MAX_STUCK, stuck=MAX_STUCK, furthest=2)

    ended = work(job.pk)

    assert ended.state == JobState.FAILED
    assert ended.message.startswith(f"Workers died {MAX_STUCK} times")


def test_a_shard_that_gets_further_with_every_worker_that_dies_is_done(
    make_job: Callable[..., Job], work: Work
) -> None:
    job = make_job()
    shard = lose_a_worker(job)
    JobShard.objects.filter(pk=shard.pk).update(claims=3 * MAX_STUCK, stuck=MAX_STUCK, furthest=1)

    ended = work(job.pk)

    assert ended.state == JobState.SUCCEEDED
    shard.refresh_from_db()
    assert (shard.claims, shard.stuck, shard.furthest) == (3 * MAX_STUCK + 1, 1, 2)


def test_the_sweep_sends_only_jobs_nobody_works_on(
    make_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr("webapp.jobs.services.sweeping.publish", lambda job_id, queue: sent.append(job_id))
    abandoned, alive, fresh = make_job(), make_job(), make_job()
    lose_a_worker(abandoned)
    lose_a_worker(alive)
    JobShard.objects.filter(job=alive, index=0).update(lease_until=timezone.now() + timedelta(minutes=1))
    Job.objects.filter(pk__in=[abandoned.pk, alive.pk]).update(dispatched_at=timezone.now() - timedelta(minutes=9))

    first = jobs_sweep()
    second = jobs_sweep()

    assert (first, second, sent) == (1, 0, [abandoned.pk])
    assert fresh.pk not in sent
