"""The command that trains a folder, for every place it may run."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

TRAINER = "trainer_bridge.ml.train"
TORCHRUN = "torch.distributed.run"
# A trainer runs model code and needs none of the application's keys.
_KEYS = ("DATABASE_URL", "CELERY_BROKER_URL", "PLUMBLINE_SECRET_KEY")
# Fetches the run's folder with the run's own token; needs nothing but Python.
_FETCH = """
import io, os, shutil, urllib.request, zipfile
address = os.environ["PLUMBLINE_REPORT_URL"].rstrip("/") + "/api/runs/" + os.environ["PLUMBLINE_RUN"] + "/folder/"
token = os.environ["PLUMBLINE_REPORT_TOKEN"]
asked = urllib.request.Request(address, headers={"Authorization": "Bearer " + token})
with urllib.request.urlopen(asked) as answer, open("run.zip", "wb") as file:
    shutil.copyfileobj(answer, file)
zipfile.ZipFile("run.zip").extractall(".")
os.remove("run.zip")
"""


def environment_without_keys() -> dict[str, str]:
    """What a trainer may inherit of this process's environment."""
    return {name: value for name, value in os.environ.items() if name not in _KEYS}


def trainer_module(folder: Path | str, *, gpus: int) -> tuple[str, list[str]]:
    """Module and arguments that train a folder on one machine: one process, or one for each of several GPUs."""
    if gpus <= 1:
        return TRAINER, [str(folder), "--resume"]
    return TORCHRUN, ["--standalone", f"--nproc-per-node={gpus}", "-m", TRAINER, str(folder), "--resume"]


def shared_command(folder: Path, *, python: str, gpus: int) -> str:
    """The same as a line of shell, for a machine that shares our disk."""
    return in_folder(folder, _train(folder, python=python, gpus=gpus))


def in_folder(folder: Path, words: Sequence[str]) -> str:
    """A line of shell that runs a command in a run's folder, whose log takes its output.

    Python looks into the folder it is started in before PYTHONPATH, and there must be no other trainer.
    """
    return f"cd {shlex.quote(str(folder))} && {_in_place_of_the_shell(words)} >> train.log 2>&1"


def elsewhere_command(*, python: str, gpus: int) -> str:
    """For a machine that does not share our disk: fetch the folder over HTTP, then train and report.

    Reads PLUMBLINE_REPORT_URL, PLUMBLINE_REPORT_TOKEN and PLUMBLINE_RUN from its environment.
    """
    fetch = shlex.join([python, "-c", _FETCH])
    train = _in_place_of_the_shell(_train(".", python=python, gpus=gpus))
    return f'set -e; cd "$(mktemp -d)"; {fetch}; cd "run-$PLUMBLINE_RUN"; export PYTHONPATH=code; {train}'


def _train(folder: Path | str, *, python: str, gpus: int) -> list[str]:
    module, arguments = trainer_module(folder, gpus=gpus)
    return [python, "-m", module, *arguments]


def _in_place_of_the_shell(words: Sequence[str]) -> str:
    """So that signals reach it."""
    return f"exec {shlex.join(words)}"
