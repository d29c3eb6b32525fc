"""The two Celery tasks of the kernel. A message is only a hint that a job may have something to do."""

from __future__ import annotations

from celery import shared_task

from webapp.jobs.dispatch import RUN_TASK
from webapp.jobs.runner import job_run
from webapp.jobs.services.sweeping import jobs_sweep


@shared_task(name=RUN_TASK)
def run_job(job_id: int) -> None:
    job_run(job_id)


@shared_task(name="webapp.jobs.sweep")
def sweep() -> None:
    jobs_sweep()
