"""Where training programs run: on this machine, on clusters, or wherever somebody takes the folder by hand."""

from __future__ import annotations

from trainer_bridge.launchers.base import (
    Alive,
    Description,
    Ended,
    Handle,
    Launcher,
    LauncherError,
    Lost,
    Outcome,
    Task,
)
from trainer_bridge.launchers.local import LocalLauncher
from trainer_bridge.launchers.registry import launcher_for, launcher_names

__all__ = [
    "Alive",
    "Description",
    "Ended",
    "Handle",
    "Launcher",
    "LauncherError",
    "LocalLauncher",
    "Lost",
    "Outcome",
    "Task",
    "launcher_for",
    "launcher_names",
]
