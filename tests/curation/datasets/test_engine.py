"""DuckDB reads the store, and nothing else."""

from __future__ import annotations

import duckdb
import pytest

from curation.datasets.engine import duck
from webapp.store.canonical import RecordWriter
from webapp.store.files import Store, store

ESCAPES = [
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM read_text('{store}/../outside.txt')",
    "COPY (SELECT 1) TO '/tmp/plumbline-escape.csv'",
    "ATTACH '/tmp/plumbline-escape.db'",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "SET threads = 64",
]


@pytest.mark.parametrize("statement", ESCAPES)
def test_nothing_leaves_the_store(store_folder: Store, statement: str) -> None:
    (store().local_path("x").parent.parent / "outside.txt").write_text("secret")
    folder = str(store().local_path("x").parent)

    with duck() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(statement.replace("{store}", folder))


def test_the_store_is_read_on_a_file_system_that_is_not_local(settings: object) -> None:
    settings.STORE_URL = "memory://engine"  # type: ignore[attr-defined]
    with store().writer("a/part.parquet") as file, RecordWriter(file):
        pass

    with duck() as cursor:
        assert cursor.sql(
            "SELECT count(*) FROM read_parquet($url)", params={"url": store().url("a/part.parquet")}
        ).fetchall() == [(0,)]
