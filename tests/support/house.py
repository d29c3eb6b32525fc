"""A whole Plumbline of a test's own: database, broker, store, web server and workers that may be killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from webapp.devservices.postgres import PostgresServer
from webapp.devservices.valkey import ValkeyServer

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def open_to_others(folder: Path) -> None:
    """Let the database's user walk through pytest's private folders when the tests run as root."""
    for parent in (folder, *folder.parents):
        if parent.parent == parent or not os.access(parent, os.W_OK) or parent.stat().st_mode & 0o055:
            continue
        parent.chmod(parent.stat().st_mode | 0o055)


def migrated_cluster(folder: Path) -> Path:
    """A database with all tables and no rows, as files that houses begin with."""
    house = House(folder, durable=False)
    house.postgres.stop()
    house.stop_around_database()
    return house.postgres.cluster


class House:
    """Starts the services and migrates; `start_web`, `start_worker` and `kill` do the rest.

    With `migrated` the database begins as a copy of that cluster, which has all tables.
    """

    def __init__(self, folder: Path, *, durable: bool = True, migrated: Path | None = None, **environment: str) -> None:
        open_to_others(folder)
        self.folder = folder
        self.postgres = PostgresServer(folder / "postgres", durable=durable)
        self.valkey = ValkeyServer(folder / "valkey", durable=durable)
        self.store = folder / "store"
        self.log = folder / "house.log"
        self.url = ""
        self._processes: list[subprocess.Popen[bytes]] = []
        self._manager: subprocess.Popen[bytes] | None = None
        if migrated is not None:
            self.postgres.user.own(self.postgres.folder, 0o700)
            subprocess.run(["cp", "-a", str(migrated), str(self.postgres.cluster)], check=True)
        try:
            self.environment = {
                **os.environ,
                "DATABASE_URL": self.postgres.start(),
                "CELERY_BROKER_URL": self.valkey.start(),
                "DJANGO_SETTINGS_MODULE": "webapp.settings.dev",
                "PLUMBLINE_DATA_DIR": str(folder),
                "PLUMBLINE_STORE_URL": f"file://{self.store}",
                "HF_HUB_OFFLINE": "1",
                **environment,
            }
            if migrated is None:
                self.manage("migrate", "--verbosity", "0")
        except BaseException:
            # Interrupted before anybody holds what would be stopped.
            self.stop()
            raise

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed; fails the test with its error output."""
        if self._manager is None:
            self._manager = subprocess.Popen(
                [sys.executable, "-m", "tests.support.manager"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        assert self._manager.stdin
        assert self._manager.stdout
        self._manager.stdin.write(json.dumps(arguments).encode() + b"\n")
        self._manager.stdin.flush()
        done = json.loads(self._manager.stdout.readline())
        assert done["code"] == 0, f"{' '.join(arguments)} failed:\n{done['out'][-2000:]}\n{done['err'][-4000:]}"
        return str(done["out"])

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a long-running program of the project in a session of its own."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def start_worker(self, queues: str = "default", *, include: str = "") -> subprocess.Popen[bytes]:
        """A prefork worker with beat, as `./run` starts it."""
        return self.start(
            *("celery", "-A", "webapp", "worker", "-Q", queues, "--pool", "prefork", "--concurrency", "1"),
            *("-n", f"{queues.replace(',', '-')}-{len(self._processes)}@%h", "--without-mingle", "--without-gossip"),
            *(("-B", "--schedule", str(self.folder / "beat")) if "default" in queues else ()),
            *(("--include", include) if include else ()),
        )

    def start_web(self, *, seconds: float = 60) -> str:
        """Start gunicorn on a free port, wait until it answers, and return its address."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.start(
            *("gunicorn", "webapp.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
        )
        deadline = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):  # noqa: S310 - our own address
                    return self.url
            except (urllib.error.URLError, OSError):
                assert time.monotonic() < deadline, f"the web server did not start:\n{self.log.read_text()[-3000:]}"
                time.sleep(0.1)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def token(self, email: str) -> str:
        return re.findall(r"plb_\w+", self.manage("api_token", email))[0]

    def query(self, sql: str, *params: Any) -> Any:
        """The first row of a statement on a connection of its own."""
        with psycopg.connect(self.environment["DATABASE_URL"].replace("postgres://", "postgresql://")) as database:
            return database.execute(sql, params).fetchone()  # type: ignore[arg-type]

    def wait_until(self, sql: str, *params: Any, seconds: float = 60) -> None:
        """Wait until a statement's first column is true; the database may be away meanwhile."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                if self.query(sql, *params)[0]:
                    return
            except psycopg.OperationalError:
                pass
            assert time.monotonic() < deadline, f"never true: {sql}\n{self.log.read_text()[-3000:]}"
            time.sleep(0.1)

    def stop(self) -> None:
        self.stop_around_database()
        self.postgres.destroy()

    def stop_around_database(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                self.kill(process)
        if self._manager is not None:
            self._manager.communicate()
        self.valkey.destroy()
