"""Trainer processes: they stop when told, and never outlive whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.trainer_bridge.holding import is_running, wait_for
from trainer_bridge.launchers.local import LocalLauncher, LocalProcess

# Counts in a file until stopped; `stubborn` ignores SIGTERM, `polite` notes it and ends with 143.
PROGRAM = """
import os, signal, sys, time
folder, manner = sys.argv[1], sys.argv[2]
def stop(number, frame):
    open(folder + "/stopped", "w").write("saved")
    sys.exit(143)
signal.signal(signal.SIGTERM, signal.SIG_IGN if manner == "stubborn" else stop)
open(folder + "/environment", "w").write(" ".join(os.environ))
open(folder + "/pid", "w").write(str(os.getpid()))
print("working", flush=True)
while True:
    time.sleep(0.05)
"""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "plumbline_test_program.py").write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "plumbline_test_program"


@pytest.fixture
def start(program: str, tmp_path: Path) -> Iterator[Callable[[str], LocalProcess]]:
    started: list[LocalProcess] = []

    def run(manner: str) -> LocalProcess:
        started.append(LocalLauncher().start(program, [str(tmp_path), manner], log=tmp_path / "log"))
        wait_for((tmp_path / "pid").exists)
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            process.stop(grace_seconds=0)


def test_a_program_saves_its_work_when_stopped(start: Callable[[str], LocalProcess], tmp_path: Path) -> None:
    process = start("polite")

    code = process.stop(grace_seconds=10)

    assert code == process.poll() == 143
    assert (tmp_path / "stopped").read_text() == "saved"
    assert (tmp_path / "log").read_text() == "working\n"


def test_a_program_that_does_not_listen_is_killed(start: Callable[[str], LocalProcess]) -> None:
    process = start("stubborn")

    assert process.stop(grace_seconds=0.3) == -signal.SIGKILL


def test_a_program_does_not_get_the_applications_keys(start: Callable[[str], LocalProcess], tmp_path: Path) -> None:
    start("polite")

    names = (tmp_path / "environment").read_text().split()

    assert {"DATABASE_URL", "CELERY_BROKER_URL", "PLUMBLINE_SECRET_KEY"} & set(names) == set()
    assert "HOME" in names or "PATH" in names


@pytest.mark.parametrize("manner", ["polite", "stubborn"])
def test_a_program_ends_with_a_killed_starter(program: str, tmp_path: Path, manner: str) -> None:
    code = (
        "import django, sys, time; from pathlib import Path\n"
        "django.setup()\n"
        "from trainer_bridge.launchers.local import LocalLauncher\n"
        f"LocalLauncher().start({program!r}, [sys.argv[1], {manner!r}], log=Path(sys.argv[1]) / 'log')\n"
        "time.sleep(600)\n"
    )
    environment = {**os.environ, "PLUMBLINE_ORPHAN_GRACE": "0.5"}
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=settings.BASE_DIR, env=environment)
    try:
        wait_for((tmp_path / "pid").exists, 60)
        pid = int((tmp_path / "pid").read_text())
        assert is_running(pid)
    finally:
        starter.kill()
        starter.wait()

    wait_for(lambda: not is_running(pid))

    assert (tmp_path / "stopped").exists() == (manner == "polite")
    assert "The worker that started this process is gone" in (tmp_path / "log").read_text()
