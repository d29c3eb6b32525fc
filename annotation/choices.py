"""States and outcomes of the annotation room."""

from __future__ import annotations

from django.db import models


class CampaignState(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    FINISHED = "finished", "Finished"


class LeaseState(models.TextChoices):
    ACTIVE = "active", "Active"
    SUBMITTED = "submitted", "Submitted"
    SKIPPED = "skipped", "Skipped"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Expired"


# An annotator with such a lease on an item is never given the item again.
HANDLED_STATES = (LeaseState.ACTIVE, LeaseState.SUBMITTED, LeaseState.SKIPPED)


class Outcome(models.TextChoices):
    PREFERENCE = "preference", "Preference"
    TIE = "tie", "Tie"
    BOTH_BAD = "both_bad", "Both bad"
