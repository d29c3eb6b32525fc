"""Reads about runs, their curves and their logs."""

from __future__ import annotations

from django.db.models import QuerySet

from trainer_bridge.models import Run, RunMetric
from trainer_bridge.runs.folder import log_tail
from trainer_bridge.selectors.exports import NOTHING_HERE
from webapp.api.errors import NotFoundError
from webapp.store.files import store

LOG_LIMIT_BYTES = 200_000
POINTS_LIMIT = 5000


def runs_of(project_id: int) -> QuerySet[Run]:
    return _with_people(Run.objects.filter(project=project_id))


def run_get(run_id: int) -> Run:
    run = _with_people(Run.objects.filter(pk=run_id)).first()
    if run is None:
        raise NotFoundError(NOTHING_HERE)
    return run


def _with_people(runs: QuerySet[Run]) -> QuerySet[Run]:
    return runs.select_related("created_by", "export", "model_version")


def run_project_id(run_id: int) -> int:
    project_id = Run.objects.filter(pk=run_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError(NOTHING_HERE)
    return project_id


def run_points(run_id: int, *, after_step: int) -> list[RunMetric]:
    """The next points of a run's curves, at most `POINTS_LIMIT`, in order of steps."""
    return list(RunMetric.objects.filter(run=run_id, step__gt=after_step).order_by("step")[:POINTS_LIMIT])


def run_log(run: Run) -> str:
    """The end of the trainer's output, at most `LOG_LIMIT_BYTES`; empty before it has started."""
    if not store().is_local:
        return ""
    return log_tail(store().local_path(run.folder), limit=LOG_LIMIT_BYTES)
