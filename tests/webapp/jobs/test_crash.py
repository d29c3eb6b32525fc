"""Real workers, a real broker and a real database, each killed in the middle of a job: no row lost or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from webapp.devservices.postgres import PostgresServer
from webapp.devservices.valkey import ValkeyServer

ROOT = Path(__file__).resolve().parents[3]
ROWS, SHARDS = 60, 4


class House:
    """A database, a broker and workers of this test's own, so that they may be killed."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.postgres = PostgresServer(folder / "postgres", durable=True)
        self.valkey = ValkeyServer(folder / "valkey", durable=True)
        self.store = folder / "store"
        self.log = folder / "worker.log"
        self._workers: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.postgres.start(),
            "CELERY_BROKER_URL": self.valkey.start(),
            "DJANGO_SETTINGS_MODULE": "webapp.settings.dev",
            "PLUMBLINE_DATA_DIR": str(folder),
            "PLUMBLINE_STORE_URL": f"file://{self.store}",
        }
        self.manage("migrate", "--verbosity", "0")

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True)
        return done.stdout

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-m", "celery", "-A", "webapp", "worker", "-Q", "default", "--pool", "prefork"),
            *("--concurrency", "1", "-B", "--schedule", str(self.log.with_name("beat")), "--without-mingle"),
            *("--include", "tests.webapp.jobs.kinds"),
        ]
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self._workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)

    def start_job(self, **params: Any) -> int:
        """Create the job as a web process would, in a process of its own."""
        code = (
            "import tests.webapp.jobs.kinds\n"
            "from webapp.accounts.models import User\n"
            "from webapp.projects.services.projects import project_create\n"
            "from webapp.jobs.services import job_create\n"
            "user, _ = User.objects.get_or_create(email='a@example.org')\n"
            "project = project_create(created_by=user, name='Crash')\n"
            f"params = {params!r}\n"
            "job = job_create(kind='test.count', project=project, created_by=user, params=params, title='Count')\n"
            "print('JOB', job.pk)\n"
        )
        output = self.manage("shell", "--no-imports", "-c", code)
        return int(output.rpartition("JOB ")[2].split()[0])

    def query(self, sql: str, *params: Any) -> Any:
        with psycopg.connect(self.environment["DATABASE_URL"].replace("postgres://", "postgresql://")) as database:
            return database.execute(sql, params).fetchone()

    def wait_until(self, sql: str, *params: Any, seconds: float = 60) -> None:
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
        for worker in self._workers:
            if worker.poll() is None:
                self.kill(worker)
        self.valkey.destroy()
        self.postgres.destroy()


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    for parent in (folder, *list(folder.parents)[:3]):
        if str(parent).startswith("/tmp/"):  # noqa: S108
            parent.chmod(0o755)
    house = House(folder)
    yield house
    house.stop()


IN_THE_MIDDLE = "SELECT count(*) >= 1 FROM jobs_jobshard WHERE job_id = %s AND state = 'done'"
ENDED = "SELECT state IN ('succeeded', 'failed', 'cancelled') FROM jobs_job WHERE id = %s"


def assert_exact(house: House, job_id: int) -> None:
    """The job succeeded, every part holds exactly its rows, and the work was brought home once."""
    state, result = house.query("SELECT state, result FROM jobs_job WHERE id = %s", job_id)
    assert (state, result) == ("succeeded", {"rows": ROWS * SHARDS})
    lines = [line for part in sorted(house.store.glob("counted/part-*.txt")) for line in part.read_text().split()]
    assert lines == [f"{shard}:{row}" for shard in range(SHARDS) for row in range(ROWS)]
    assert list(house.store.glob("counted/*.tmp-*")) == []
    finished = house.query("SELECT count(*) FROM jobs_joblogentry WHERE job_id = %s AND message = 'brought home'", job_id)
    assert finished == (1,)


@pytest.mark.parametrize("_case", ["worker_killed", "broker_stopped", "database_restarted"])
def test_a_job_survives(house: House, _case: str) -> None:
    disturb: dict[str, Callable[[subprocess.Popen[bytes]], None]] = {
        "worker_killed": lambda worker: _kill_and_replace(house, worker),
        "broker_stopped": lambda worker: _lose_the_broker(house, worker),
        "database_restarted": lambda worker: _restart_the_database(house),
    }
    worker = house.start_worker()
    job_id = house.start_job(shards=SHARDS, rows=ROWS, folder="counted", seconds_per_row=0.02)
    house.wait_until(IN_THE_MIDDLE, job_id)

    disturb[_case](worker)

    house.wait_until(ENDED, job_id, seconds=120)
    assert_exact(house, job_id)


def _kill_and_replace(house: House, worker: subprocess.Popen[bytes]) -> None:
    house.kill(worker)
    house.start_worker()


def _lose_the_broker(house: House, worker: subprocess.Popen[bytes]) -> None:
    """The broker and all its messages vanish, and the worker with them; both come back empty."""
    house.valkey.destroy()
    house.kill(worker)
    house.valkey.start()
    house.start_worker()


def _restart_the_database(house: House) -> None:
    house.postgres.stop()
    house.postgres.start()
