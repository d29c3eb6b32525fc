"""What a run waits for before it can train: its export, then its turn. Its worker is given back meanwhile."""

from __future__ import annotations

from trainer_bridge.choices import CURRENT_EXPORT_STATES, ExportState, LauncherName, RunState
from trainer_bridge.models import Run
from trainer_bridge.runs.launch_state import note_set
from trainer_bridge.runs.queueing import place_of, turn_take
from webapp.jobs.handlers import JobDeferred, JobError, Progress

EXPORT_WAIT_SECONDS = 3.0
# Whoever ends calls the next one; this is for the case that the call was lost.
TURN_WAIT_SECONDS = 20.0


def wait_for_turn(run: Run, progress: Progress) -> None:
    """Return when the run may train, holding its GPUs. Raises JobDeferred until then, JobError when it never can."""
    export = run.export
    if export.state not in CURRENT_EXPORT_STATES:
        told = f": {export.job.message}" if export.job is not None and export.job.message else ""
        raise JobError(f"The export of this run {export.state}{told.rstrip('.')}. Make it again and resume the run.")
    if export.state == ExportState.BUILDING:
        note_set(run, "Waits for its export.", progress)
        raise JobDeferred(EXPORT_WAIT_SECONDS)
    if not export.manifest["rows"]["train"]:
        raise JobError("The export of this run has no training rows; make a snapshot with a smaller test fraction.")
    if run.launcher == LauncherName.MANUAL or run.state == RunState.RUNNING:
        return
    if not turn_take(run):
        place = place_of(run)
        ahead = f", behind {place - 1} other{'s' if place > 2 else ''}" if place and place > 1 else ""
        note_set(run, f"Waits for {_wanted(run)}{ahead}.", progress)
        raise JobDeferred(TURN_WAIT_SECONDS)
    note_set(run, "")


def _wanted(run: Run) -> str:
    if run.gpus == 0:
        return "its turn"
    return f"{run.gpus} free GPU{'s' if run.gpus > 1 else ''}"
