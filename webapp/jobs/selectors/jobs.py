"""Reads about jobs, with the numbers a progress bar needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from webapp.api.errors import NotFoundError
from webapp.jobs.choices import ACTIVE_STATES, JobState
from webapp.jobs.models import Job, JobLogEntry, JobShard


@dataclass(frozen=True)
class JobNumbers:
    """Units done of `total` (None while unknown), failures by reason, units a second, seconds to go."""

    total: int | None
    done: int
    failures: dict[str, int]
    rate_per_s: float | None
    eta_s: float | None


def jobs_with_shards(*, project_id: int, state: str | None = None) -> QuerySet[Job]:
    jobs = Job.objects.filter(project=project_id).select_related("created_by").prefetch_related(_light_shards())
    if state == "active":
        return jobs.filter(state__in=ACTIVE_STATES)
    return jobs.filter(state=state) if state else jobs


def job_get(job_id: int) -> Job:
    job = Job.objects.select_related("created_by").prefetch_related(_light_shards()).filter(pk=job_id).first()
    if job is None:
        raise NotFoundError("There is no such job.")
    return job


def job_project_id(job_id: int) -> int:
    project_id = Job.objects.filter(pk=job_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such job.")
    return project_id


def job_log(job_id: int) -> QuerySet[JobLogEntry]:
    return JobLogEntry.objects.filter(job=job_id)


def _light_shards() -> Prefetch[Any]:
    return Prefetch("shards", queryset=JobShard.objects.only("job_id", "total", "done", "failures").order_by("index"))


def job_numbers(job: Job) -> JobNumbers:
    """Add up the shards of a job fetched with them."""
    shards = list(job.shards.all())
    failures: dict[str, int] = {}
    for shard in shards:
        for reason, count in shard.failures.items():
            failures[reason] = failures.get(reason, 0) + count
    done = sum(shard.done for shard in shards)
    known = [shard.total for shard in shards if shard.total is not None]
    total = sum(known) if shards and len(known) == len(shards) else None
    rate = eta = None
    if job.started_at is not None:
        elapsed = ((job.finished_at or timezone.now()) - job.started_at).total_seconds()
        rate = done / elapsed if elapsed > 0.2 and done else None
    if rate and total is not None and job.state == JobState.RUNNING:
        eta = max(total - done, 0) / rate
    return JobNumbers(total, done, failures, rate, eta)
