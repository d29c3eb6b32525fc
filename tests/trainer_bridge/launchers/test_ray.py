"""Runs on Ray: against a server that plays its Jobs API, and a Ray of this machine where one is installed."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trainer_bridge.holding import wait_for
from tests.trainer_bridge.launchers.serving import Served, served
from tests.trainer_bridge.launchers.test_slurm import stub  # noqa: F401  (a fixture)
from trainer_bridge.launchers import Alive, Ended, LauncherError, Lost, Task
from trainer_bridge.launchers.ray import RayLauncher

NOT_YET = "Ray has not started the run yet"


@pytest.fixture
def jobs() -> dict[str, dict[str, Any]]:
    return {}


@pytest.fixture
def ray(jobs: dict[str, dict[str, Any]], settings: Any) -> Iterator[Served]:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if (method, path) == ("POST", "/api/jobs/"):
            if body["metadata"]["run"] == "refused":
                return 500, {"error": "no resources"}
            jobs["raysubmit_1"] = {"status": "PENDING", "message": "Waiting for a node."}
            return 200, {"job_id": "raysubmit_1", "submission_id": "raysubmit_1"}
        number, _, verb = path.removeprefix("/api/jobs/").partition("/")
        if number not in jobs:
            return 404, "Job does not exist"
        if verb == "stop":
            jobs[number]["status"] = "STOPPED"
            return 200, {"stopped": True}
        return 200, jobs[number]

    with served(answer) as found:
        settings.LAUNCHER_ENVIRONMENT = {"PLUMBLINE_RAY_ADDRESS": found.url}
        settings.REPORT_URL = "https://plumbline.example.org"
        yield found


def test_a_job_is_submitted_with_what_it_needs(ray: Served, tmp_path: Path) -> None:
    handle = RayLauncher().submit(Task("run-7", tmp_path, gpus=4, environment={"A": "b"}))

    assert handle == {"submission": "raysubmit_1"}
    (asked,) = ray.asked
    assert asked[:2] == ("POST", "/api/jobs/")
    assert asked[2]["entrypoint_num_gpus"] == 4
    assert asked[2]["runtime_env"]["env_vars"] == {
        "A": "b",
        "PYTHONPATH": f"{tmp_path}/code",
        "PYTHONUNBUFFERED": "1",
        "RAY_JOB_STOP_WAIT_TIME_S": "120",
    }
    assert asked[2]["entrypoint"] == (
        f"sh -c 'cd {tmp_path} && exec python -m torch.distributed.run --standalone --nproc-per-node=4 "
        f"-m trainer_bridge.ml.train {tmp_path} --resume >> train.log 2>&1'"
    )


def test_machines_without_our_disk_fetch_the_folder(ray: Served, tmp_path: Path, settings: Any) -> None:
    settings.LAUNCHER_ENVIRONMENT["PLUMBLINE_RAY_SHARED_STORE"] = "false"
    launcher = RayLauncher()

    launcher.submit(Task("run-7", tmp_path, environment={"PLUMBLINE_RUN": "7"}))

    assert not launcher.shares_disk
    entrypoint = ray.asked[0][2]["entrypoint"]
    assert str(tmp_path) not in entrypoint
    assert 'cd "run-$PLUMBLINE_RUN"' in entrypoint
    settings.REPORT_URL = ""
    assert "PLUMBLINE_REPORT_URL" in launcher.describe().detail


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"status": "PENDING", "message": None}, Alive(NOT_YET)),
        ({"status": "PENDING", "message": "No GPU is free."}, Alive(f"{NOT_YET}: No GPU is free.")),
        ({"status": "RUNNING", "message": "Job is running."}, Alive()),
        ({"status": "SUCCEEDED", "driver_exit_code": 0}, Ended(0)),
        ({"status": "FAILED", "driver_exit_code": 2, "message": "It failed."}, Ended(2, "It failed.")),
        ({"status": "FAILED", "driver_exit_code": None, "message": "Lost node."}, Ended(None, "Lost node.")),
        ({"status": "STOPPED"}, Ended(143, "Ray stopped the job")),
    ],
)
def test_every_status_means_something(ray: Served, jobs: Any, facts: dict[str, Any], expected: Any) -> None:
    jobs["a b"] = facts
    jobs["a%20b"] = facts

    assert RayLauncher().poll({"submission": "a b"}) == expected


def test_stopping_and_losing(ray: Served, jobs: Any, tmp_path: Path) -> None:
    launcher = RayLauncher()
    handle = launcher.submit(Task("run-7", tmp_path))

    launcher.stop(handle, grace_seconds=10)
    stopped = launcher.poll(handle)
    jobs.clear()
    launcher.stop(handle, grace_seconds=10)

    assert stopped == Ended(143, "Ray stopped the job")
    assert launcher.poll(handle) == Lost("Ray knows of no such job any more.")


def test_a_cluster_that_refuses_or_is_away(ray: Served, tmp_path: Path, settings: Any) -> None:
    with pytest.raises(LauncherError, match="no resources"):
        RayLauncher().submit(Task("refused", tmp_path))
    settings.LAUNCHER_ENVIRONMENT["PLUMBLINE_RAY_ADDRESS"] = "http://127.0.0.1:9"
    with pytest.raises(LauncherError, match="does not answer"):
        RayLauncher().poll({"submission": "x"})
    settings.LAUNCHER_ENVIRONMENT.clear()
    assert RayLauncher().describe().available is False


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ray") is None, reason="Ray is not installed here")
def test_a_program_on_a_real_ray(stub: Path, settings: Any) -> None:  # noqa: F811
    address = "http://127.0.0.1:8299"
    begin = ["ray", "start", "--head", "--port=6399", "--dashboard-port=8299", "--num-cpus=1",
             "--include-dashboard=true", "--disable-usage-stats"]  # fmt: skip
    try:
        subprocess.run(begin, check=True, capture_output=True)
        settings.LAUNCHER_ENVIRONMENT = {"PLUMBLINE_RAY_ADDRESS": address}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/api/jobs/", timeout=5).read()  # noqa: S310
                break
            except OSError:
                time.sleep(0.5)
        launcher = RayLauncher()
        handle = launcher.submit(Task("run-1", stub))
        wait_for((stub / "started").exists, 240)
        running = launcher.poll(handle)
        launcher.stop(handle, grace_seconds=60)
        wait_for(lambda: not isinstance(launcher.poll(handle), Alive), 60)

        assert (running, launcher.poll(handle)) == (Alive(), Ended(143, "Ray stopped the job"))
        assert (stub / "saved").exists()
        assert "training\n" in (stub / "train.log").read_text()
    finally:
        subprocess.run(["ray", "stop", "--force"], check=False, capture_output=True)
