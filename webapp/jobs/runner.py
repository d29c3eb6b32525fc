"""How a worker moves a job forward: plan once, claim shards one by one, finish once.

Every step takes the job's row lock for a moment and decides from the database alone, so any number of messages
for one job, lost, late or doubled, end in the same rows.
"""

from __future__ import annotations

import os
import socket
import traceback
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from webapp.jobs.choices import ENDED_STATES, JobState, ShardState
from webapp.jobs.dispatch import FIRST_REPEAT_SECONDS, publish
from webapp.jobs.handlers import JobDeferred, JobError, JobHandler, JobInterrupted
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.jobs.progress import ShardProgress
from webapp.jobs.registry import handler_for

logger = structlog.get_logger(__name__)

MAX_ERRORS = 3
MAX_STUCK = 8
PARALLEL_MESSAGES = 8


@dataclass(frozen=True)
class Claim:
    job: Job
    shard: JobShard
    owner: str


def job_run(job_id: int) -> None:
    """Work on a job until there is nothing left here to do for this worker."""
    try:
        while (claim := _next_claim(job_id)) is not None:
            if not _run_claim(claim):
                return
    except (OperationalError, InterfaceError) as error:
        # Broken connection: leave everything as it is. Leases run out and the sweep sends the job again.
        logger.warning("job_lost_database", job=job_id, error=str(error))
        connection.close()


def _locked(job_id: int) -> Job | None:
    """The job under its row lock, or None when it is gone or another worker is planning or finishing it."""
    return Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=job_id).first()


def _next_claim(job_id: int) -> Claim | None:
    with transaction.atomic():
        job = _locked(job_id)
        if job is None or job.state in (*ENDED_STATES, JobState.PAUSED):
            return None
        handler = handler_for(job.kind)
        if job_stop_if_asked(job, handler):
            return None
        if job.planned_at is None and not _plan(job, handler):
            return None
        shard = _claimable_shard(job)
        if shard is not None:
            return _claim(job, shard, handler)
        _end_if_complete(job, handler)
        return None


def _plan(job: Job, handler: JobHandler) -> bool:
    """Store the job's shards; on failure end the job. True when there is something to run."""
    try:
        with transaction.atomic():
            plans = handler.plan(job)
            JobShard.objects.bulk_create(
                JobShard(job=job, index=index, params=plan.params, total=plan.total) for index, plan in enumerate(plans)
            )
    except JobError as error:
        job_end(job, handler, state=JobState.FAILED, message=str(error))
        return False
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("job_plan_failed", job=job.pk)
        _log(job, traceback.format_exc(limit=8), level="error")
        job_end(job, handler, state=JobState.FAILED, message=f"Planning failed: {_sentence(error)}")
        return False
    job.planned_at = job.started_at = timezone.now()
    job.state = JobState.RUNNING
    job.save(update_fields=["planned_at", "started_at", "state"])
    for _ in range(min(len(plans), PARALLEL_MESSAGES) - 1):
        publish(job.pk, job.queue)
    return True


def _claimable_shard(job: Job) -> JobShard | None:
    """The next shard nobody is working on; none while a failure waits for the running ones to end."""
    shards = JobShard.objects.filter(job=job)
    if shards.filter(state=ShardState.FAILED).exists():
        return None
    stale = shards.filter(state=ShardState.RUNNING, lease_until__lt=timezone.now())
    return (shards.filter(state=ShardState.PENDING) | stale).order_by("index").select_for_update().first()


def _claim(job: Job, shard: JobShard, handler: JobHandler) -> Claim | None:
    shard.claims += 1
    # Work that remembers what it did gets further with every try, however often its workers die.
    shard.stuck = 1 if shard.done > shard.furthest else shard.stuck + 1
    shard.furthest = max(shard.done, shard.furthest)
    if shard.stuck > MAX_STUCK:
        shard.state = ShardState.FAILED
        shard.error = f"Workers died {MAX_STUCK} times on this part; it may need more memory than they have."
        shard.save(update_fields=["state", "error", "claims", "stuck", "furthest"])
        _end_if_complete(job, handler)
        return None
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    shard.state = ShardState.RUNNING
    shard.lease_owner = owner
    shard.lease_until = timezone.now() + timedelta(seconds=handler.lease_seconds)
    shard.started_at = shard.started_at or timezone.now()
    shard.save(update_fields=["state", "lease_owner", "lease_until", "started_at", "claims", "stuck", "furthest"])
    job.state = JobState.RUNNING
    job.dispatches = 0
    job.save(update_fields=["state", "dispatches"])
    return Claim(job, shard, owner)


def _run_claim(claim: Claim) -> bool:
    """Run the shard and write down what became of it; false when it has to wait, and its worker has not."""
    job, shard = claim.job, claim.shard
    handler = handler_for(job.kind)
    progress = ShardProgress(job, shard, owner=claim.owner, lease_seconds=handler.lease_seconds)
    outcome: dict[str, Any]
    try:
        with progress:
            result = handler.run_shard(job, shard, progress)
        outcome = {"state": ShardState.DONE, "result": result or {}, "error": ""}
    except JobInterrupted:
        outcome = {"state": ShardState.PENDING}
    except JobDeferred as waiting:
        _defer(claim, progress, waiting.seconds)
        return False
    except JobError as error:
        outcome = {"state": ShardState.FAILED, "error": str(error), "errors": shard.errors + 1}
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - a handler may raise anything; what it was is logged
        outcome = _unexpected(claim, error)
    _record(claim, progress, outcome)
    return True


def _defer(claim: Claim, progress: ShardProgress, seconds: float) -> None:
    """Put the shard back, and let the sweep send its job again when the time has come."""
    JobShard.objects.filter(pk=claim.shard.pk, lease_owner=claim.owner, state=ShardState.RUNNING).update(
        state=ShardState.PENDING,
        done=progress.done,
        total=progress.total,
        lease_owner="",
        lease_until=None,
        claims=F("claims") - 1,
        stuck=0,
    )
    due = timezone.now() + timedelta(seconds=seconds - FIRST_REPEAT_SECONDS)
    Job.objects.filter(pk=claim.job.pk).update(dispatched_at=due, dispatches=0)
    with transaction.atomic():
        job = _locked(claim.job.pk)
        if job is not None and job.state not in ENDED_STATES:
            # Asked while the shard was running, which was told to wait instead of to stop.
            job_stop_if_asked(job, handler_for(job.kind))


def _unexpected(claim: Claim, error: Exception) -> dict[str, Any]:
    """An exception nobody planned for: log it, try again a few times, then fail with its first line."""
    logger.error("shard_failed", job=claim.job.pk, shard=claim.shard.index, exc_info=error)
    _log(claim.job, f"Part {claim.shard.index}: {traceback.format_exc(limit=8)}", level="error")
    errors = claim.shard.errors + 1
    state = ShardState.FAILED if errors >= MAX_ERRORS else ShardState.PENDING
    return {"state": state, "errors": errors, "error": _sentence(error)}


def _record(claim: Claim, progress: ShardProgress, outcome: dict[str, Any]) -> None:
    """Write the outcome, if the shard is still ours."""
    ended = outcome["state"] in (ShardState.DONE, ShardState.FAILED)
    JobShard.objects.filter(pk=claim.shard.pk, lease_owner=claim.owner, state=ShardState.RUNNING).update(
        **outcome,
        done=progress.done if outcome["state"] != ShardState.PENDING else 0,
        total=progress.total,
        failures=progress.failures,
        lease_owner="",
        lease_until=None,
        finished_at=timezone.now() if ended else None,
    )


def _end_if_complete(job: Job, handler: JobHandler) -> None:
    """With no shard left to claim or running, finish the job or fail it. The caller holds the row lock."""
    shards = JobShard.objects.filter(job=job)
    if shards.filter(state=ShardState.RUNNING, lease_until__gte=timezone.now()).exists():
        return
    failed = shards.filter(state=ShardState.FAILED).order_by("index").first()
    if failed is not None:
        job_end(job, handler, state=JobState.FAILED, message=failed.error)
        return
    results = [result or {} for result in shards.order_by("index").values_list("result", flat=True)]
    try:
        with transaction.atomic():
            job.result = handler.finish(job, results)
            job_end(job, handler, state=JobState.SUCCEEDED, message=job.message)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        message = str(error) if isinstance(error, JobError) else f"Finishing failed: {_sentence(error)}"
        if not isinstance(error, JobError):
            logger.exception("job_finish_failed", job=job.pk)
            _log(job, traceback.format_exc(limit=8), level="error")
        job.result = None
        job_end(job, handler, state=JobState.FAILED, message=message)


def job_stop_if_asked(job: Job, handler: JobHandler) -> bool:
    """Carry out a cancel or pause once no shard is running any more. The caller holds the row lock."""
    if not (job.cancel_requested or job.pause_requested):
        return False
    running = JobShard.objects.filter(job=job, state=ShardState.RUNNING, lease_until__gte=timezone.now())
    if running.exists():
        return True
    JobShard.objects.filter(job=job, state=ShardState.RUNNING).update(state=ShardState.PENDING, lease_until=None)
    if job.cancel_requested:
        job_end(job, handler, state=JobState.CANCELLED, message="Cancelled.")
    else:
        job.state = JobState.PAUSED
        job.save(update_fields=["state"])
        handler.on_paused(job)
    return True


def job_end(job: Job, handler: JobHandler, *, state: JobState, message: str) -> None:
    """Write the job's last state and tell its handler. The caller holds the row lock."""
    job.state, job.message, job.finished_at = state, message, timezone.now()
    job.save(update_fields=["state", "message", "finished_at", "result"])
    if state != JobState.SUCCEEDED:
        handler.on_stopped(job, state=state, error=message)
    logger.info("job_ended", job=job.pk, kind=job.kind, state=state, message=message)


def _log(job: Job, message: str, *, level: str = "info") -> None:
    JobLogEntry.objects.create(job=job, message=message, level=level)


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no message'}"[:500]
