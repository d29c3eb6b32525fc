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
    # Answered under an earlier form whose answers are not enough for the new one: the item is open again.
    REOPENED = "reopened", "Reopened"


# An annotator with such a lease on an item is never given the item again.
HANDLED_STATES = (LeaseState.ACTIVE, LeaseState.SUBMITTED, LeaseState.SKIPPED)


class Outcome(models.TextChoices):
    PREFERENCE = "preference", "Preference"
    TIE = "tie", "Tie"
    BOTH_BAD = "both_bad", "Both bad"


class LeakPolicy(models.TextChoices):
    """What happens at queueing to texts that name the model that wrote them."""

    ALLOW = "allow", "Show as it is"
    MASK = "mask", "Mask the name"
    QUARANTINE = "quarantine", "Leave the item out"


class DraftsShown(models.TextChoices):
    """When people are offered what a judge drafted. Never before: drafts anchor whoever sees them first."""

    AFTER_FIRST_PASS = "after_first_pass", "After their own first pass"


class PrincipleKind(models.TextChoices):
    """A principle is what responses are judged by, a guideline how to judge."""

    PRINCIPLE = "principle", "Principle"
    GUIDELINE = "guideline", "Guideline"


class FlagState(models.TextChoices):
    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"


class FlagReason(models.TextChoices):
    """What can be wrong with an item."""

    CANNOT_JUDGE = "cannot_judge", "I cannot judge this"
    BROKEN = "broken", "Broken or unreadable"
    WRONG_LANGUAGE = "wrong_language", "Wrong language"
    UPSETTING = "upsetting", "Upsetting"
    UNSAFE = "unsafe", "Unsafe"
    LEAKS_IDENTITY = "leaks_identity", "Says which model wrote it"
    WRONG_PROMPT = "wrong_prompt", "Answers another prompt"
    OTHER = "other", "Something else"
