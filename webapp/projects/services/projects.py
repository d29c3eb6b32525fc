"""Create projects and change who belongs to them."""

from __future__ import annotations

from django.db import transaction

from webapp.accounts.models import User
from webapp.api.errors import ConflictError
from webapp.projects.choices import Role
from webapp.projects.models import Membership, Project
from webapp.projects.services.invitations import invitation_create


@transaction.atomic
def project_create(*, created_by: User, name: str, description: str = "") -> Project:
    """Create a project whose first admin is its creator."""
    project = Project.objects.create(name=name, description=description, created_by=created_by)
    Membership.objects.create(project=project, user=created_by, role=Role.ADMIN)
    return project


@transaction.atomic
def project_update(*, project: Project, name: str | None = None, description: str | None = None) -> Project:
    if name is not None:
        project.name = name
    if description is not None:
        project.description = description
    project.save(update_fields=["name", "description"])
    return project


@transaction.atomic
def member_add(
    *, project: Project, email: str, role: str, added_by: User, name: str = ""
) -> tuple[Membership, str | None]:
    """Add a person by email. Someone new gets an account without a password and a one-time invitation link.

    Returns the membership and the link's path, or None for the link when the person can sign in already.
    Raises ConflictError when they are a member already.
    """
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email, name=name)
    membership, created = Membership.objects.get_or_create(project=project, user=user, defaults={"role": Role(role)})
    if not created:
        raise ConflictError(f"{user.email} is already {membership.role} of this project; change the role instead.")
    link = None if user.has_usable_password() else invitation_create(membership=membership, created_by=added_by)
    return membership, link


def _refuse_to_lose_last_admin(membership: Membership) -> None:
    admins = Membership.objects.select_for_update().filter(project=membership.project_id, role=Role.ADMIN)
    if membership.role == Role.ADMIN and len(admins.order_by("pk")) == 1:
        raise ConflictError("This is the project's last admin; make someone else admin first.")


@transaction.atomic
def member_change_role(*, membership_id: int, role: str) -> Membership:
    membership = Membership.objects.select_related("user").get(pk=membership_id)
    if role != Role.ADMIN:
        _refuse_to_lose_last_admin(membership)
    membership.role = Role(role)
    membership.save(update_fields=["role"])
    return membership


@transaction.atomic
def member_remove(*, membership_id: int) -> None:
    """End a membership. The person's account and everything they said stay."""
    membership = Membership.objects.get(pk=membership_id)
    _refuse_to_lose_last_admin(membership)
    membership.delete()
