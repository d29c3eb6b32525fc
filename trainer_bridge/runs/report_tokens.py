"""Tokens with which a trainer on another machine reports on its one run, and on nothing else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from trainer_bridge.models import Run
from trainer_bridge.runs.launch_state import launch_update

PREFIX = "plr_"


def token_issue(run: Run) -> tuple[str, datetime]:
    """A new token, shown this once, and when it expires; an earlier one of the run is void from now on."""
    token = f"{PREFIX}{run.pk}_{secrets.token_urlsafe(32)}"
    expires_at = timezone.now() + timedelta(days=settings.REPORT_TOKEN_DAYS)
    Run.objects.filter(pk=run.pk).update(report_token_hash=_hash(token))
    launch_update(run, token_until=expires_at.isoformat())
    return token, expires_at


def token_revoke(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(report_token_hash="")
    launch_update(run, token_until=None)


def run_of_token(token: str) -> Run | None:
    """The run a token is for, or None when it is unknown, revoked or expired."""
    # The digest of a 256-bit secret: looking it up tells nothing about others.
    run = Run.objects.select_related("export", "job").filter(report_token_hash=_hash(token)).first()
    if run is None:
        return None
    until = run.launch.get("token_until")
    return run if until and datetime.fromisoformat(until) > timezone.now() else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
