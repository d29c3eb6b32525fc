"""What a launcher must do. It knows programs and folders, and nothing of runs or the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Handle = dict[str, Any]
"""What a launcher needs to find its program again, as JSON."""


class LauncherError(Exception):
    """The place where runs are sent refused or could not be reached; one sentence for the run page."""


@dataclass(frozen=True)
class Task:
    """A run folder to train. `key` is a short name of the run's own; `environment` is added to the program's."""

    key: str
    folder: Path
    gpus: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Alive:
    """The program runs, or waits for its turn elsewhere: then `detail` says so in a sentence."""

    detail: str = ""


@dataclass(frozen=True)
class Ended:
    """The program ended; `code` is negative for a signal and None where the place does not say."""

    code: int | None
    detail: str = ""


@dataclass(frozen=True)
class Lost:
    """Nobody knows of the program any more."""

    detail: str = ""


Outcome = Alive | Ended | Lost


@dataclass(frozen=True)
class Description:
    """`detail` says what is missing where it is not available; `max_gpus` None means not known or not limited."""

    available: bool
    detail: str = ""
    max_gpus: int | None = None


class Launcher(Protocol):
    @property
    def holds_worker(self) -> bool:
        """Whether the program lives and dies with the worker that started it, which therefore stays with it."""
        ...

    @property
    def shares_disk(self) -> bool:
        """Whether its programs see the store's disk; those that do not fetch their folder and report over HTTP."""
        ...

    def describe(self) -> Description:
        """Whether runs can be started there. Must be quick, and raises nothing."""
        ...

    def submit(self, task: Task) -> Handle:
        """Start training a folder. Raises LauncherError."""
        ...

    def poll(self, handle: Handle) -> Outcome:
        """What became of it. Raises LauncherError when the place does not answer; asking again may help."""
        ...

    def stop(self, handle: Handle, *, grace_seconds: float) -> None:
        """Ask the program to save its work and end, and see that it does not outlive the grace. Safe to repeat.

        Raises LauncherError when the place does not answer.
        """
        ...
