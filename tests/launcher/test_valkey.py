"""The embedded Valkey: messages survive a restart and a kill, a running one is adopted."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from kombu import Connection

from webapp.devservices.valkey import ValkeyServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path / "valkey")
    yield server
    server.destroy()


def client(server: ValkeyServer) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket))


def test_celery_understands_the_url(server: ValkeyServer) -> None:
    server.start()

    with Connection(server.url) as connection:
        queue = connection.SimpleQueue("errands")
        queue.put({"job": 7})
        message = queue.get(timeout=5)
        message.ack()

    assert message.payload == {"job": 7}


def test_what_was_written_survives_an_orderly_stop(server: ValkeyServer) -> None:
    server.start()
    client(server).set("kept", "1")

    server.stop()
    assert not server.is_running()
    server.start()

    assert client(server).get("kept") == b"1"


def test_what_was_flushed_survives_kill_9(server: ValkeyServer) -> None:
    server.start()
    client(server).set("kept", "2")
    # The append-only file is flushed every second.
    time.sleep(1.2)
    pid = server.pid
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)
    server.start()

    assert server.pid != pid
    assert client(server).get("kept") == b"2"


def test_a_running_server_is_adopted(server: ValkeyServer) -> None:
    server.start()
    pid = server.pid

    again = ValkeyServer(server.folder)

    assert again.start() == server.url
    assert again.pid == pid


def test_only_its_owner_may_enter_the_socket_folder(server: ValkeyServer) -> None:
    server.start()

    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
