"""Flags and comments as people may see them.

Annotators must not learn what others think before they answer, nor who they are: they see their own comments, and
those of reviewers, curators and admins that mention them.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from annotation.domain.mentions import Person, handle_of
from annotation.models import CampaignAnnotator, CommentMention, Item, ItemComment, ItemFlag, Lease
from webapp.accounts.models import User
from webapp.api.errors import ForbiddenError, NotFoundError
from webapp.projects.models import Membership
from webapp.projects.policies import ROLE_VERBS, Verb

# An item's texts are long, and a list names it by its place.
_ITEM_TEXTS = ("item__prompt", "item__responses", "item__context", "item__materials", "item__traits", "item__drafts")
REVIEWING_ROLES = [role for role, verbs in ROLE_VERBS.items() if Verb.FEEDBACK_VIEW in verbs]


def annotator_lease(*, lease_id: int, user: User) -> Lease:
    """A lease somebody holds or held, while they are assigned to its campaign."""
    lease = Lease.objects.select_related("campaign").filter(pk=lease_id, annotator=user).first()
    if lease is None:
        raise NotFoundError("You hold no such item.")
    if not CampaignAnnotator.objects.filter(campaign=lease.campaign_id, user=user, active=True).exists():
        raise ForbiddenError("You are no longer assigned to this campaign; ask one of the project's curators.")
    return lease


def item_project_id(item_id: int) -> int:
    """The project of an item, for the permission check."""
    project_id = Item.objects.filter(pk=item_id).values_list("campaign__project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such item.")
    return project_id


def flag_project_id(flag_id: int) -> int:
    """The project of a flag, for the permission check."""
    project_id = ItemFlag.objects.filter(pk=flag_id).values_list("campaign__project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such flag.")
    return project_id


def campaign_flags(campaign_id: int, *, state: str | None = None) -> QuerySet[ItemFlag]:
    flags = (
        ItemFlag.objects.filter(campaign=campaign_id)
        .select_related("item", "author", "resolved_by")
        .defer(*_ITEM_TEXTS)
    )
    return flags if state is None else flags.filter(state=state)


def project_people(project_id: int) -> list[Person]:
    """Everybody a reviewer can mention."""
    return _people(Membership.objects.filter(project=project_id))


def mentionable_by_annotators(project_id: int) -> list[Person]:
    """Whom an annotator can mention, by name."""
    return _people(Membership.objects.filter(project=project_id, role__in=REVIEWING_ROLES))


def _people(members: QuerySet[Membership]) -> list[Person]:
    rows = members.order_by("user__name", "user").values_list("user", "user__name", "user__email")
    return [Person._make(row) for row in rows]


def _comments() -> QuerySet[ItemComment]:
    comments = ItemComment.objects.select_related("author", "item", "campaign").defer(*_ITEM_TEXTS)
    return comments.prefetch_related("mentions__user")


def comment_get(comment_id: int) -> ItemComment:
    return _comments().get(pk=comment_id)


def item_comments(item_id: int) -> QuerySet[ItemComment]:
    """Everybody's comments on an item, for reviewers."""
    return _comments().filter(item=item_id)


def campaign_comments(campaign_id: int) -> QuerySet[ItemComment]:
    """Everybody's comments in a campaign, for reviewers."""
    return _comments().filter(campaign=campaign_id)


def lease_comments(*, lease_id: int, user: User) -> QuerySet[ItemComment]:
    """What an annotator may read about the item of their lease."""
    lease = annotator_lease(lease_id=lease_id, user=user)
    to_me = CommentMention.objects.filter(comment=OuterRef("pk"), user=user)
    by_reviewers = _is_reviewer(OuterRef("author"), OuterRef("campaign__project"))
    return _comments().filter(Q(author=user) | Exists(to_me) & Exists(by_reviewers), item=lease.item_id)


def _is_reviewer(user: OuterRef, project: OuterRef) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user, project=project, role__in=REVIEWING_ROLES)


def my_mentions(user: User) -> QuerySet[CommentMention]:
    """Comments that mention this person, `unread` or not, with the newest lease they had on the item."""
    project = OuterRef("comment__campaign__project")
    am_member = Membership.objects.filter(user=user, project=project)
    am_reviewer = am_member.filter(role__in=REVIEWING_ROLES)
    by_reviewer = _is_reviewer(OuterRef("comment__author"), project)
    leases = Lease.objects.filter(item=OuterRef("comment__item"), annotator=user).order_by("-pk")
    return (
        CommentMention.objects.filter(Exists(am_member), Exists(am_reviewer) | Exists(by_reviewer), user=user)
        .annotate(
            unread=ExpressionWrapper(Q(read_at__isnull=True), output_field=BooleanField()),
            lease_id=Subquery(leases.values("pk")[:1]),
        )
        .select_related("comment__author", "comment__item", "comment__campaign__project")
        .defer(*(f"comment__{text}" for text in _ITEM_TEXTS))
        .prefetch_related("comment__mentions__user")
    )


class Reader:
    """Whose names one person may read in comments, in each of their projects."""

    def __init__(self, user: User) -> None:
        self.user = user
        roles = dict(Membership.objects.filter(user=user).values_list("project", "role"))
        self._knows_all = {project for project, role in roles.items() if role in REVIEWING_ROLES}
        reviewers = Membership.objects.filter(project__in=roles.keys() - self._knows_all, role__in=REVIEWING_ROLES)
        self._reviewers = set(reviewers.values_list("project", "user"))

    def may_see_addresses(self, project_id: int) -> bool:
        return project_id in self._knows_all

    def may_name(self, project_id: int, user_id: int) -> bool:
        return project_id in self._knows_all or user_id == self.user.pk or (project_id, user_id) in self._reviewers

    def named(self, comment: ItemComment) -> list[User]:
        """The people a comment mentions, as far as this reader may know them."""
        project_id = comment.campaign.project_id
        people = [mention.user for mention in comment.mentions.all()]
        return [user for user in people if self.may_name(project_id, user.pk)]


def handles(users: list[User]) -> Mapping[int, str]:
    """Id → what stands after `@` for each of them."""
    return {user.pk: handle_of(Person(user.pk, user.name, user.email)) for user in users}
