"""Items that wait in a campaign, and the time-limited claims of annotators on them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.choices import HANDLED_STATES, LeaseState
from annotation.models.campaigns import Campaign, FormVersion

MAX_HELD_LEASES = 5


class Item(models.Model):
    """A prompt with its responses, copied from a dataset version without the names of what generated them.

    `open_slots` counts the people still to be asked: `overlap` minus active and submitted leases. Each change of
    it is one UPDATE under the row's lock, and a slot below zero is refused by the database.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.BigIntegerField()
    record_id = models.CharField(max_length=32)
    # "a:b" where this item asks about two of the record's responses, "" where it asks about all of them.
    pair = models.CharField(max_length=65, default="", blank=True)
    # A bare number: dataset versions belong to a room that builds on this one.
    source_version_id = models.BigIntegerField(null=True)
    prompt = models.JSONField()
    responses = models.JSONField()
    context = models.TextField(null=True)  # noqa: DJ001 - null is "no context", which identity tells from ""
    # Where the item is judged under a context its record did not have: the record it was made from.
    base_record_id = models.CharField(max_length=32, default="", db_default="", blank=True)
    # What else people see: passages, a reference answer, a rubric of its own; see `annotation.domain.items`.
    materials = models.JSONField(null=True)
    # Tags and short metadata of the record, which decide what principles the item is about; shown to nobody.
    traits = models.JSONField(null=True)
    # What a judge drafted: `{"by": its name, "shown": bool, "answers": {question: answer}}`, where `shown` is false for
    # the fifth of the items that show none; see `annotation.domain.drafts`.
    drafts = models.JSONField(null=True)
    open_slots = models.SmallIntegerField()
    done_count = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [
            # With the id, what is left can be counted without reading the items themselves.
            models.Index(
                fields=["campaign", "position"], name="item_open", condition=Q(open_slots__gt=0), include=["id"]
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "record_id", "pair"], name="record_pair_once_per_campaign"),
            models.CheckConstraint(condition=Q(open_slots__gte=0), name="item_slots_not_negative"),
            models.CheckConstraint(condition=Q(position__gte=0), name="item_position_not_negative"),
            models.CheckConstraint(condition=Q(done_count__gte=0), name="item_done_not_negative"),
        ]

    def __str__(self) -> str:
        return f"item {self.pk} at {self.position}"


class Lease(models.Model):
    """One annotator's claim on one item.

    While it is active it fills one of the annotator's numbered slots, so that the unique constraint over them is
    what limits how many items one person can hold, also when requests arrive together.
    """

    # The item names the campaign; a second foreign key would lock the one campaign row for every claim.
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="leases", db_constraint=False, db_index=False
    )
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="leases", db_index=False)
    annotator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="leases", db_index=False
    )
    state = models.CharField(max_length=10, choices=LeaseState.choices, default=LeaseState.ACTIVE)
    slot = models.SmallIntegerField(null=True)
    presentation_seed = models.BigIntegerField()
    guidelines_version = models.PositiveIntegerField()
    # The questions as this person was shown them: a campaign's form may change while they are answering.
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False
    )
    skip_reason = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "expires_at"], name="lease_due", condition=Q(state=LeaseState.ACTIVE)),
            models.Index(fields=["campaign", "id"], name="lease_skipped", condition=Q(state=LeaseState.SKIPPED)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "annotator"], name="item_once_per_annotator", condition=Q(state__in=HANDLED_STATES)
            ),
            models.UniqueConstraint(
                fields=["campaign", "annotator", "slot"],
                name="one_lease_per_slot",
                condition=Q(state=LeaseState.ACTIVE),
            ),
            models.CheckConstraint(condition=Q(state__in=LeaseState.values), name="lease_state_known"),
            models.CheckConstraint(
                condition=Q(
                    state=LeaseState.ACTIVE,
                    ended_at__isnull=True,
                    slot__isnull=False,
                    slot__gte=1,
                    slot__lte=MAX_HELD_LEASES,
                )
                | (~Q(state=LeaseState.ACTIVE) & Q(ended_at__isnull=False, slot__isnull=True)),
                name="lease_slot_while_active",
            ),
        ]

    def __str__(self) -> str:
        return f"lease {self.pk} of item {self.item_id} ({self.state})"
