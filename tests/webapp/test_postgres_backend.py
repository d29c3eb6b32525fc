"""The health check of persistent connections: no round trip, and right about servers that went away."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_living_connection_is_usable_without_a_statement(django_assert_num_queries: Any) -> None:
    connection.ensure_connection()

    with django_assert_num_queries(0):
        assert connection.is_usable()


def test_a_connection_the_server_ended_is_not_usable_and_is_replaced() -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    ended = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    other.close()

    usable = connection.is_usable()
    connection.health_check_enabled = True
    connection.health_check_done = False
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (now,) = cursor.fetchone()

    assert not usable
    assert now != ended


def test_no_connection_is_not_usable() -> None:
    connection.close()

    assert not connection.is_usable()
