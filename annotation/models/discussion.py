"""What people say about an item rather than about its responses: flags and comments."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotation.choices import FlagState
from annotation.models.campaigns import Campaign
from annotation.models.queue import Item


class ItemFlag(models.Model):
    """Somebody says that something is wrong with an item, whether or not they also answer it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="flags")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="flags")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=FlagState.choices, default=FlagState.OPEN)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    resolved_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "state", "-id"], name="flag_by_campaign")]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "author", "reason"], name="flag_open_once", condition=Q(state=FlagState.OPEN)
            ),
            models.CheckConstraint(condition=Q(state__in=FlagState.values), name="flag_state_known"),
            models.CheckConstraint(
                condition=Q(state=FlagState.OPEN, resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(state=FlagState.RESOLVED, resolved_by__isnull=False, resolved_at__isnull=False),
                name="flag_resolved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} on item {self.item_id}"


class ItemComment(models.Model):
    """A remark on an item. Annotators see their own, and those of reviewers and curators that mention them."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="comments")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["campaign", "-id"], name="comment_by_campaign")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]

    def __str__(self) -> str:
        return f"comment {self.pk} on item {self.item_id}"


class CommentMention(models.Model):
    comment = models.ForeignKey(ItemComment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="mention_unread", condition=Q(read_at__isnull=True))]
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in comment {self.comment_id}"
