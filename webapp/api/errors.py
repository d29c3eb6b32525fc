"""One error type for services, one JSON shape for clients: `{"type", "message", "fields"?, "hint"?}`."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

logger = structlog.get_logger(__name__)


class ApplicationError(Exception):
    """Something a person can act on: `message` is a full sentence that says what, where and what to do."""

    type: str = "invalid"
    status: int = status.HTTP_400_BAD_REQUEST

    def __init__(
        self,
        message: str,
        *,
        type: str | None = None,
        status: int | None = None,
        fields: dict[str, list[str]] | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.type = type or self.type
        self.status = status or self.status
        self.fields = fields
        self.hint = hint


class NotFoundError(ApplicationError):
    type = "not_found"
    status = status.HTTP_404_NOT_FOUND


class ForbiddenError(ApplicationError):
    type = "forbidden"
    status = status.HTTP_403_FORBIDDEN


class ConflictError(ApplicationError):
    type = "conflict"
    status = status.HTTP_409_CONFLICT


class GoneError(ApplicationError):
    type = "gone"
    status = status.HTTP_410_GONE


class UnprocessableError(ApplicationError):
    type = "unprocessable"
    status = status.HTTP_422_UNPROCESSABLE_ENTITY


def error_body(
    type: str, message: str, fields: dict[str, list[str]] | None = None, hint: str | None = None
) -> dict[str, Any]:
    body: dict[str, Any] = {"type": type, "message": message}
    if fields:
        body["fields"] = fields
    if hint:
        body["hint"] = hint
    return body


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Turn DRF's nested error detail into `{"a.b.0": ["sentence"]}`."""
    if isinstance(detail, dict):
        merged: dict[str, list[str]] = {}
        for key, value in detail.items():
            name = str(key) if key != "non_field_errors" else ""
            merged.update(_flatten(value, ".".join(part for part in (prefix, name) if part)))
        return merged
    if isinstance(detail, list) and any(isinstance(entry, dict | list) for entry in detail):
        merged = {}
        for index, entry in enumerate(detail):
            if entry:
                merged.update(_flatten(entry, f"{prefix}.{index}" if prefix else str(index)))
        return merged
    sentences = detail if isinstance(detail, list) else [detail]
    return {prefix or "request": [str(sentence) for sentence in sentences]}


def _validation_response(exc: exceptions.ValidationError) -> Response:
    fields = _flatten(exc.detail)
    name, sentences = next(iter(fields.items()))
    message = sentences[0] if name == "request" else f"{name}: {sentences[0]}"
    return Response(error_body("invalid", message, fields), status=status.HTTP_400_BAD_REQUEST)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: every refusal in the one shape, unknown exceptions left to become a logged 500."""
    if isinstance(exc, ApplicationError):
        set_rollback()
        return Response(error_body(exc.type, exc.message, exc.fields, exc.hint), status=exc.status)
    if isinstance(exc, exceptions.ValidationError):
        set_rollback()
        return _validation_response(exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound("There is nothing at this address, or you may not see it.")
    elif isinstance(exc, DjangoPermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = f"{int(wait)}"
    kind = {
        "not_authenticated": "not_authenticated",
        "authentication_failed": "not_authenticated",
        "permission_denied": "forbidden",
        "method_not_allowed": "method_not_allowed",
        "parse_error": "malformed",
    }.get(getattr(exc, "default_code", ""), getattr(exc, "default_code", "error"))
    return Response(error_body(kind, str(exc.detail)), status=exc.status_code, headers=headers)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", "")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return JsonResponse(
        error_body("csrf", "The security token of this page is missing or old; reload the page and try again."),
        status=403,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page: no details, a request id to quote."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "unknown")
    message = f"Something broke on our side. It has been logged under request {request_id}."
    if _wants_json(request):
        return JsonResponse(error_body("server_error", message), status=500)
    return HttpResponse(message, status=500, content_type="text/plain")
