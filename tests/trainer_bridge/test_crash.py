"""A training worker killed in the middle: its trainer goes with it, and another worker finishes the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import House
from tests.trainer_bridge.holding import held_still, is_running, wait_for

pytestmark = pytest.mark.slow
STEPS = 60


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), migrated=migrated, PLUMBLINE_ORPHAN_GRACE="15")
    yield house
    house.stop()


def test_a_run_survives_its_worker(house: House) -> None:
    code = (
        "from tests.trainer_bridge.making import long_run_make\n"
        f"run = long_run_make(max_steps={STEPS})\n"
        "print('RUN', run.pk, run.job_id)\n"
    )
    run, job = (int(n) for n in house.manage("shell", "--no-imports", "-c", code).rpartition("RUN ")[2].split())
    worker = house.start_worker("train,default")
    folder = house.store / "runs" / str(run)
    with held_still(folder, after_step=7) as trainer:
        house.wait_until("SELECT count(*) >= 7 FROM trainer_bridge_runmetric WHERE run_id = %s", run, seconds=60)
        assert is_running(trainer)
        house.kill(worker)
    wait_for(lambda: not is_running(trainer))
    reached = json.loads((folder / "status.json").read_text())
    # What the lease of a minute would do by itself, without the wait.
    house.query("UPDATE jobs_jobshard SET lease_until = now() WHERE job_id = %s RETURNING id", job)
    house.start_worker("train,default")

    house.wait_until("SELECT state IN ('succeeded', 'failed') FROM jobs_job WHERE id = %s", job, seconds=180)
    assert house.query("SELECT state, message FROM jobs_job WHERE id = %s", job) == (
        "succeeded",
        "Registered tiny-llama-dpo v1.",
    )
    assert reached["state"] == "cancelled"
    assert 5 <= reached["step"] < STEPS
    assert json.loads((folder / "status.json").read_text())["resumed_from"] == reached["step"]
    assert house.query("SELECT count(*) FROM trainer_bridge_modelversion") == (1,)
    assert house.query("SELECT claims FROM jobs_jobshard WHERE job_id = %s", job) == (2,)
    steps = house.query(
        "SELECT array_agg(step ORDER BY step) FROM trainer_bridge_runmetric WHERE run_id = %s AND values ? 'loss'", run
    )
    assert steps == (list(range(1, STEPS + 1)),)
