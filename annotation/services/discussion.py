"""Flags on items, comments on them, and the people comments mention."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from annotation.choices import FlagState
from annotation.domain.mentions import MentionError, Person, read_mentions
from annotation.models import CommentMention, Item, ItemComment, ItemFlag
from annotation.selectors.discussion import annotator_lease, mentionable_by_annotators, project_people
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, NotFoundError
from webapp.api.sql import query

# The constraint over open flags decides between two clicks at the same moment.
_FLAG = """
INSERT INTO annotation_itemflag (campaign_id, item_id, author_id, reason, note, state, created_at)
VALUES (%(campaign)s, %(item)s, %(author)s, %(reason)s, %(note)s, 'open', now())
ON CONFLICT (item_id, author_id, reason) WHERE state = 'open' DO NOTHING
RETURNING id
"""


def flag_create(*, lease_id: int, author: User, reason: str, note: str = "") -> tuple[ItemFlag, bool]:
    """Flag the item of one's own lease, which goes on as before.

    Returns the flag and whether it is new: a person's open flag of the same reason is returned as it is.
    """
    lease = annotator_lease(lease_id=lease_id, user=author)
    params = {
        "campaign": lease.campaign_id,
        "item": lease.item_id,
        "author": author.pk,
        "reason": reason,
        "note": note,
    }
    flags = ItemFlag.objects.select_related("item", "author", "resolved_by")
    while True:
        made = query(_FLAG, params)
        if made:
            return flags.get(pk=made[0]["id"]), True
        # None when it was resolved between the two statements; then this one is a new one after all.
        known = flags.filter(item=lease.item_id, author=author, reason=reason, state=FlagState.OPEN).first()
        if known is not None:
            return known, False


def flag_resolve(*, flag_id: int, resolved_by: User) -> ItemFlag:
    """Close a flag. Raises ConflictError when somebody did already."""
    changed = ItemFlag.objects.filter(pk=flag_id, state=FlagState.OPEN).update(
        state=FlagState.RESOLVED, resolved_by=resolved_by, resolved_at=timezone.now()
    )
    flag = ItemFlag.objects.select_related("item", "author", "resolved_by").filter(pk=flag_id).first()
    if flag is None:
        raise NotFoundError("There is no such flag.")
    if not changed:
        raise ConflictError("This flag is resolved already; reload the list.")
    return flag


def lease_comment_create(*, lease_id: int, author: User, text: str) -> ItemComment:
    """Comment on the item of one's own lease. Only reviewers, curators and admins can be mentioned."""
    lease = annotator_lease(lease_id=lease_id, user=author)
    return _comment(
        lease.campaign_id, lease.item_id, author, text, mentionable_by_annotators(lease.campaign.project_id)
    )


def item_comment_create(*, item_id: int, author: User, text: str) -> ItemComment:
    """Comment as a reviewer, who can mention every member of the project."""
    item = Item.objects.select_related("campaign").filter(pk=item_id).first()
    if item is None:
        raise NotFoundError("There is no such item.")
    return _comment(item.campaign_id, item_id, author, text, project_people(item.campaign.project_id))


@transaction.atomic
def _comment(campaign_id: int, item_id: int, author: User, text: str, people: Sequence[Person]) -> ItemComment:
    try:
        stored, mentioned = read_mentions(text.strip(), people)
    except MentionError as error:
        raise ApplicationError(str(error), fields={"text": [str(error)]}) from error
    comment = ItemComment.objects.create(campaign_id=campaign_id, item_id=item_id, author=author, text=stored)
    CommentMention.objects.bulk_create(CommentMention(comment=comment, user_id=user_id) for user_id in mentioned)
    return comment


def mention_read(*, mention_id: int, user: User) -> None:
    """Remember that somebody saw a mention of them; seeing it again changes nothing."""
    mine = CommentMention.objects.filter(pk=mention_id, user=user)
    if not mine.filter(read_at__isnull=True).update(read_at=timezone.now()) and not mine.exists():
        raise NotFoundError("There is no such mention of you.")
