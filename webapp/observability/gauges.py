"""Numbers of our own for Prometheus, read from the database when it asks."""

from __future__ import annotations

from django.db.models import Count
from prometheus_client import Gauge

from webapp.jobs.choices import JobState
from webapp.jobs.models import Job

JOBS = Gauge("plumbline_jobs", "Jobs by kind and state", ["kind", "state"], multiprocess_mode="mostrecent")


def refresh_gauges() -> None:
    """Count unfinished and failed jobs; finished ones are history, not load."""
    JOBS.clear()
    watched = (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED, JobState.FAILED)
    for row in Job.objects.filter(state__in=watched).values("kind", "state").annotate(count=Count("id")):
        JOBS.labels(row["kind"], row["state"]).set(row["count"])
