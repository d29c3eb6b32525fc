"""Raw statements for the few services whose whole work is one SQL statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

Params = Mapping[str, Any] | Sequence[Any]


def query(sql: str, params: Params = ()) -> list[dict[str, Any]]:
    """Run one statement and return its rows as dictionaries."""
    with connection.cursor() as cursor:
        return _rows(cursor, sql, params)


def query_prepared(sql: str, params: Params = ()) -> list[dict[str, Any]]:
    """The same for a statement that is run for every answer somebody gives.

    Its values travel beside the text, and PostgreSQL keeps its plan after some runs on one connection: planning
    takes longer than running a statement that finds everything by index. Types are no longer visible from the
    text, so cast parameters that stand alone (`%(ids)s::bigint[]`).
    """
    with _server_binding_cursor() as cursor:
        return _rows(cursor, sql, params)


def row_prepared(sql: str, params: Params = ()) -> tuple[Any, ...] | None:
    """The first row of a prepared statement, None when there is none."""
    with _server_binding_cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def _server_binding_cursor() -> CursorWrapper:
    """Django's own cursors put values into the text. This one does not, and goes through the same wrappers."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    wrapped: CursorWrapper = connection._prepare_cursor(  # type: ignore[attr-defined]
        ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    )
    return wrapped


def _rows(cursor: CursorWrapper, sql: str, params: Params) -> list[dict[str, Any]]:
    cursor.execute(sql, params)
    if cursor.description is None:
        return []
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
