"""Housekeeping: what has expired, or can be made again and is used no more."""

from __future__ import annotations

from celery import shared_task

from webapp.accounts.services.tokens import tokens_forget_expired
from webapp.api.idempotency import idempotency_keys_forget
from webapp.store.cache import cache_forget


@shared_task(name="webapp.api.housekeeping")
def housekeeping() -> None:
    idempotency_keys_forget()
    tokens_forget_expired()
    cache_forget()
