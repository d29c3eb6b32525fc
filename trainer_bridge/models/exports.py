"""Snapshots written for a trainer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from trainer_bridge.choices import CURRENT_EXPORT_STATES, ExportFormat, ExportState
from trainer_bridge.models.of_jobs import MadeByJob
from webapp.jobs.models import Job


class Export(MadeByJob, models.Model):
    """The files of a snapshot in one format, below `exports/<id>/` in the store.

    Files of an immutable snapshot never differ, so there is one current export for each format and its options.
    """

    snapshot = models.ForeignKey("curation.Snapshot", on_delete=models.PROTECT, related_name="exports")
    format = models.CharField(max_length=30, choices=ExportFormat.choices)
    # The format's own options with every default filled in, and their digest.
    options = models.JSONField(default=dict)
    options_key = models.CharField(max_length=32, blank=True, default="")
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.BUILDING)
    # [{name, size_bytes, rows, sha256}]
    files = models.JSONField(default=list)
    manifest = models.JSONField(default=dict)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "format", "options_key"],
                condition=Q(state__in=CURRENT_EXPORT_STATES),
                name="one_current_export_per_format",
            ),
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.CheckConstraint(condition=Q(format__in=ExportFormat.values), name="export_format_known"),
        ]

    def __str__(self) -> str:
        return f"export {self.pk} ({self.format})"

    @property
    def folder(self) -> str:
        """Where its files are, as a key of the store."""
        return f"exports/{self.pk}"
