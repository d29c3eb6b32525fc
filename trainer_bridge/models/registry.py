"""Models this installation made or knows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from trainer_bridge.choices import ModelKind, ModelOrigin, ModelStage
from trainer_bridge.models.runs import Run
from webapp.projects.models import Project


class ModelVersion(models.Model):
    """A model under a name, counted up each time the name is trained again. Its files never change."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_versions")
    kind = models.CharField(max_length=10, choices=ModelKind.choices)
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    base_model = models.CharField(max_length=200)
    origin = models.CharField(max_length=10, choices=ModelOrigin.choices, default=ModelOrigin.IMPORT)
    stage = models.CharField(max_length=10, choices=ModelStage.choices, default=ModelStage.CANDIDATE)
    run = models.OneToOneField(Run, on_delete=models.PROTECT, null=True, related_name="model_version")
    metrics = models.JSONField(default=dict)
    # Folder of the weights as a key of the store, and [{name, size_bytes, sha256}] of what is in it.
    path = models.CharField(max_length=300)
    files = models.JSONField(default=list)
    size_bytes = models.BigIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="one_model_per_version"),
            models.CheckConstraint(condition=Q(kind__in=ModelKind.values), name="model_kind_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="model_version_from_one"),
            models.CheckConstraint(condition=Q(origin__in=ModelOrigin.values), name="model_origin_known"),
            models.CheckConstraint(condition=Q(stage__in=ModelStage.values), name="model_stage_known"),
            models.CheckConstraint(
                condition=Q(origin=ModelOrigin.RUN, run__isnull=False) | (~Q(origin=ModelOrigin.RUN) & Q(run=None)),
                name="model_of_a_run_has_one",
            ),
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(stage=ModelStage.PRODUCTION),
                name="one_model_in_production_per_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
