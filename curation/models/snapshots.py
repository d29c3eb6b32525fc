"""Snapshots: what a recipe kept of a dataset version, frozen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.models.datasets import DatasetVersion
from curation.models.recipes import Recipe
from curation.snapshots.choices import SnapshotState
from webapp.jobs.models import Job
from webapp.projects.models import Project


class Snapshot(models.Model):
    """Immutable once ready: a trigger refuses to change what it holds (migration 0003).

    `counts` is {"in", "kept", "dropped", "review"} and adds up. `content_hash` names the kept rows, so the same
    steps, version and seed give the same hash.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="snapshots")
    recipe = models.ForeignKey(Recipe, on_delete=models.PROTECT, related_name="snapshots")
    steps = models.JSONField()
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="snapshots")
    name = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=SnapshotState.choices, default=SnapshotState.BUILDING)
    seed = models.BigIntegerField(default=0)
    test_fraction = models.FloatField(default=0.1)
    counts = models.JSONField(default=dict)
    funnel = models.JSONField(default=list)
    splits = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, blank=True)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="snapshot_by_project")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SnapshotState.values), name="snapshot_state_known"),
            models.CheckConstraint(
                condition=Q(test_fraction__gte=0) & Q(test_fraction__lte=0.5), name="snapshot_test_fraction_bounded"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> str:
        """Where its files lie in the store."""
        return f"snapshots/{self.pk}"

    @property
    def pairs_key(self) -> str:
        """Kept pairs with their texts, ordered by pair_id or as the recipe says."""
        return f"{self.folder}/pairs.parquet"

    @property
    def decisions_key(self) -> str:
        """Every pair with what was decided about it and why, ordered by pair_id."""
        return f"{self.folder}/decisions.parquet"

    @property
    def card_key(self) -> str:
        return f"{self.folder}/card.md"


class SnapshotApproval(models.Model):
    """A person stands by what is in a snapshot. The snapshot itself never changes."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="approvals")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "approved_by"], name="snapshot_approved_once_per_person")
        ]

    def __str__(self) -> str:
        return f"approval of snapshot {self.snapshot_id}"
