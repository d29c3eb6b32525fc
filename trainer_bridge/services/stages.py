"""How far a registered model has come: candidate, staging, production, archived."""

from __future__ import annotations

from django.db import transaction

from trainer_bridge.choices import ModelStage
from trainer_bridge.models import ModelVersion
from webapp.projects.models import Project


@transaction.atomic
def model_stage_set(*, model: ModelVersion, stage: str) -> ModelVersion:
    """Move a model to a stage. One version of a name is in production: the one before it goes back to staging."""
    # Two people may promote two versions at once; the project's row puts them in line.
    Project.objects.select_for_update(no_key=True).get(pk=model.project_id)
    if stage == ModelStage.PRODUCTION:
        ModelVersion.objects.filter(project=model.project_id, name=model.name, stage=ModelStage.PRODUCTION).exclude(
            pk=model.pk
        ).update(stage=ModelStage.STAGING)
    ModelVersion.objects.filter(pk=model.pk).update(stage=stage)
    return ModelVersion.objects.get(pk=model.pk)
