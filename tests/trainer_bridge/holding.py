"""Holding a real trainer still between two steps, so that no machine is too fast for a test to interrupt it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


def wait_for(condition: Callable[[], bool], seconds: float = 120, *, every: float = 0.1) -> None:
    """Return once the condition holds; fail the test when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(every)


@contextmanager
def held_still(folder: Path, *, after_step: int, seconds: float = 240) -> Iterator[int]:
    """Suspend the trainer of a run folder soon after a step; yields its pid and lets it go on at the end."""
    metrics = folder / "metrics.jsonl"
    wait_for(lambda: metrics.exists() and metrics.read_bytes().count(b"\n") >= after_step, seconds, every=0.005)
    trainer = psutil.Process(json.loads((folder / "status.json").read_text())["pid"])
    trainer.suspend()
    try:
        yield trainer.pid
    finally:
        trainer.resume()


def is_running(pid: int) -> bool:
    """Whether the process is there and has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_asked_to_stop(pid: int) -> bool:
    """Whether SIGTERM waits for a process that is held still."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(status["ShdPnd"], 16) & 1 << (signal.SIGTERM - 1))
