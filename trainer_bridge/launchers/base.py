"""What a launcher must do. It knows programs and folders, and nothing of runs or the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol


class Process(Protocol):
    """A started program."""

    def poll(self) -> int | None:
        """Its exit code, negative for a signal, or None while it runs."""
        ...

    def stop(self, *, grace_seconds: float) -> int:
        """Ask it to stop, wait for it to save its work, then force it; returns its exit code. Safe to repeat."""
        ...


class Launcher(Protocol):
    def start(self, module: str, arguments: Sequence[str], *, log: Path) -> Process:
        """Start `python -m module arguments…`, its output added to `log`.

        The program must not outlive the process that started it: when that one dies, the program gets SIGTERM, and
        SIGKILL a little later.
        """
        ...
