"""Keep a few processes running: report and restart the ones that die, stop all of them in order.

Each process leads its own group, so that its children go with it. What runs is written to a file with
the time each process began; after `kill -9` of everything, the next start ends the survivors by it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from launcher.console import say
from launcher.services import Server
from webapp.devservices.processes import (
    ServiceError,
    command_line,
    end_group,
    group_members,
    send,
    signal_group,
    start_time,
)

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
# A process that lived this long had started well; its next crash is a new story.
SETTLED_SECONDS = 60.0


class Child(Protocol):
    """Something the supervisor keeps running."""

    name: str

    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def ended(self) -> str | None: ...
    def ask_to_stop(self) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Command:
    """A command run as a child process in its own group, writing to a log file."""

    name: str
    argv: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    grace_seconds: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    _asked: bool = False

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None else None

    def start(self) -> None:
        """Start the command; its log begins anew when it has grown large."""
        large = self.log.exists() and self.log.stat().st_size > 20 << 20
        if large:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ended(self) -> str | None:
        """Return how the process ended, None while it runs."""
        if self.process is None:
            return "was never started"
        code = self.process.poll()
        if code is None:
            return None
        # Children of a killed leader would go on serving the same port or queue.
        signal_group(self.process.pid, signal.SIGKILL)
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"

    def ask_to_stop(self) -> None:
        """Send SIGTERM and do not wait: web and workers then finish side by side."""
        if self.process is not None and not self._asked:
            self._asked = True
            self.process.terminate()

    def stop(self) -> None:
        """Wait until the process has finished, or kill it when its grace is over; then end its whole group."""
        if self.process is None:
            return
        self.ask_to_stop()
        try:
            self.process.wait(self.grace_seconds)
        except subprocess.TimeoutExpired:
            say(f"{self.name} did not stop within {self.grace_seconds:.0f} s and is killed")
        signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Embedded:
    """An embedded server seen as a child; it outlives a restart of the supervisor and is adopted then."""

    name: str
    server: Server

    @property
    def pid(self) -> int | None:
        return self.server.pid

    def start(self) -> None:
        self.server.start()

    def ended(self) -> str | None:
        return None if self.server.is_running() else "is gone"

    def ask_to_stop(self) -> None:
        """Do nothing yet: the commands still need their servers while they finish."""

    def stop(self) -> None:
        self.server.stop()


class Supervisor:
    """Start children in the given order, watch them, and stop them in the opposite order."""

    def __init__(self, children: list[Child], pid_file: Path) -> None:
        self.children = children
        self.pid_file = pid_file
        self._stopping = False
        self._crashes: dict[str, int] = {}
        self._started_at: dict[str, float] = {}
        self._retry_at: dict[str, float] = {}

    def start(self) -> None:
        """Start every child that is not running yet."""
        for child in self.children:
            if child.ended() is not None:
                child.start()
            self._started_at[child.name] = time.monotonic()
        self._write_pid_file()

    def request_stop(self, *_signal: object) -> None:
        """Make `watch` return at its next turn; safe to call from a signal handler."""
        self._stopping = True

    def watch(self, *, until: Callable[[], bool] | None = None, every: float = 0.2) -> bool:
        """Restart what dies until a stop is requested; or until `until` says so, then return True."""
        while not self._stopping:
            if until is not None and until():
                return True
            self.check()
            time.sleep(every)
        return False

    def check(self) -> None:
        """Look at every child once: report one that died, and start it again when its turn has come."""
        now = time.monotonic()
        for child in self.children:
            if child.name in self._retry_at:
                if now >= self._retry_at[child.name]:
                    self._restart(child)
                continue
            how = child.ended()
            if how is not None and not self._stopping:
                self._plan_restart(child, how)

    def stop(self) -> None:
        """Stop every child: the commands together, then the servers, the last started first."""
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.stop()
        self.pid_file.unlink(missing_ok=True)

    def _plan_restart(self, child: Child, how: str) -> None:
        if time.monotonic() - self._started_at.get(child.name, 0.0) > SETTLED_SECONDS:
            self._crashes[child.name] = 0
        wait = BACKOFF_SECONDS[min(self._crashes.get(child.name, 0), len(BACKOFF_SECONDS) - 1)]
        self._crashes[child.name] = self._crashes.get(child.name, 0) + 1
        self._retry_at[child.name] = time.monotonic() + wait
        where = f"; its log is {child.log}" if isinstance(child, Command) else ""
        say(f"{child.name} {how}{where}. Starting it again in {wait:.0f} s")

    def _restart(self, child: Child) -> None:
        del self._retry_at[child.name]
        self._started_at[child.name] = time.monotonic()
        try:
            child.start()
        except (ServiceError, OSError) as error:
            self._plan_restart(child, f"could not be started ({error})")
            return
        say(f"{child.name} is running again")
        self._write_pid_file()

    def _write_pid_file(self) -> None:
        entries = {
            child.name: {"pid": child.pid, "started": start_time(child.pid)}
            for child in self.children
            if isinstance(child, Command) and child.pid is not None
        }
        scratch = self.pid_file.with_suffix(".tmp")
        scratch.write_text(json.dumps({"supervisor": os.getpid(), "processes": entries}, indent=1))
        scratch.replace(self.pid_file)


def end_orphans(pid_file: Path, mark: str) -> list[str]:
    """End processes that a killed supervisor left behind and return their names.

    A process is ours only when it began at the very moment that was noted: numbers are used again. Where the
    leader of a group is gone, its members are ours when their command line contains `mark`.
    """
    try:
        entries = json.loads(pid_file.read_text())["processes"]
    except (FileNotFoundError, ValueError, KeyError):
        return []
    ours: dict[str, int] = {}
    for name, entry in entries.items():
        pid, began = entry["pid"], entry["started"]
        now = start_time(pid)
        if began is not None and now == began:
            ours[name] = pid
            # All at once, so that their graces run side by side.
            send(pid, signal.SIGTERM)
        elif now is None and any(mark in command_line(member) for member in group_members(pid)):
            ours[name] = pid
    for pid in ours.values():
        end_group(pid, seconds=5.0)
    pid_file.unlink(missing_ok=True)
    return list(ours)
