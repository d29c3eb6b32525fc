"""States of a lab run, what its heads look at, and what they are judged by."""

from __future__ import annotations

from django.db import models


class LabState(models.TextChoices):
    RUNNING = "running", "Running"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Features(models.TextChoices):
    EMBEDDINGS = "embeddings", "Sentence embeddings"
    SCORES = "scores", "Scores that came with the responses"


class GoldSource(models.TextChoices):
    ADJUDICATED = "adjudicated", "Adjudicated labels"
    HELD_OUT = "held_out", "Labels held out"


class ArmKind(models.TextChoices):
    RAW = "raw", "Raw labels"
    RECIPE = "recipe", "Recipe"
    RANDOM = "random", "Drawn by lot"
    ORACLE = "oracle", "Planted errors removed"


class Verdict(models.TextChoices):
    HELPS = "helps", "Helps"
    NO_MEASURABLE_DIFFERENCE = "no_measurable_difference", "No measurable difference"
    HURTS = "hurts", "Hurts"


class Basis(models.TextChoices):
    """Where it is known which labels are wrong."""

    PLANTED = "planted", "Planted flips"
    ADJUDICATED = "adjudicated", "Adjudicated labels"
    VOTES = "votes", "Several votes of a pair"
