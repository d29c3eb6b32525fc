"""The one DuckDB connection of this process, which can read the store and nothing else.

Once set up, it cannot open another file, load an extension or change its own settings, so that even a mistake in a
statement stays inside the store. Statements are constants of this code; every value is a bound parameter.
"""

from __future__ import annotations

import os
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from django.conf import settings

from webapp.store.files import store

THREADS = 2
_lock = threading.Lock()
# By process and store: a forked worker must not share its parent's connection.
_connections: dict[tuple[int, str], duckdb.DuckDBPyConnection] = {}


@contextmanager
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of the shared connection; give each thread its own."""
    cursor = _connection().cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _connection() -> duckdb.DuckDBPyConnection:
    readable = store().url("x").removesuffix("x")
    key = (os.getpid(), readable)
    with _lock:
        if key not in _connections:
            _connections[key] = _connect(readable)
        return _connections[key]


def _connect(readable: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": settings.DUCKDB_MEMORY_LIMIT,
            # DuckDB may read and write its own temporary folder, so it must not be one others use; it makes it when
            # it has to spill, and removes it.
            "temp_directory": f"{tempfile.gettempdir()}/plumbline-duckdb-{os.getpid()}-{uuid.uuid4().hex}",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    if not store().is_local:
        connection.register_filesystem(store().fs)
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET allowed_directories = $folders", {"folders": [readable]})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
