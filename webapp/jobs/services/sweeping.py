"""Find jobs whose message or worker was lost, and send them again."""

from __future__ import annotations

from webapp.api.sql import query
from webapp.jobs.dispatch import FIRST_REPEAT_SECONDS, publish

LONGEST_REPEAT_SECONDS = 300

# Repeats back off while a queue is merely busy; claiming a shard sets `dispatches` back to zero.
_STALE = """
UPDATE jobs_job AS job
   SET dispatched_at = now(), dispatches = least(job.dispatches + 1, 30)
 WHERE job.state IN ('queued', 'running')
   AND (job.dispatched_at IS NULL
        OR job.dispatched_at < now() - interval '1 second'
                                       * least(%(first)s * power(2, least(job.dispatches, 12)), %(longest)s))
   AND NOT EXISTS (SELECT 1 FROM jobs_jobshard AS shard
                    WHERE shard.job_id = job.id AND shard.state = 'running' AND shard.lease_until >= now())
RETURNING job.id, job.queue
"""


def jobs_sweep(*, first: float = FIRST_REPEAT_SECONDS, longest: float = LONGEST_REPEAT_SECONDS) -> int:
    """Send every unfinished job nobody is working on; returns how many were sent."""
    stale = query(_STALE, {"first": first, "longest": longest})
    for row in stale:
        publish(row["id"], row["queue"])
    return len(stale)
