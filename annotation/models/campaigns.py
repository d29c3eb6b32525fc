"""Forms, campaigns and who is assigned to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.choices import CampaignState, LeakPolicy
from webapp.projects.models import Project


class Form(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="forms")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """A list of typed questions that never changes: a trigger refuses UPDATE."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    questions = models.JSONField()
    # Names of questions whose answers under the version before count under this one too; see `services/form_versions`.
    carries_over = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "version"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.version}"


class Campaign(models.Model):
    """One annotation effort over a queue of items; `overlap` people are asked about each."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="campaigns")
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=CampaignState.choices, default=CampaignState.ACTIVE)
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="campaigns")
    overlap = models.PositiveSmallIntegerField(default=1)
    lease_seconds = models.PositiveIntegerField(default=900)
    # The text people see now; every text they ever saw is in GuidelinesVersion.
    guidelines = models.TextField(blank=True)
    # Worked examples: `{"title", "prompt", "responses", "verdict", "explanation"}`, all texts.
    guidelines_examples = models.JSONField(default=list)
    guidelines_version = models.PositiveIntegerField(default=1)
    identity_leaks = models.CharField(max_length=10, choices=LeakPolicy.choices, default=LeakPolicy.MASK)
    # Whose drafts people are offered, and when: `{"judge": name, "show": "after_first_pass"}`; null is nobody's.
    drafts = models.JSONField(null=True)
    # Decides, with item and annotator, in which order responses are shown.
    seed = models.BigIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="campaign_by_project")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campaign_has_a_name"),
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_known"),
            models.CheckConstraint(condition=Q(identity_leaks__in=LeakPolicy.values), name="campaign_leaks_known"),
            models.CheckConstraint(condition=Q(overlap__gte=1), name="campaign_overlap_at_least_one"),
            models.CheckConstraint(condition=Q(lease_seconds__gte=1), name="campaign_lease_has_a_length"),
        ]

    def __str__(self) -> str:
        return self.name


class GuidelinesVersion(models.Model):
    """A text annotators were shown; kept because feedback names the version it was given under."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="guidelines_versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    examples = models.JSONField(default=list)
    # The principles shown with them, in order: `{"id", "version", "title"}`.
    principles = models.JSONField(default=list, db_default=[])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "version"], name="guidelines_version_once")]

    def __str__(self) -> str:
        return f"guidelines v{self.version} of {self.campaign_id}"


class CampaignAnnotator(models.Model):
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="annotators")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="campaign_assignments")
    active = models.BooleanField(default=True)
    # Where this person's search for an open item begins. Only a shortcut past items they have handled: without
    # it every search walks all of them, and gets slower with each answer.
    next_position = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "user"], name="one_assignment_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} in campaign {self.campaign_id}"
