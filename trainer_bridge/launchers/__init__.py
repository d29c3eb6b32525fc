"""Where a training process runs. `local` starts it on this machine; others (SSH, Slurm) take the same calls."""

from __future__ import annotations

from trainer_bridge.launchers.base import Launcher, Process
from trainer_bridge.launchers.local import LocalLauncher

__all__ = ["Launcher", "LocalLauncher", "Process", "launcher"]


def launcher() -> Launcher:
    """The launcher of this installation."""
    return LocalLauncher()
