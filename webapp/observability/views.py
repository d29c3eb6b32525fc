"""`/healthz` (this process), `/readyz` (database, broker, workers), `/metrics` (Prometheus)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django_prometheus.exports import ExportToDjangoView

from webapp.api.errors import error_body
from webapp.celery import BROKER_ERRORS, app
from webapp.observability.gauges import refresh_gauges


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def _database_error() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return str(error).strip().splitlines()[0]
    return None


def _served_queues() -> tuple[dict[str, list[str]], str | None]:
    """Queue name → workers serving it, asked of the workers themselves."""
    try:
        with app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=0, timeout=2)
        replies = app.control.inspect(timeout=1.0).active_queues() or {}
    except BROKER_ERRORS as error:
        return {}, str(error) or type(error).__name__
    queues: dict[str, list[str]] = {name: [] for name in settings.JOB_QUEUES}
    for worker, served in replies.items():
        for queue in served:
            queues.setdefault(queue["name"], []).append(worker)
    return queues, None


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database and broker answer and someone serves the default queue, else 503 with the reason."""
    database_error = _database_error()
    queues, broker_error = _served_queues()
    body: dict[str, Any] = {
        "database": database_error or "ok",
        "broker": broker_error or "ok",
        "queues": {name: len(workers) for name, workers in queues.items()},
    }
    ready = not database_error and not broker_error and bool(queues.get("default"))
    return JsonResponse({"ready": ready, **body}, status=200 if ready else 503)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    refresh_gauges()
    return ExportToDjangoView(request)


def api_not_found(request: HttpRequest) -> HttpResponse:
    return JsonResponse(error_body("not_found", "There is nothing at this address; see /api/schema/."), status=404)
