"""States and levels of a signal."""

from __future__ import annotations

from django.db import models


class SignalState(models.TextChoices):
    QUEUED = "queued", "Queued"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class SignalLevel(models.TextChoices):
    """What one row of a signal is about."""

    RESPONSE = "response", "Response"
    PAIR = "pair", "Pair"
    RECORD = "record", "Record"
