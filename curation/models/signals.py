"""Signals: named columns a worker computed for a dataset version, with everything needed to compute them again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.models.datasets import DatasetVersion
from curation.signals.choices import SignalState
from webapp.jobs.models import Job


class Signal(models.Model):
    """One number per response of a version, or the reason why there is none.

    `key` hashes what was asked (kind, algorithm version, parameters, model revision, the version's content), so the
    same question is answered once. The values lie in Parquet parts: record_id, response_id, score, state, reason.
    """

    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    params = models.JSONField(default=dict)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=SignalState.choices, default=SignalState.QUEUED)
    provenance = models.JSONField(default=dict)
    rows_ok = models.BigIntegerField(default=0)
    rows_failed = models.BigIntegerField(default=0)
    summary = models.JSONField(null=True)
    parts = models.JSONField(default=list)
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset_version", "key"], name="signal_computed_once"),
            models.CheckConstraint(condition=Q(state__in=SignalState.values), name="signal_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on version {self.dataset_version_id}"
