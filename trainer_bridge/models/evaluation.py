"""What models are tested on, and what came out."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models import Campaign
from curation.models import Judge, Snapshot
from trainer_bridge.choices import (
    CURRENT_EVALUATION_STATES,
    CURRENT_SET_STATES,
    EvaluationKind,
    EvaluationLayout,
    EvaluationSetState,
    EvaluationState,
)
from trainer_bridge.models.of_jobs import MadeByJob
from trainer_bridge.models.registry import ModelVersion
from webapp.jobs.models import Job
from webapp.projects.models import Project


class EvaluationSet(MadeByJob, models.Model):
    """Items with right and wrong answers, below `evaluation-sets/<id>/` in the store.

    What it holds never changes once it is ready: a trigger refuses it (migration 0003).
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluation_sets")
    name = models.CharField(max_length=160)
    # Empty while the layout of an uploaded file is still to be found out.
    layout = models.CharField(max_length=20, choices=EvaluationLayout.choices, blank=True)
    # The snapshot whose test split this is; none for uploaded files.
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="evaluation_sets")
    # [{name, key, size_bytes, sha256}] of the files as uploaded.
    uploads = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=EvaluationSetState.choices, default=EvaluationSetState.BUILDING)
    # Every model that a run of the project makes is evaluated on it.
    automatic = models.BooleanField(default=False)
    # {"items", "candidates", "prompts", "subsets": {name: items}, "left_out": {reason: rows}}
    counts = models.JSONField(default=dict)
    # SHA-256 over the items in their order, not over the file they came in.
    content_hash = models.CharField(max_length=64, blank=True)
    # One sentence, set when the files could not be read.
    error = models.TextField(blank=True)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="evaluation_set_by_project")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="evaluation_set_has_a_name"),
            models.CheckConstraint(condition=Q(state__in=EvaluationSetState.values), name="evaluation_set_state_known"),
            models.CheckConstraint(
                condition=Q(layout__in=["", *EvaluationLayout.values]), name="evaluation_set_layout_known"
            ),
            models.CheckConstraint(
                condition=Q(layout=EvaluationLayout.SNAPSHOT, snapshot__isnull=False)
                | (~Q(layout=EvaluationLayout.SNAPSHOT) & Q(snapshot=None)),
                name="evaluation_set_of_a_snapshot_has_one",
            ),
            models.CheckConstraint(
                condition=~Q(state=EvaluationSetState.READY) | (~Q(content_hash="") & ~Q(layout="")),
                name="ready_evaluation_set_is_named_by_its_content",
            ),
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(state__in=CURRENT_SET_STATES),
                name="one_evaluation_set_per_name",
            ),
            models.UniqueConstraint(
                fields=["snapshot"], condition=Q(state__in=CURRENT_SET_STATES), name="one_evaluation_set_per_snapshot"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """Where its files are, as a key of the store."""
        return f"evaluation-sets/{self.pk}"

    @property
    def items_key(self) -> str:
        """Its items, in the order they were read; see `trainer_bridge.evaluation.items`."""
        return f"{self.folder}/items.parquet"


class Evaluation(MadeByJob, models.Model):
    """One model tested on one set in one way; its rows are below `evaluations/<id>/` in the store.

    Neither model nor set ever changes, so there is one current evaluation for each kind and its parameters.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="evaluations")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="evaluations")
    evaluation_set = models.ForeignKey(EvaluationSet, on_delete=models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=20, choices=EvaluationKind.choices)
    # With every default filled in, and their digest.
    params = models.JSONField(default=dict)
    params_key = models.CharField(max_length=32)
    # What it is compared with: the reference of a policy, or the other side of a win rate.
    against = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, related_name="+")
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="+")
    # Queued by a run that finished, not by a person.
    automatic = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=EvaluationState.choices, default=EvaluationState.QUEUED)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    # {"items", "scored", "failed", "leaked", "reasons": {reason: items}}; items = scored + failed + leaked.
    counts = models.JSONField(default=dict)
    # What of the set the model was trained on; see `trainer_bridge.evaluation.leaks`.
    leak = models.JSONField(default=dict)
    metrics = models.JSONField(default=dict)
    # What was loaded: models, revisions, precision.
    provenance = models.JSONField(default=dict)
    # One sentence, set when it failed.
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="evaluation_by_project")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EvaluationKind.values), name="evaluation_kind_known"),
            models.CheckConstraint(condition=Q(state__in=EvaluationState.values), name="evaluation_state_known"),
            models.UniqueConstraint(
                fields=["model", "evaluation_set", "kind", "params_key"],
                condition=Q(state__in=CURRENT_EVALUATION_STATES),
                name="one_current_evaluation",
            ),
        ]

    def __str__(self) -> str:
        return f"evaluation {self.pk} ({self.kind})"

    @property
    def folder(self) -> str:
        """Where its files are, as a key of the store."""
        return f"evaluations/{self.pk}"

    @property
    def rows_key(self) -> str:
        """One row an item, with what the model said of it and whether it was right."""
        return f"{self.folder}/rows.parquet"
