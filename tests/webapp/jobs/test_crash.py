"""Real workers, a real broker and a real database, each killed in the middle of a job: no row lost or doubled."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import House

pytestmark = pytest.mark.slow
ROWS, SHARDS = 60, 4
KINDS = "tests.webapp.jobs.kinds"


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), migrated=migrated)
    yield house
    house.stop()


def start_job(house: House, **params: Any) -> int:
    """Create the job as a web process would, in a process of its own."""
    code = (
        f"import {KINDS}\n"
        "from webapp.accounts.models import User\n"
        "from webapp.projects.services.projects import project_create\n"
        "from webapp.jobs.services import job_create\n"
        "user, _ = User.objects.get_or_create(email='a@example.org')\n"
        "project = project_create(created_by=user, name='Crash')\n"
        f"params = {params!r}\n"
        "job = job_create(kind='test.count', project=project, created_by=user, params=params, title='Count')\n"
        "print('JOB', job.pk)\n"
    )
    output = house.manage("shell", "--no-imports", "-c", code)
    return int(output.rpartition("JOB ")[2].split()[0])


IN_THE_MIDDLE = "SELECT count(*) >= 1 FROM jobs_jobshard WHERE job_id = %s AND state = 'done'"
ENDED = "SELECT state IN ('succeeded', 'failed', 'cancelled') FROM jobs_job WHERE id = %s"


def assert_exact(house: House, job_id: int) -> None:
    """The job succeeded, every part holds exactly its rows, and the work was brought home once."""
    state, result = house.query("SELECT state, result FROM jobs_job WHERE id = %s", job_id)
    assert (state, result) == ("succeeded", {"rows": ROWS * SHARDS})
    lines = [line for part in sorted(house.store.glob("counted/part-*.txt")) for line in part.read_text().split()]
    assert lines == [f"{shard}:{row}" for shard in range(SHARDS) for row in range(ROWS)]
    assert list(house.store.glob("counted/*.tmp-*")) == []
    finished = house.query(
        "SELECT count(*) FROM jobs_joblogentry WHERE job_id = %s AND message = 'brought home'", job_id
    )
    assert finished == (1,)


@pytest.mark.parametrize("_case", ["worker_killed", "broker_stopped", "database_restarted"])
def test_a_job_survives(house: House, _case: str) -> None:
    disturb: dict[str, Callable[[subprocess.Popen[bytes]], None]] = {
        "worker_killed": lambda worker: _kill_and_replace(house, worker),
        "broker_stopped": lambda worker: _lose_the_broker(house, worker),
        "database_restarted": lambda worker: _restart_the_database(house),
    }
    worker = house.start_worker(include=KINDS)
    job_id = start_job(house, shards=SHARDS, rows=ROWS, folder="counted", seconds_per_row=0.02)
    house.wait_until(IN_THE_MIDDLE, job_id)

    disturb[_case](worker)

    house.wait_until(ENDED, job_id, seconds=120)
    assert_exact(house, job_id)


def _kill_and_replace(house: House, worker: subprocess.Popen[bytes]) -> None:
    house.kill(worker)
    house.start_worker(include=KINDS)


def _lose_the_broker(house: House, worker: subprocess.Popen[bytes]) -> None:
    """The broker and all its messages vanish, and the worker with them; both come back empty."""
    house.valkey.destroy()
    house.kill(worker)
    house.valkey.start()
    house.start_worker(include=KINDS)


def _restart_the_database(house: House) -> None:
    house.postgres.stop()
    house.postgres.start()
