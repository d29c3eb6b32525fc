"""Keyset pages: constant cost at any depth, stable while rows are added."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.errors import ApplicationError

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


def encode_cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ApplicationError("cursor: this cursor is not one of ours; start again without it.") from error
    if not isinstance(values, list) or len(values) != length:
        raise ApplicationError("cursor: this cursor belongs to another list; start again without it.")
    return values


def page_limit(request: Request) -> int:
    raw = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not raw.isdecimal() or not 1 <= int(raw) <= MAX_LIMIT:
        raise ApplicationError(f"limit: give a whole number from 1 to {MAX_LIMIT}, not {raw!r}.")
    return int(raw)


def _after(fields: tuple[str, ...], values: list[Any]) -> Q:
    """Rows strictly after `values` in an order over `fields` (a leading `-` means descending)."""
    condition = Q()
    equal_so_far = Q()
    for field, value in zip(fields, values, strict=True):
        name = field.removeprefix("-")
        comparison = "lt" if field.startswith("-") else "gt"
        condition |= equal_so_far & Q(**{f"{name}__{comparison}": value})
        equal_so_far &= Q(**{name: value})
    return condition


def page(
    queryset: QuerySet[Any],
    request: Request,
    *,
    serializer: type[serializers.Serializer],
    order: tuple[str, ...] = ("-id",),
    context: dict[str, Any] | None = None,
) -> Response:
    """One page of `queryset` ordered by `order`, whose last field must be unique."""
    limit = page_limit(request)
    cursor = request.query_params.get("cursor")
    if cursor:
        try:
            queryset = queryset.filter(_after(order, decode_cursor(cursor, length=len(order))))
        except (ValueError, TypeError) as error:
            raise ApplicationError("cursor: this cursor belongs to another list; start again without it.") from error
    rows = list(queryset.order_by(*order)[: limit + 1])
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        values = [getattr(rows[-1], field.removeprefix("-")) for field in order]
        following = encode_cursor([v.isoformat() if isinstance(v, datetime) else v for v in values])
    return Response({"results": serializer(rows, many=True, context=context or {}).data, "next": following})
