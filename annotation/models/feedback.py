"""What annotators said: append-only revisions, and the atomic votes in them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from annotation.choices import Outcome
from annotation.models.campaigns import Campaign, FormVersion
from annotation.models.queue import Item, Lease


class Feedback(models.Model):
    """One annotator's answers to one item. A change of mind is a new revision; a trigger refuses UPDATE."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="feedback", db_constraint=False, db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="feedback", db_index=False)
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="feedback", db_index=False
    )
    lease = models.ForeignKey(Lease, on_delete=models.CASCADE, related_name="feedback", db_index=False)
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    guidelines_version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=1)
    answers = models.JSONField()
    # Response ids in the order they stood on the screen; answers and votes name ids, never sides.
    shown_order = ArrayField(models.CharField(max_length=32))
    duration_ms = models.PositiveBigIntegerField(null=True)
    active_ms = models.PositiveBigIntegerField(null=True)
    # How the item was read: idle time, share of each text scrolled into view, time to the first answer.
    reading = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "annotator", "-id"], name="feedback_by_annotator"),
            models.Index(fields=["campaign", "item"], name="feedback_first", condition=Q(revision=1)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["item", "annotator", "revision"], name="feedback_revision_once"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="feedback_revision_from_one"),
        ]

    def __str__(self) -> str:
        return f"feedback {self.pk} (revision {self.revision})"


class Vote(models.Model):
    """One preference between two responses, in terms of their ids.

    `a` < `b` always. `value` is the strength as it was given, on a scale of `steps`, with the sign of the better
    response: > 0 when `b` is better, < 0 when `a` is, 0 for a tie, null when both are bad. Nothing is rescaled:
    a "1" of 3 steps and a "1" of 7 steps are different statements, and `steps` tells them apart.
    """

    feedback = models.ForeignKey(Feedback, on_delete=models.CASCADE, related_name="votes", db_index=False)
    # Copied from the feedback, which holds the foreign keys, so that reading votes needs no join.
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    question = models.CharField(max_length=60)
    aspect = models.CharField(max_length=60, null=True)  # noqa: DJ001 - null is "overall"
    a = models.CharField(max_length=32)
    b = models.CharField(max_length=32)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    value = models.SmallIntegerField(null=True)
    strength = models.SmallIntegerField(null=True)
    steps = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feedback", "question", "a", "b"], name="vote_once_per_question"),
            models.CheckConstraint(condition=Q(a__lt=F("b")), name="vote_a_before_b"),
            # A comparison with null is neither true nor false, and a check passes unless it is false.
            models.CheckConstraint(
                condition=Q(outcome=Outcome.TIE, value__isnull=False, value=0, strength__isnull=False, strength=0)
                | Q(outcome=Outcome.BOTH_BAD, value__isnull=True, strength__isnull=True)
                | Q(outcome=Outcome.PREFERENCE, value__isnull=False, strength__isnull=False, strength__gte=1)
                & (Q(value=F("strength")) | Q(value=-F("strength"))),
                name="vote_value_fits_outcome",
            ),
            models.CheckConstraint(
                condition=Q(steps__in=(3, 5, 7)) & (Q(strength__isnull=True) | Q(strength__lte=(F("steps") - 1) / 2)),
                name="vote_value_on_its_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.a} against {self.b}: {self.value}"
