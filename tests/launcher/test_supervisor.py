"""The supervisor: restarts what dies, waits longer each time, stops whole groups, ends orphans and nobody else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launcher import supervisor as module
from launcher.supervisor import Command, Supervisor, end_orphans
from webapp.devservices.processes import group_members, is_alive, start_time

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# A parent whose child ignores SIGTERM, as a busy pool process may.
FAMILY_SCRIPT = """
import subprocess, sys, time
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", deaf])
time.sleep(600)
"""
FAMILY = [sys.executable, "-c", FAMILY_SCRIPT]


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def make_command(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    made: list[Command] = []

    def make(name: str, argv: list[str], **more: float) -> Command:
        command = Command(name, argv, dict(os.environ), tmp_path, tmp_path / f"{name}.log", **more)
        made.append(command)
        return command

    yield make
    for command in made:
        command.stop()


@pytest.fixture
def short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF_SECONDS", (0.05, 0.1, 60.0))


@pytest.mark.usefixtures("short_backoff")
def test_a_killed_child_is_reported_and_restarted(
    make_command: Callable[..., Command], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = make_command("web", SLEEP)
    supervisor = Supervisor([command], tmp_path / "pids.json")
    supervisor.start()
    first = command.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    assert supervisor.watch(until=lambda: command.pid != first, every=0.02)

    assert command.ended() is None
    assert "web was killed by SIGKILL" in capsys.readouterr().err
    assert json.loads((tmp_path / "pids.json").read_text())["processes"]["web"]["pid"] == command.pid


@pytest.mark.usefixtures("short_backoff")
def test_a_child_that_keeps_dying_is_started_ever_later(
    make_command: Callable[..., Command], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = make_command("web", [sys.executable, "-c", "raise SystemExit(3)"])
    supervisor = Supervisor([command], tmp_path / "pids.json")
    supervisor.start()
    said = ""

    def third_wait() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return "in 60 s" in said

    assert supervisor.watch(until=third_wait, every=0.02)

    assert said.count("web ended with code 3") == 3
    assert said.count("web is running again") == 2


def test_one_dead_child_leaves_the_others_running(make_command: Callable[..., Command], tmp_path: Path) -> None:
    web, worker = make_command("web", SLEEP), make_command("worker", SLEEP)
    supervisor = Supervisor([web, worker], tmp_path / "pids.json")
    supervisor.start()
    kept = worker.pid
    assert web.pid is not None

    os.kill(web.pid, signal.SIGKILL)
    assert eventually(lambda: not is_alive(web.pid or 0))
    supervisor.check()

    assert worker.pid == kept
    assert worker.ended() is None


def test_stop_ends_whole_groups_and_forgets_the_pid_file(make_command: Callable[..., Command], tmp_path: Path) -> None:
    command = make_command("worker", FAMILY)
    supervisor = Supervisor([command], tmp_path / "pids.json")
    supervisor.start()
    group = command.pid
    assert group is not None
    assert eventually(lambda: len(group_members(group)) == 2)

    supervisor.stop()

    assert eventually(lambda: group_members(group) == [])
    assert not (tmp_path / "pids.json").exists()


def test_a_child_that_will_not_stop_is_killed_after_its_grace(
    make_command: Callable[..., Command], tmp_path: Path
) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    command = make_command("worker", [sys.executable, "-c", stubborn], grace_seconds=0.3)
    supervisor = Supervisor([command], tmp_path / "pids.json")
    supervisor.start()
    assert eventually(lambda: command.log.read_text() == "deaf\n")

    supervisor.stop()

    assert command.process is not None
    assert command.process.returncode == -signal.SIGKILL


def test_a_requested_stop_ends_the_watch(make_command: Callable[..., Command], tmp_path: Path) -> None:
    supervisor = Supervisor([make_command("web", SLEEP)], tmp_path / "pids.json")
    supervisor.start()

    supervisor.request_stop()

    assert supervisor.watch() is False


def test_orphans_of_a_killed_supervisor_are_ended(make_command: Callable[..., Command], tmp_path: Path) -> None:
    command = make_command("worker", FAMILY)
    supervisor = Supervisor([command], tmp_path / "pids.json")
    supervisor.start()
    group = command.pid
    assert group is not None
    assert eventually(lambda: len(group_members(group)) == 2)

    # A new start knows nothing but the file.
    assert end_orphans(tmp_path / "pids.json", "no such mark") == ["worker"]

    assert eventually(lambda: group_members(group) == [])
    assert not (tmp_path / "pids.json").exists()


def test_orphans_whose_leader_is_gone_are_known_by_their_command(
    make_command: Callable[..., Command], tmp_path: Path
) -> None:
    command = make_command("worker", FAMILY)
    supervisor = Supervisor([command], tmp_path / "pids.json")
    supervisor.start()
    group = command.pid
    assert group is not None
    assert eventually(lambda: len(group_members(group)) == 2)
    os.kill(group, signal.SIGKILL)
    assert eventually(lambda: len(group_members(group)) == 1)

    assert end_orphans(tmp_path / "pids.json", sys.executable) == ["worker"]

    assert eventually(lambda: group_members(group) == [])


def test_a_process_that_only_has_the_same_number_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEP, start_new_session=True) as stranger:
        entry = {"pid": stranger.pid, "started": "another boot/1"}
        (tmp_path / "pids.json").write_text(json.dumps({"supervisor": 1, "processes": {"web": entry}}))

        assert end_orphans(tmp_path / "pids.json", sys.executable) == []

        assert is_alive(stranger.pid)
        stranger.kill()


def test_a_broken_pid_file_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "pids.json").write_text("{")

    assert end_orphans(tmp_path / "pids.json", "mark") == []


def test_start_time_tells_processes_apart() -> None:
    own = start_time(os.getpid())

    assert own is not None
    assert start_time(os.getpid()) == own
    assert start_time(os.getppid()) != own
    assert start_time(2**22 + 1) is None
