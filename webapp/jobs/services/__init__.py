"""What other rooms may do with jobs."""

from webapp.jobs.services.control import job_cancel, job_create, job_pause, job_resume, job_retry_failed

__all__ = ["job_cancel", "job_create", "job_pause", "job_resume", "job_retry_failed"]
