"""Housekeeping of the API."""

from __future__ import annotations

from celery import shared_task

from webapp.accounts.services.tokens import tokens_forget_expired
from webapp.api.idempotency import idempotency_keys_forget


@shared_task(name="webapp.api.housekeeping")
def housekeeping() -> None:
    idempotency_keys_forget()
    tokens_forget_expired()
