"""What trackers are told of a run lies in its folder, or goes where whoever started it says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from trainer_bridge.ml import environment
from trainer_bridge.ml.config import load_config

Make = Callable[..., Path]
VARIABLES = ("TENSORBOARD_LOGGING_DIR", "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "TRACKIO_DIR")


def test_trackers_write_into_the_run_folder(run_folder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    folder = run_folder()

    environment.settle(folder, load_config(folder / "config.yaml"))

    assert [os.environ[name] for name in VARIABLES] == [
        f"{folder}/tensorboard",
        f"file://{folder}/mlruns",
        "plumbline",
        f"{folder}/trackio",
    ]


def test_a_server_that_is_named_wins(run_folder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {name: f"https://{name.lower()}.example.org" for name in VARIABLES}
    monkeypatch.setattr(os, "environ", dict(named))
    folder = run_folder()

    environment.settle(folder, load_config(folder / "config.yaml"))

    assert {name: os.environ[name] for name in VARIABLES} == named


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tracker", "packages", "written"),
    [
        ("tensorboard", ("tensorboard", "tensorboardX"), "tensorboard/events.out.*"),
        ("mlflow", ("mlflow",), "mlruns/*/*/metrics/loss"),
        ("trackio", ("trackio",), "trackio/plumbline.db"),
    ],
)
def test_a_tracker_that_is_installed_hears_of_the_run(
    run_folder: Make, tracker: str, packages: tuple[str, ...], written: str
) -> None:
    if not any(find_spec(package) for package in packages):
        pytest.skip(f"{packages[0]} is not installed here")
    folder = run_folder(report_to=tracker, max_steps=2)
    told = {name: value for name, value in os.environ.items() if name not in VARIABLES}

    # A process of its own: the trackers read the environment once.
    command = [sys.executable, "-m", "trainer_bridge.ml.train", str(folder)]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-3000:]
    assert len(list(folder.glob(written))) == 1
