"""States of answers and trust checks, and where a judge's model comes from."""

from __future__ import annotations

from django.db import models


class ModelSource(models.TextChoices):
    PACKAGED = "packaged", "Comes with the application"
    REGISTERED = "registered", "Registered model"
    ENDPOINT = "endpoint", "Endpoint"


class AnswerState(models.TextChoices):
    OK = "ok", "Answered"
    # Nothing came back, or nothing that can be read; kept to be looked at, asked again next time.
    FAILED = "failed", "Failed"


class TrustState(models.TextChoices):
    QUEUED = "queued", "Queued"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
