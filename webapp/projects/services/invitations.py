"""One-time invitation links."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, GoneError
from webapp.projects.models import Invitation, Membership

VALID_FOR = timedelta(days=14)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_path(token: str) -> str:
    return f"/invitations/{token}"


@transaction.atomic
def invitation_create(*, membership: Membership, created_by: User) -> str:
    """Make a fresh link for someone who has no password yet; older links of the membership stop working."""
    if membership.user.has_usable_password():
        raise ConflictError(f"{membership.user.email} has signed in before and needs no invitation.")
    membership.invitations.filter(accepted_at=None).delete()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        membership=membership,
        token_digest=token_digest(token),
        created_by=created_by,
        expires_at=timezone.now() + VALID_FOR,
    )
    return invitation_path(token)


@transaction.atomic
def invitation_accept(*, invitation_id: int, name: str, password: str) -> User:
    """Set the invited person's name and password; the link works once."""
    invitation = Invitation.objects.select_for_update().select_related("membership__user").get(pk=invitation_id)
    user = invitation.membership.user
    if invitation.accepted_at is not None or user.has_usable_password():
        raise GoneError("This invitation has been used already; sign in with your password.")
    if invitation.expires_at < timezone.now():
        raise GoneError("This invitation has expired; ask a project admin for a new link.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ApplicationError(error.messages[0], fields={"password": error.messages}) from error
    user.name = name
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return user
