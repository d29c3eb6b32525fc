"""Signals: named columns a worker computed for a dataset version, with everything needed to compute them again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.models.datasets import DatasetVersion
from curation.signals.choices import SignalLevel, SignalState
from webapp.jobs.models import Job


def score_column() -> list[dict[str, Any]]:
    """What every signal held before there were several columns."""
    return [{"name": "score", "title": "Score", "type": "number", "signed": False}]


class Signal(models.Model):
    """One row per response, labelled pair or record of a version (`level`), or the reason why there is none.

    `key` hashes what was asked (kind, algorithm version, parameters, model revision, the version's content), so the
    same question is answered once. The values lie in Parquet parts, see `curation.signals.values`; `columns` says
    what they hold: `[{"name", "title", "type", "signed"}]`.
    """

    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    level = models.CharField(max_length=10, choices=SignalLevel.choices, default=SignalLevel.RESPONSE)
    columns = models.JSONField(default=score_column)
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
            models.CheckConstraint(condition=Q(level__in=SignalLevel.values), name="signal_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on version {self.dataset_version_id}"
