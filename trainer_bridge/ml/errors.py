"""What a training process says when it cannot go on, and the exit codes it says it with."""

from __future__ import annotations

EXIT_FINISHED = 0
"""The model is written and ``status.json`` says ``finished``."""
EXIT_FAILED = 1
"""Training broke (not-a-number loss, out of memory, a defect). Trying again may help."""
EXIT_REFUSED = 2
"""The configuration, the data or the base model cannot be trained. Trying again unchanged cannot help."""
EXIT_LOCKED = 75
"""Another process is training in this run folder. Nothing was touched."""
EXIT_CANCELLED = 143
"""SIGTERM arrived, the step was finished and a checkpoint saved. ``--resume`` goes on from there."""


class TrainingError(Exception):
    """Training failed for a reason a person can act on. The message is one sentence for the run page."""

    exit_code = EXIT_FAILED


class RefusedError(TrainingError):
    """The run cannot start as it is described; the same input will be refused again."""

    exit_code = EXIT_REFUSED


class FolderInUseError(TrainingError):
    """Another process holds the run folder."""

    exit_code = EXIT_LOCKED


class CancelledError(BaseException):
    """SIGTERM arrived before the first training step; there is nothing to save yet.

    Not an :class:`Exception`, because it can surface inside a library that catches those and carries on.
    """
