"""The project's library of principles and guidelines, and which of them a campaign's people read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.choices import PrincipleKind
from annotation.models.campaigns import Campaign
from webapp.projects.models import Project


class Principle(models.Model):
    """A name that stays while its text changes; judges and campaigns refer to it by id."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="principles", db_index=False)
    slug = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=PrincipleKind.choices, default=PrincipleKind.PRINCIPLE)
    # The number of the newest version.
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "slug"], name="principle_slug_once_per_project"),
            models.CheckConstraint(condition=~Q(slug=""), name="principle_has_a_slug"),
            models.CheckConstraint(condition=Q(kind__in=PrincipleKind.values), name="principle_kind_known"),
        ]

    def __str__(self) -> str:
        return self.slug


class PrincipleVersion(models.Model):
    """What a principle said; a trigger refuses UPDATE, because verdicts name the version they were given under."""

    principle = models.ForeignKey(Principle, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    # The rows it is about; see `annotation.domain.principles`. Empty is every row.
    applies_to = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principle", "number"], name="principle_version_once"),
            models.CheckConstraint(condition=~Q(title=""), name="principle_version_has_a_title"),
            models.CheckConstraint(condition=~Q(text=""), name="principle_version_has_a_text"),
        ]

    def __str__(self) -> str:
        return f"{self.principle_id} v{self.number}"


class CampaignPrinciple(models.Model):
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="principles", db_index=False)
    principle = models.ForeignKey(Principle, on_delete=models.PROTECT, related_name="campaigns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "principle"], name="principle_once_per_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.principle_id} in campaign {self.campaign_id}"
