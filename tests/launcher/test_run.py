"""`./run` itself: it comes up, refuses a second one, recovers after `kill -9` of everything, and stops cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.layout import ROOT, VENV, DataFolder
from launcher.serve import readiness
from launcher.supervisor import end_orphans
from webapp.devservices.postgres import PostgresServer
from webapp.devservices.processes import group_members, is_alive
from webapp.devservices.valkey import ValkeyServer

pytestmark = pytest.mark.slow


class Running:
    """One data folder and the `./run` that serves it."""

    def __init__(self, folder: Path) -> None:
        self.data = DataFolder(folder / "data")
        self.log = folder / "run.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def argv(self, port: int) -> list[str]:
        options = ["--port", str(port), "--data-dir", str(self.data.path), "--lite", "--no-demo"]
        return [sys.executable, str(ROOT / "run"), *options]

    @staticmethod
    def environment() -> dict[str, str]:
        # The test run's own servers and settings must not leak into it.
        private = {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "PLUMBLINE_DATA_DIR"}
        ours = {name: value for name, value in os.environ.items() if name not in private}
        return {**ours, "PLUMBLINE_RUN_STARTED": str(time.time())}

    def start(self) -> dict[str, Any]:
        """Start and wait until ready; return what `/readyz` says."""
        # Orphans of an earlier start answer too; only the new one's own word counts.
        times = self.said("Plumbline is ready at")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv(self.port), cwd=ROOT, env=self.environment(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.said("Plumbline is ready at") > times:
                return readiness(f"http://127.0.0.1:{self.port}") or {}
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def said(self, words: str) -> int:
        return self.log.read_text().count(words) if self.log.exists() else 0

    def groups(self) -> dict[str, int]:
        entries = json.loads((self.data.run / "pids.json").read_text())["processes"]
        return {name: entry["pid"] for name, entry in entries.items()}

    def kill_everything(self) -> None:
        assert self.process is not None
        servers = [PostgresServer(self.data.postgres).pid, ValkeyServer(self.data.valkey).pid]
        groups = list(self.groups().values())
        self.process.kill()
        for pid in [*groups, *(server for server in servers if server is not None)]:
            os.killpg(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def running() -> Iterator[Running]:
    # Short and passable for the user that runs the database; pytest's own folders are neither.
    with tempfile.TemporaryDirectory(prefix="plumbline-run-") as name:
        Path(name).chmod(0o755)
        running = Running(Path(name))
        yield running
        if running.process is not None and running.process.poll() is None:
            running.process.terminate()
            running.process.wait(60)
        end_orphans(running.data.run / "pids.json", str(VENV))
        PostgresServer(running.data.postgres).destroy()
        ValkeyServer(running.data.valkey).destroy()


def test_it_comes_up_survives_being_killed_and_stops_cleanly(running: Running) -> None:
    assert running.start()["ready"] is True
    assert running.data.secret_key.stat().st_mode & 0o777 == 0o600
    key = running.data.secret_key.read_text()
    first = running.groups()
    assert set(first) == {"web", "worker"}
    assert running.process is not None

    # A second one for the same data is refused and disturbs nothing.
    second = subprocess.run(
        running.argv(running.port), cwd=ROOT, env=running.environment(), capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "already running with the data folder" in second.stderr
    assert running.groups() == first

    # The supervisor alone is killed: its orphans are ended by the next start, which serves the same port.
    running.process.kill()
    running.process.wait()
    assert all(is_alive(pid) for pid in first.values())
    assert running.start()["ready"] is True
    assert not any(is_alive(pid) for pid in first.values())
    assert "Ended what an earlier start left behind: web, worker" in running.log.read_text()

    # Everything is killed at once.
    running.kill_everything()
    assert running.start()["ready"] is True
    assert running.data.secret_key.read_text() == key

    # An orderly stop leaves nothing behind.
    last = running.groups()
    running.process.terminate()
    assert running.process.wait(60) == 0
    assert [member for pid in last.values() for member in group_members(pid)] == []
    assert PostgresServer(running.data.postgres).pid is None
    assert ValkeyServer(running.data.valkey).pid is None
    assert not (running.data.run / "pids.json").exists()
