"""States of a snapshot, and what a recipe may decide about a pair."""

from __future__ import annotations

from django.db import models


class SnapshotState(models.TextChoices):
    BUILDING = "building", "Building"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Decision(models.TextChoices):
    KEEP = "keep", "Keep"
    DROP = "drop", "Drop"
    REVIEW = "review", "Review"


class Split(models.TextChoices):
    TRAIN = "train", "Train"
    TEST = "test", "Test"


class RefreshState(models.TextChoices):
    """Where a round of a scheduled refresh stands."""

    WAITING = "waiting", "Waiting for its time"
    FOLDING = "folding", "Bringing votes home"
    SCORING = "scoring", "Computing signals"
    FREEZING = "freezing", "Freezing"
    FAILED = "failed", "Failed"
