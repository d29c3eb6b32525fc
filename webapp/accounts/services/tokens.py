"""Issue and revoke API tokens."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from webapp.accounts.choices import TokenScope
from webapp.accounts.models import ApiToken, User
from webapp.api.errors import NotFoundError

# Long enough for their owner to see in the list why a script stopped working.
EXPIRED_KEPT_FOR = timedelta(days=30)


def token_create(
    *, user: User, name: str, scope: str = TokenScope.WRITE, expires_in_days: int = 90
) -> tuple[ApiToken, str]:
    """Create a token and return it with its plain text, which cannot be read again."""
    token, plain = ApiToken.objects.create(
        user=user, expiry=timedelta(days=expires_in_days), name=name, scope=TokenScope(scope)
    )
    return token, plain


def token_revoke(*, user: User, token_key: str) -> None:
    """Delete the user's token with this key (the first characters of the plain token)."""
    deleted, _ = ApiToken.objects.filter(user=user, token_key=token_key).delete()
    if not deleted:
        raise NotFoundError("You have no token with this key; it may have been revoked already.")


def tokens_forget_expired() -> int:
    """Delete tokens that expired a month ago or earlier; returns how many."""
    deleted, _ = ApiToken.objects.filter(expiry__lt=timezone.now() - EXPIRED_KEPT_FOR).delete()
    return int(deleted)
