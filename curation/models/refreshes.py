"""Snapshots made again on a schedule."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.models import Campaign
from curation.models.datasets import Dataset, DatasetVersion
from curation.models.recipes import Recipe
from curation.models.snapshots import Snapshot
from curation.snapshots.choices import RefreshState
from webapp.jobs.models import Job
from webapp.projects.models import Project


class SnapshotRefresh(models.Model):
    """Every so often, freeze a recipe over the newest version of a dataset, if anything is new.

    A campaign's votes are brought home first where one is named. `message` says in a sentence what the last round came
    to, or what the present one waits for.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="snapshot_refreshes")
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="refreshes")
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="refreshes")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="+")
    test_fraction = models.FloatField(default=0.1)
    seed = models.BigIntegerField(default=0)
    every_hours = models.PositiveIntegerField()
    is_active = models.BooleanField(default=True)
    next_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RefreshState.choices, default=RefreshState.WAITING)
    message = models.CharField(max_length=500, blank=True)
    # The version the present round looks at, and the one of the last snapshot.
    version = models.ForeignKey(DatasetVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.SET_NULL, null=True, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="refresh_by_due", condition=Q(is_active=True))]
        constraints = [
            models.UniqueConstraint(fields=["recipe", "dataset"], name="refresh_once_per_recipe_and_dataset"),
            models.CheckConstraint(condition=Q(state__in=RefreshState.values), name="refresh_state_known"),
            models.CheckConstraint(
                condition=Q(every_hours__gte=1, every_hours__lte=8784), name="refresh_interval_bounded"
            ),
            models.CheckConstraint(
                condition=Q(test_fraction__gte=0, test_fraction__lte=0.5), name="refresh_test_fraction_bounded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipe_id} over {self.dataset_id} every {self.every_hours} h"
