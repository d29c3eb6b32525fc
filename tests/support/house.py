"""A whole Plumbline of a test's own: database, broker, store, web server and workers that may be killed."""

from __future__ import annotations

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


class House:
    """Starts the services and migrates; `start_web`, `start_worker` and `kill` do the rest."""

    def __init__(self, folder: Path, *, durable: bool = True, **environment: str) -> None:
        open_to_others(folder)
        self.folder = folder
        self.postgres = PostgresServer(folder / "postgres", durable=durable)
        self.valkey = ValkeyServer(folder / "valkey", durable=durable)
        self.store = folder / "store"
        self.log = folder / "house.log"
        self.url = ""
        self._processes: list[subprocess.Popen[bytes]] = []
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
            self.manage("migrate", "--verbosity", "0")
        except BaseException:
            # Interrupted before anybody holds what would be stopped.
            self.stop()
            raise

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed; fails the test with its error output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(arguments)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout

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
        for process in self._processes:
            if process.poll() is None:
                self.kill(process)
        self.valkey.destroy()
        self.postgres.destroy()
