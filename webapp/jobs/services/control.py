"""Start, cancel, pause, resume and retry jobs."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.api.errors import ConflictError
from webapp.jobs.choices import ACTIVE_STATES, JobState, ShardState
from webapp.jobs.dispatch import publish
from webapp.jobs.models import Job, JobShard
from webapp.jobs.registry import handler_for
from webapp.jobs.runner import job_stop_if_asked
from webapp.projects.models import Project


@transaction.atomic
def job_create(
    *,
    kind: str,
    project: Project,
    created_by: User,
    params: dict[str, Any],
    title: str,
    subject: tuple[str, int] | None = None,
) -> Job:
    """Store a job and, when the surrounding transaction commits, send it to its queue.

    `subject` names the row the job works on, such as ("import", 5), so that pages can link to it.
    """
    handler = handler_for(kind)
    job = Job.objects.create(
        kind=kind,
        project=project,
        created_by=created_by,
        params=params,
        title=title[:200],
        queue=handler.queue,
        unit=handler.unit,
        subject_type=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        dispatched_at=timezone.now(),
    )
    transaction.on_commit(lambda: publish(job.pk, job.queue))
    return job


def _locked(job_id: int) -> Job:
    return Job.objects.select_for_update(of=("self",)).select_related("created_by").get(pk=job_id)


@transaction.atomic
def job_cancel(*, job_id: int) -> Job:
    """Ask a job to stop for good. Running parts stop at their next step; what they wrote is cleaned up."""
    job = _locked(job_id)
    if job.state not in ACTIVE_STATES:
        raise ConflictError(f"This job has {job.state} already and cannot be cancelled.")
    job.cancel_requested = True
    job.save(update_fields=["cancel_requested"])
    job_stop_if_asked(job, handler_for(job.kind))
    return job


@transaction.atomic
def job_pause(*, job_id: int) -> Job:
    """Ask a job to stop until it is resumed; finished parts are kept."""
    job = _locked(job_id)
    if job.state not in (JobState.QUEUED, JobState.RUNNING) or job.cancel_requested:
        raise ConflictError(f"Only a queued or running job can be paused; this one is {job.state}.")
    job.pause_requested = True
    job.save(update_fields=["pause_requested"])
    job_stop_if_asked(job, handler_for(job.kind))
    return job


def _start_again(job: Job) -> Job:
    job.state, job.message, job.finished_at = JobState.QUEUED, "", None
    job.cancel_requested = job.pause_requested = False
    job.dispatched_at, job.dispatches = timezone.now(), 0
    job.save()
    transaction.on_commit(lambda: publish(job.pk, job.queue))
    return job


@transaction.atomic
def job_resume(*, job_id: int) -> Job:
    """Go on with a paused or cancelled job where it stopped."""
    job = _locked(job_id)
    if job.pause_requested and job.state == JobState.RUNNING:
        job.pause_requested = False
        job.save(update_fields=["pause_requested"])
        return job
    if job.state not in (JobState.PAUSED, JobState.CANCELLED):
        raise ConflictError(f"Only a paused or cancelled job can be resumed; this one is {job.state}.")
    if job.state == JobState.CANCELLED:
        handler_for(job.kind).on_resumed(job)
    # Pausing is nobody's death: only workers that vanish use up a shard's tries.
    JobShard.objects.filter(job=job).exclude(state=ShardState.DONE).update(claims=0, stuck=0)
    return _start_again(job)


@transaction.atomic
def job_retry_failed(*, job_id: int) -> Job:
    """Run the failed parts of a failed job again; finished parts are kept."""
    job = _locked(job_id)
    if job.state != JobState.FAILED:
        raise ConflictError(f"Only a failed job can be retried; this one is {job.state}.")
    JobShard.objects.filter(job=job).exclude(state=ShardState.DONE).update(
        state=ShardState.PENDING, errors=0, claims=0, stuck=0, error="", lease_until=None, lease_owner=""
    )
    handler_for(job.kind).on_resumed(job)
    return _start_again(job)
