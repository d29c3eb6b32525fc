"""Reading lab runs."""

from __future__ import annotations

from django.db.models import QuerySet

from curation.models import LabRun
from webapp.api.errors import NotFoundError


def lab_runs_of(project_id: int) -> QuerySet[LabRun]:
    return LabRun.objects.filter(project=project_id).select_related("created_by")


def lab_run_get(lab_run_id: int) -> LabRun:
    """Raises NotFoundError."""
    found = LabRun.objects.select_related("created_by").filter(pk=lab_run_id).first()
    if found is None:
        raise NotFoundError("There is no such lab run.")
    return found


def lab_run_project_id(lab_run_id: int) -> int:
    """The project a lab run belongs to. Raises NotFoundError."""
    project_id = LabRun.objects.filter(pk=lab_run_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such lab run.")
    return project_id
