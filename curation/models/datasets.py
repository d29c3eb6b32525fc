"""Datasets, their immutable versions, and the imports that made them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.datasets.choices import ImportState, VersionOrigin, VersionState
from webapp.jobs.models import Job
from webapp.projects.models import Project


class Dataset(models.Model):
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="dataset_name_once_per_project"),
            models.CheckConstraint(condition=~Q(name=""), name="dataset_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class DatasetVersion(models.Model):
    """An immutable table in the canonical schema, kept as Parquet parts in the store.

    `parts` lists them in row order: `{"key", "rows", "digest", "stats"}`. Versions share the parts they have in
    common. `content_hash` names what the rows say, whatever their order and whichever import brought them.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.BUILDING)
    origin = models.CharField(max_length=10, choices=VersionOrigin.choices)
    # {"import": id, "filename": …} or {"campaign": id, "up_to": newest feedback id}
    origin_detail = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    rows = models.BigIntegerField(default=0)
    stats = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, blank=True)
    parts = models.JSONField(default=list)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_number_once"),
            models.CheckConstraint(condition=Q(state__in=VersionState.values), name="dataset_version_state_known"),
            models.CheckConstraint(condition=Q(origin__in=VersionOrigin.values), name="dataset_version_origin_known"),
            models.CheckConstraint(condition=Q(rows__gte=0), name="dataset_version_rows_not_negative"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of dataset {self.dataset_id}"


class Import(models.Model):
    """One file (or one dataset of the Hugging Face Hub) brought into a dataset.

    When it has succeeded, `rows_read` = `rows_new` + `rows_merged` + `rows_rejected`, and `version` is the version
    that holds its rows: a new one, or the one that held all of them before.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="imports")
    filename = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    upload_key = models.CharField(max_length=255, blank=True)
    # {"repository": "owner/name", "split": "train" | null} for an import from the Hub
    hub = models.JSONField(null=True)
    # Chosen by the caller or found from the first rows.
    format = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    rows_read = models.BigIntegerField(default=0)
    rows_new = models.BigIntegerField(default=0)
    rows_merged = models.BigIntegerField(default=0)
    rows_rejected = models.BigIntegerField(default=0)
    rejected_by_reason = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    quarantine_key = models.CharField(max_length=255, blank=True)
    version = models.ForeignKey(DatasetVersion, on_delete=models.SET_NULL, null=True, related_name="imports")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="import_by_dataset")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(
                condition=~Q(state=ImportState.SUCCEEDED)
                | Q(rows_read=models.F("rows_new") + models.F("rows_merged") + models.F("rows_rejected")),
                name="import_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.filename}"


class AnnotatorPseudonym(models.Model):
    """The number under which a person's votes appear in a project's datasets, exports and cards."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="annotator_pseudonyms")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="pseudonym_once_per_person"),
            models.UniqueConstraint(fields=["project", "number"], name="pseudonym_number_once"),
        ]

    def __str__(self) -> str:
        return f"annotator-{self.number}"
