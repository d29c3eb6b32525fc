"""A worker killed in the middle of an import leaves nothing, and the next one imports every row once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.support.house import House

ROWS = 60_000
START = """
from curation.datasets.services import dataset_create, import_create
from webapp.accounts.models import User
from webapp.projects.services.projects import project_create
user, _ = User.objects.get_or_create(email="a@example.org")
project = project_create(created_by=user, name="Crash")
dataset = dataset_create(project=project, created_by=user, name="Pairs")
with open({path!r}, "rb") as file:
    taken = import_create(dataset=dataset, created_by=user, file=file, filename="rows.jsonl")
print("JOB", taken.job_id)
"""
IN_THE_MIDDLE = "SELECT count(*) = 1 FROM jobs_jobshard WHERE job_id = %s AND state = 'running' AND done > 5000"
ENDED = "SELECT state IN ('succeeded', 'failed') FROM jobs_job WHERE id = %s"


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), migrated=migrated)
    yield house
    house.stop()


def parts_of(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if ".parquet" in path.name)


@pytest.mark.slow
def test_an_import_survives_its_worker(house: House, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with path.open("w") as file:
        for number in range(ROWS):
            # Every tenth row comes again at once, every hundredth much later with the other label.
            sides = [f"good {number}", f"bad {number}"]
            row = {"prompt": f"Question {number}?", "chosen": sides[0], "rejected": sides[1]}
            file.write((json.dumps(row) + "\n") * (2 if number % 10 == 0 else 1))
        for number in range(0, ROWS, 100):
            row = {"prompt": f"Question {number}?", "chosen": f"bad {number}", "rejected": f"good {number}"}
            file.write(json.dumps(row) + "\n")
    output = house.manage("shell", "--no-imports", "-c", START.format(path=str(path)))
    job_id = int(output.rpartition("JOB ")[2].split()[0])

    worker = house.start_worker()
    house.wait_until(IN_THE_MIDDLE, job_id)
    house.kill(worker)
    assert house.query("SELECT count(*) FROM curation_datasetversion") == (0,)
    house.start_worker()
    house.wait_until(ENDED, job_id, seconds=120)

    state, message = house.query("SELECT state, message FROM jobs_job WHERE id = %s", job_id)
    assert state == "succeeded", message
    counts = house.query("SELECT rows_read, rows_new, rows_merged, rows_rejected FROM curation_import")
    assert counts == (ROWS + ROWS // 10 + ROWS // 100, ROWS, ROWS // 10 + ROWS // 100, 0)
    rows, stats, parts = house.query("SELECT rows, stats, parts FROM curation_datasetversion")
    assert (rows, stats["labels"]) == (ROWS, ROWS + ROWS // 100)
    assert parts_of(house.store) == sorted(house.store / part["key"] for part in parts)
    ids = [
        pk for part in parts for pk in pq.read_table(house.store / part["key"], columns=["record_id"])[0].to_pylist()
    ]
    assert len(ids) == len(set(ids)) == ROWS
