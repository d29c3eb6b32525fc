"""Housekeeping of the API."""

from __future__ import annotations

from celery import shared_task

from webapp.api.idempotency import idempotency_keys_forget


@shared_task(name="webapp.api.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    idempotency_keys_forget()
