"""A worker killed twice while it judges: every row once, every answer once, and a meter that agrees with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.judges.answers import ANSWERS_PER_WRITE
from tests.support.house import House

WORKER = "tests.curation.judges.rule_worker"
ROWS = 600
KILLED_AT = (300, 800)
HELD_AT_ONCE = 4
START = f"""
from tests.benchmarks.judge_rows import start
print("JOB", start({ROWS}, seed=1))
"""
CHECK = """
import json
from tests.benchmarks.judge_rows import wrong_rows
print("FOUND", json.dumps(wrong_rows({job_id})))
"""
ENDED = "SELECT state IN ('succeeded', 'failed') FROM jobs_job WHERE id = %s"


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), migrated=migrated)
    yield house
    house.stop()


@pytest.mark.slow
def test_judging_survives_its_workers(house: House) -> None:
    worker = house.start_worker("default,ml", include=WORKER)
    job_id = int(house.manage("shell", "--no-imports", "-c", START).rpartition("JOB ")[2])
    for answers in KILLED_AT:
        house.wait_until("SELECT count(*) >= %s FROM curation_judgeanswer", answers)
        house.kill(worker)
        assert house.query(ENDED, job_id) == (False,)
        worker = house.start_worker("default,ml", include=WORKER)
    house.wait_until(ENDED, job_id, seconds=120)

    state, message = house.query("SELECT state, message FROM jobs_job WHERE id = %s", job_id)
    assert (state, message) == ("succeeded", f"{ROWS} pairs scored.")
    found = house.manage("shell", "--no-imports", "-c", CHECK.format(job_id=job_id)).rpartition("FOUND ")[2]
    nothing = {"missing": 0, "doubled": 0, "failed": 0, "answers_missing": 0, "answers_doubled": 0}
    assert json.loads(found) == {**nothing, "calls": 2 * ROWS}
    # What was asked twice is what a killed worker had not written down yet.
    asked = len((Path(house.environment["PLUMBLINE_DATA_DIR"]) / "asked").read_bytes())
    assert 2 * ROWS <= asked <= 2 * ROWS + len(KILLED_AT) * (ANSWERS_PER_WRITE + HELD_AT_ONCE)
