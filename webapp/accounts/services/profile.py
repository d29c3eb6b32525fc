"""Changes people make to their own account."""

from __future__ import annotations

from webapp.accounts.models import User


def user_rename(*, user: User, name: str) -> User:
    """Change the name other people of the project see."""
    user.name = name
    user.save(update_fields=["name"])
    return user
