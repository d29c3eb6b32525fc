"""`Idempotency-Key`: the first answer to a write is kept and replayed to its retries."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import orjson
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.errors import ApplicationError, ConflictError
from webapp.api.models import IdempotencyKey
from webapp.api.renderers import OrjsonRenderer

KEPT_FOR = timedelta(hours=24)


def _lock_number(user_id: int, key: str) -> int:
    digest = hashlib.blake2b(f"{user_id}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class IdempotentApi:
    """Mixin for views whose POST may be retried; put it before the API base class.

    The view's work, and the record of its answer, commit together: a crash between them cannot happen. Two
    requests with one key at the same moment are put in line by an advisory lock. Only successful answers are
    kept, so a refused call can be corrected and sent again under the same key.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST" or "Idempotency-Key" not in request.headers:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        with transaction.atomic():
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self._idempotency: tuple[str, bytes] | None = None
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key:
            return
        if len(key) > 120:
            raise ApplicationError("Idempotency-Key: use at most 120 characters.")
        digest = _body_digest(request)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_number(_user_id(request), key)])
        kept = IdempotencyKey.objects.filter(user=request.user.pk, key=key).first()
        if kept is None:
            self._idempotency = (key, digest)
        elif kept.path != request.path or bytes(kept.body_digest) != digest:
            raise ConflictError("Idempotency-Key: this key was used for a different request; take a new one.")
        else:
            raise _Replay(kept)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            return Response(exc.kept.response, status=exc.kept.status, headers={"Idempotent-Replay": "true"})
        return super().handle_exception(exc)  # type: ignore[misc]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        pending = getattr(self, "_idempotency", None)
        if pending and response.status_code < 300:
            key, digest = pending
            IdempotencyKey.objects.create(
                user_id=_user_id(request),
                key=key,
                path=request.path,
                body_digest=digest,
                status=response.status_code,
                # Through the renderer, so that a replay spells times as the first answer did.
                response=orjson.loads(OrjsonRenderer().render(response.data) or b"null"),
            )
        return response


class _Replay(Exception):
    def __init__(self, kept: IdempotencyKey) -> None:
        super().__init__("replay")
        self.kept = kept


def _user_id(request: Request) -> int:
    """The signed-in person; the view's base class has refused everyone else before."""
    return int(request.user.pk or 0)


def _body_digest(request: Request) -> bytes:
    """Digest of what was asked: the JSON body, or the field names and file sizes of an upload."""
    content_type = request.content_type or ""
    if content_type.startswith("multipart/"):
        fields = cast("Mapping[str, Any]", request.data)
        facts = [(name, getattr(value, "size", str(value))) for name, value in sorted(fields.items())]
        return hashlib.sha256(orjson.dumps([request.path, facts])).digest()
    try:
        body = orjson.dumps([request.path, request.data], option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        # The parser reads deeper nesting than the writer; no body of ours comes near either.
        raise ApplicationError("The body is nested too deeply.", type="malformed") from error
    return hashlib.sha256(body).digest()


def idempotency_keys_forget() -> int:
    """Delete answers older than a day; returns how many."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted
