"""A running shard's line to the database: a heartbeat thread that renews the lease and hears about cancelling.

A thread, because a shard may sit for minutes inside one call of a model or of Arrow; it dies with the process,
so a killed worker's lease runs out by itself.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

import structlog
from django.db import DatabaseError, connection

from webapp.api.sql import query
from webapp.jobs.handlers import JobInterrupted
from webapp.jobs.models import Job, JobLogEntry, JobShard

logger = structlog.get_logger(__name__)

BEAT_SECONDS = 0.7

_BEAT = """
UPDATE jobs_jobshard AS shard
   SET lease_until = now() + %(lease)s * interval '1 second',
       done = %(done)s, total = %(total)s, failures = %(failures)s
  FROM jobs_job AS job
 WHERE shard.id = %(shard)s AND job.id = shard.job_id
   AND shard.state = 'running' AND shard.lease_owner = %(owner)s
RETURNING job.cancel_requested, job.pause_requested
"""


class ShardProgress:
    """Context manager around one run of one shard. Raises JobInterrupted from `advance` when it must stop."""

    def __init__(self, job: Job, shard: JobShard, *, owner: str, lease_seconds: float) -> None:
        self._job, self._shard, self._owner, self._lease = job, shard, owner, lease_seconds
        self.done = 0
        self.total = shard.total
        self.failures: dict[str, int] = {}
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat_until_ended, name=f"shard-{shard.pk}", daemon=True)

    def __enter__(self) -> ShardProgress:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def should_stop(self) -> bool:
        """True once the job was cancelled or paused, or the lease was lost."""
        return self._stop.is_set()

    def advance(self, n: int = 1, failures: dict[str, int] | None = None) -> None:
        """Count `n` finished units, of which some failed for a reason. Cheap: the thread writes it down."""
        self.done += n
        for reason, count in (failures or {}).items():
            self.failures[reason] = self.failures.get(reason, 0) + count
        if self._stop.is_set():
            raise JobInterrupted

    def set_done(self, done: int) -> None:
        """Like `advance`, for work that reports where it is (training steps, bytes)."""
        self.advance(done - self.done)

    def set_total(self, total: int) -> None:
        self.total = total

    def checkpoint(self, state: dict[str, Any]) -> None:
        """Keep `state` (JSON) on the shard, where the next try finds it as `shard.checkpoint`."""
        JobShard.objects.filter(pk=self._shard.pk, lease_owner=self._owner).update(checkpoint=state)
        self._shard.checkpoint = state

    def log(self, message: str, level: str = "info") -> None:
        JobLogEntry.objects.create(job=self._job, message=message, level=level)

    def _beat_until_ended(self) -> None:
        try:
            while not self._ended.wait(min(BEAT_SECONDS, self._lease / 3)):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            rows = query(
                _BEAT,
                {
                    "lease": self._lease,
                    "done": self.done,
                    "total": self.total,
                    "failures": _json(self.failures),
                    "shard": self._shard.pk,
                    "owner": self._owner,
                },
            )
        except DatabaseError as error:
            # The database may be restarting: the lease decides, when it is back, whether we still own the shard.
            logger.warning("shard_heartbeat_failed", shard=self._shard.pk, error=str(error))
            connection.close()
            return
        if not rows or rows[0]["cancel_requested"] or rows[0]["pause_requested"]:
            self._stop.set()


def _json(value: dict[str, int]) -> Any:
    from psycopg.types.json import Jsonb

    return Jsonb(dict(value))
