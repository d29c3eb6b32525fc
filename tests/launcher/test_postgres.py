"""The embedded PostgreSQL: commits survive a kill, stale pid files do not stop a start, data is used again."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from webapp.devservices.postgres import PostgresServer
from webapp.devservices.processes import ServiceError, group_members, wait_gone


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    # Not tmp_path: pytest hides it from other users, and as root the server runs as one.
    folder = Path(tempfile.mkdtemp(prefix="plumbline-postgres-"))
    folder.chmod(0o755)
    server = PostgresServer(folder / "data")
    yield server
    server.destroy()
    folder.rmdir()


def count_rows(server: PostgresServer) -> int:
    with psycopg.connect(server.url) as database:
        row = database.execute("SELECT count(*) FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def write_rows(server: PostgresServer, rows: int) -> None:
    with psycopg.connect(server.url) as database:
        database.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        database.execute("INSERT INTO kept SELECT generate_series(1, %s)", [rows])


def test_a_new_server_answers_on_its_url(server: PostgresServer) -> None:
    server.start()

    with psycopg.connect(server.url) as database:
        row = database.execute(
            "SELECT current_database(), current_user, current_setting('synchronous_commit')"
        ).fetchone()

    assert row == ("plumbline", "plumbline", "on")


def test_strings_sort_by_code_point(server: PostgresServer) -> None:
    server.start()

    with psycopg.connect(server.url) as database:
        rows = database.execute("SELECT x FROM (VALUES ('b'), ('B'), ('a'), ('ä')) AS t(x) ORDER BY x").fetchall()

    assert [row[0] for row in rows] == ["B", "a", "b", "ä"]


def test_committed_rows_survive_kill_9(server: PostgresServer) -> None:
    server.start()
    write_rows(server, 5_000)
    pid = server.pid
    assert pid is not None

    for member in {pid, *group_members(pid)}:
        os.kill(member, signal.SIGKILL)
    server.start()

    assert server.pid != pid
    assert count_rows(server) == 5_000


def test_start_waits_for_the_children_of_a_killed_server(server: PostgresServer) -> None:
    server.start()
    write_rows(server, 10)
    pid = server.pid
    assert pid is not None

    # Only the leader dies; its children notice a moment later and hold the shared memory until then.
    os.kill(pid, signal.SIGKILL)
    server.start()

    assert count_rows(server) == 10


def test_a_pid_file_of_another_program_does_not_stop_the_start(server: PostgresServer) -> None:
    server.start()
    write_rows(server, 3)
    content = (server.cluster / "postmaster.pid").read_text().splitlines()
    server.stop()

    # After a reboot the number may belong to anything that is alive: here, to this very test.
    (server.cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *content[1:]]) + "\n")
    assert server.pid is None
    server.start()

    assert server.pid not in (None, os.getpid())
    assert count_rows(server) == 3


def test_a_stopped_cluster_is_used_again(server: PostgresServer) -> None:
    server.start()
    write_rows(server, 7)
    server.stop()
    assert not server.is_running()

    again = PostgresServer(server.folder)
    again.start()

    assert count_rows(again) == 7
    again.stop()


def test_a_running_server_is_adopted(server: PostgresServer) -> None:
    server.start()
    pid = server.pid
    assert pid is not None

    again = PostgresServer(server.folder)

    assert again.start() == server.url
    assert again.pid == pid
    again.stop()
    assert wait_gone(pid, 5.0)


def test_a_cluster_of_another_version_is_refused_and_left_alone(server: PostgresServer) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServiceError, match="was written by PostgreSQL 9"):
        server.start()

    assert (server.cluster / "PG_VERSION").read_text() == "9\n"
    assert (server.cluster / "base").is_dir()


def test_an_interrupted_initdb_is_begun_anew(server: PostgresServer) -> None:
    server.user.own(server.folder, 0o700)
    (server.folder / "cluster.new").mkdir()
    (server.folder / "cluster.new" / "half").write_text("written")

    server.start()

    assert not (server.folder / "cluster.new").exists()
    assert server.is_running()
