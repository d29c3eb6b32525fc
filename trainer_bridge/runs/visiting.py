"""Looking after a run whose trainer is elsewhere: a moment now and then, and any worker may be the next visitor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from trainer_bridge.choices import LauncherName
from trainer_bridge.launchers import Alive, Ended, Launcher, LauncherError, Lost, Outcome, Task
from trainer_bridge.ml.run_folder import RunFolder
from trainer_bridge.models import Run
from trainer_bridge.runs.following import Follower, heartbeat_of
from trainer_bridge.runs.launch_state import launch_update, note_set
from trainer_bridge.runs.outcomes import outcome_of
from webapp.jobs.handlers import JobDeferred, JobError, Progress, as_job_error

VISIT_SECONDS = 5.0
# Somebody at a keyboard; their trainer's reports bring the next visit forward.
MANUAL_VISIT_SECONDS = 60.0
# How long nothing may be heard before people are told.
QUIET_SECONDS = 120.0
_BY_HAND = "Waits for somebody to train it: download its folder and start the command of its page."


def visit(
    run: Run,
    folder: Path,
    progress: Progress,
    launcher: Launcher,
    *,
    prepare: Callable[[], Task],
) -> dict[str, Any]:
    """Start a run's trainer, or see how far it is. Raises JobDeferred until it has ended; see `run_train`."""
    outcome = _asked(run, progress, launcher)
    if run.launch.get("stopping"):
        if isinstance(outcome, Alive):
            note_set(run, "Waits for its earlier trainer to stop.", progress)
            raise JobDeferred(VISIT_SECONDS)
        launch_update(run, stopping=None, handle=None, since=None)
        outcome = None
    if outcome is None:
        if RunFolder(folder).read_status().get("state") != "finished":
            # What an earlier try ended as says nothing about this one.
            (folder / "status.json").unlink(missing_ok=True)
        return _start(run, progress, launcher, prepare())
    progress.set_done(Follower(run, folder).look())
    if run.launcher == LauncherName.MANUAL:
        return _by_hand(run, folder)
    if isinstance(outcome, Alive):
        _check_life(run, folder, outcome)
        raise JobDeferred(VISIT_SECONDS)
    launch_update(run, handle=None, since=None, note=None)
    if isinstance(outcome, Lost) and RunFolder(folder).read_status().get("state") not in ("finished", "failed"):
        raise JobError(f"The trainer was lost: {outcome.detail} Resume the run to go on from its last checkpoint.")
    return outcome_of(folder, outcome.code if isinstance(outcome, Ended) else None, outcome.detail)


def _asked(run: Run, progress: Progress, launcher: Launcher) -> Outcome | None:
    """What became of the run's program, or None when it has none yet."""
    handle = run.launch.get("handle")
    if handle is None:
        return None
    try:
        return launcher.poll(handle)
    except LauncherError as error:
        note_set(run, f"{error} Asking again.", progress)
        raise JobDeferred(VISIT_SECONDS * 4) from None


def _start(run: Run, progress: Progress, launcher: Launcher, task: Task) -> dict[str, Any]:
    with as_job_error(LauncherError):
        handle = launcher.submit(task)
    launch_update(run, handle=handle)
    progress.log(f"Handed over to {run.get_launcher_display()}.")
    if run.launcher == LauncherName.MANUAL:
        note_set(run, _BY_HAND, progress)
    raise JobDeferred(VISIT_SECONDS)


def _by_hand(run: Run, folder: Path) -> dict[str, Any]:
    """Only the folder, which the reports fill, tells how far a run by hand is."""
    status = RunFolder(folder).read_status()
    state = status.get("state")
    if state in ("finished", "failed"):
        return outcome_of(folder, None)
    if state == "cancelled":
        note_set(run, f"Stopped by hand at step {status.get('step', 0)}; the same command goes on from there.")
    elif state is not None:
        _tell_silence(run, folder)
    raise JobDeferred(MANUAL_VISIT_SECONDS)


def _check_life(run: Run, folder: Path, outcome: Alive) -> None:
    """Tell people what a living program waits for, and give it up when it has been silent too long."""
    if outcome.detail:
        note_set(run, outcome.detail)
        return
    if "since" not in run.launch:
        launch_update(run, since=timezone.now().isoformat())
    silent = _tell_silence(run, folder)
    if silent > settings.TRAIN_SILENT_SECONDS:
        raise JobError(
            f"Nothing was heard from the trainer for {round(silent / 60)} minutes, so it is taken for lost; resume the "
            "run to go on from its last checkpoint."
        )


def _tell_silence(run: Run, folder: Path) -> float:
    """Seconds since the last sign of life, which people are told when there are many."""
    heard = heartbeat_of(folder)
    since = run.launch.get("since")
    begun = datetime.fromisoformat(since) if since else None
    latest = max(filter(None, (heard, begun)), default=timezone.now())
    silent = (timezone.now() - latest).total_seconds()
    minutes = round(silent / 60)
    note_set(run, f"Nothing heard from the trainer for {minutes} minutes." if silent > QUIET_SECONDS else "")
    return silent
