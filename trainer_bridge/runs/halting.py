"""Ending a trainer elsewhere whose run was cancelled or paused."""

from __future__ import annotations

import time
from typing import Any

from trainer_bridge.launchers import Alive, Launcher, LauncherError
from trainer_bridge.models import Run
from trainer_bridge.runs.launch_state import launch_update
from trainer_bridge.runs.queueing import line_wake
from webapp.jobs.handlers import JobDeferred, Progress

# A step and a checkpoint of a large model take a while.
GRACE_SECONDS = 120.0
_LOOK_AGAIN_SECONDS = 5.0


def halt(run: Run, remembered: dict[str, Any], progress: Progress, launcher: Launcher) -> None:
    """Return when the run's trainer has ended: ask it to save its work, and insist after the grace.

    Raises JobDeferred while it still runs. `remembered` is what an earlier call kept with `progress.checkpoint`.
    """
    handle = run.launch.get("handle")
    if not run.launch.get("stopping") or handle is None:
        return
    try:
        if isinstance(launcher.poll(handle), Alive):
            asked_at = remembered.get("asked_at")
            left = GRACE_SECONDS if asked_at is None else asked_at + GRACE_SECONDS - time.time()
            launcher.stop(handle, grace_seconds=max(left, 0))
            if asked_at is None:
                progress.checkpoint({"asked_at": time.time()})
            raise JobDeferred(_LOOK_AGAIN_SECONDS)
    except LauncherError as error:
        progress.log(str(error), "warning")
        raise JobDeferred(_LOOK_AGAIN_SECONDS * 4) from None
    launch_update(run, stopping=None, handle=None, since=None)
    line_wake()
