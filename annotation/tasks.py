"""Housekeeping of the queue. Leases that ran out are also found when somebody meets the end of a queue."""

from __future__ import annotations

from celery import shared_task

from annotation.services.leasing import leases_expire

BATCH = 1000


@shared_task(name="annotation.expire_leases")
def expire_leases() -> None:
    while leases_expire(limit=BATCH) == BATCH:
        pass
