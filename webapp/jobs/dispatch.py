"""Sending a job's id to its queue. A broker that is away costs time, never work: the sweep sends again."""

from __future__ import annotations

import structlog

from webapp.celery import BROKER_ERRORS, app

logger = structlog.get_logger(__name__)

RUN_TASK = "webapp.jobs.run"
# A job nobody works on is sent again after this long, for the first time.
FIRST_REPEAT_SECONDS = 10


def publish(job_id: int, queue: str) -> None:
    """Send one message now; a broker error is logged, because the sweep will send the job again."""
    try:
        app.send_task(RUN_TASK, args=[job_id], queue=queue, retry=False)
    except BROKER_ERRORS as error:
        logger.warning("job_not_published", job=job_id, error=str(error))
