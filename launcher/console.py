"""What a person sees while steps run: one line a step, with its time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The clock goes on across the restart into the virtual environment.
_STARTED = float(os.environ.setdefault("PLUMBLINE_RUN_STARTED", str(time.time())))


class StepError(RuntimeError):
    """A step failed in a way that its message explains; no traceback is needed."""


def elapsed() -> float:
    """Return the seconds since the command was given."""
    return time.time() - _STARTED


def say(text: str) -> None:
    """Print one line with the time since the command was given."""
    print(f"[{elapsed():6.1f}s] {text}", file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and how long it took when that is worth a line."""
    say(f"{title} …")
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    if took >= 1.0:
        say(f"{title}: done in {took:.1f} s")
