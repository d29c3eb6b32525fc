"""What a trainer on another machine tells: everything lands in the run's folder, where every other trainer writes too.

A trainer that starts opens a session, with its first report; from then on an earlier trainer of the run, which nobody
stopped, is refused. Reports are numbered inside a session, so one that is sent twice counts once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from trainer_bridge.choices import LauncherName, RunState
from trainer_bridge.ml.run_folder import RunFolder, now
from trainer_bridge.models import Run
from trainer_bridge.runs import curves
from trainer_bridge.runs.folder import LOG_FILE, run_folder
from trainer_bridge.runs.launch_state import launch_update
from trainer_bridge.services.runs import run_started
from webapp.api.errors import ApplicationError, ConflictError
from webapp.jobs.dispatch import publish

STATES = ("preparing", "training", "finished", "failed", "cancelled")
_ENDS = ("finished", "failed", "cancelled")


@transaction.atomic
def run_report(*, run_id: int, session: str, part: int, report: dict[str, Any]) -> dict[str, Any]:
    """Take in what a trainer tells, and answer `{"run", "part", "state"}`; saying it again changes nothing.

    Raises ConflictError when the run does not want to hear from this trainer any more, which then stops.
    """
    run = Run.objects.select_for_update(of=("self",)).select_related("job", "export").get(pk=run_id)
    known = run.launch.get("report") or {}
    answer = {"run": run.pk, "part": part, "state": report["state"]}
    if known.get("session") == session and part <= known.get("part", 0):
        return answer
    check_open(run, session=session, first=part == 1)
    folder = run_folder(run)
    if known.get("session") != session:
        _start_over(run, folder)
    if report["state"] == "finished":
        _check_model(folder)
    _write(folder, report)
    points = [{"step": point["step"], "values": point["values"]} for point in report["metrics"]]
    curves.points_store(run.pk, points)
    if run.state == RunState.QUEUED:
        run_started(run_id=run.pk)
    Run.objects.filter(pk=run.pk).update(step=report["step"], heartbeat_at=timezone.now())
    launch_update(run, report={"session": session, "part": part}, note=None)
    if report["state"] in _ENDS:
        job = run.its_job
        transaction.on_commit(lambda: publish(job.pk, job.queue))
    return answer


def check_open(run: Run, *, session: str | None = None, first: bool = False) -> None:
    """Raise ConflictError, of type `cancelled` where its trainer should stop, unless the run takes reports."""
    job = run.its_job
    if run.state == RunState.CANCELLED or job.cancel_requested:
        raise ConflictError("This run was cancelled; its trainer should stop.", type="cancelled")
    if job.pause_requested:
        raise ConflictError("This run is paused; its trainer should stop.", type="cancelled")
    if run.state in (RunState.SUCCEEDED, RunState.FAILED):
        raise ConflictError(f"This run has {run.state} already; resume it before training goes on.", type="cancelled")
    if run.launcher == LauncherName.LOCAL:
        raise ConflictError("This run trains on the server's own machine and takes no reports.")
    known = (run.launch.get("report") or {}).get("session")
    if session is not None and session != known and not first:
        raise ConflictError("Another trainer reports on this run now; this one should stop.", type="cancelled")


def _start_over(run: Run, folder: Path) -> None:
    """A trainer that starts tells all of its curves again, from the checkpoint it goes on from."""
    for name in ("metrics.jsonl", "samples.jsonl", "status.json"):
        (folder / name).unlink(missing_ok=True)
    curves.points_forget_after(run.pk, -1)


def _check_model(folder: Path) -> None:
    if not (folder / "summary.json").exists() or not any((folder / "model").glob("*.safetensors")):
        sentence = "Upload summary.json and the files of model/ before the last report."
        raise ApplicationError(f"state: {sentence}", fields={"state": [sentence]})


def _write(folder: Path, report: dict[str, Any]) -> None:
    with (folder / LOG_FILE).open("a", encoding="utf-8") as file:
        file.write(report["log"])
    _append(folder / "metrics.jsonl", report["metrics"])
    _append(folder / "samples.jsonl", report["samples"])
    status = RunFolder(folder)
    status.status = status.read_status()
    status.update_status(
        **{name: report[name] for name in ("state", "step", "max_steps", "error") if report.get(name) is not None}
    )


def _append(path: Path, entries: list[dict[str, Any]]) -> None:
    if entries:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({"at": now(), **entry}, ensure_ascii=False) + "\n" for entry in entries)
