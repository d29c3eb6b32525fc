"""The next version of a model's name."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from trainer_bridge.models import ModelVersion
from webapp.projects.models import Project


def model_add(*, project_id: int, name: str, **facts: Any) -> ModelVersion:
    """Register a model under a name, counted up from its last version. The caller is in a transaction."""
    # Two jobs of one name may finish at once; the project's row puts their version numbers in line.
    Project.objects.select_for_update(no_key=True).get(pk=project_id)
    taken = ModelVersion.objects.filter(project=project_id, name=name).aggregate(last=Max("version"))["last"]
    return ModelVersion.objects.create(project_id=project_id, name=name, version=(taken or 0) + 1, **facts)
