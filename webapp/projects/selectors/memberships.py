"""Reads about projects and who belongs to them."""

from __future__ import annotations

from django.db.models import QuerySet

from webapp.accounts.models import User
from webapp.api.errors import NotFoundError
from webapp.projects.models import Invitation, Membership, Project
from webapp.projects.services.invitations import token_digest


def memberships_of(*, user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("project").order_by("project__name", "pk")


def members_of(*, project_id: int) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project_id).select_related("user")


def membership_project_id(membership_id: int) -> int:
    """The project of a membership, for the permission check."""
    project_id = Membership.objects.filter(pk=membership_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such member.")
    return project_id


def project_get(project_id: int) -> Project:
    project = Project.objects.filter(pk=project_id).first()
    if project is None:
        raise NotFoundError("There is no such project.")
    return project


def invitation_by_token(token: str) -> Invitation:
    """The invitation behind a link, used or not; raises NotFoundError for a link we never made."""
    found = (
        Invitation.objects.select_related("membership__user", "membership__project")
        .filter(token_digest=token_digest(token))
        .first()
    )
    if found is None:
        raise NotFoundError("This invitation link is not valid; ask for a new one.")
    return found
