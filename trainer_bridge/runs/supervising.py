"""One try at a run: prepare, start the trainer, follow it, stop it when asked, bring home what it made."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

from trainer_bridge.launchers import Launcher, Process
from trainer_bridge.ml.errors import EXIT_CANCELLED, EXIT_FAILED, EXIT_FINISHED, EXIT_REFUSED
from trainer_bridge.ml.run_folder import RunFolder
from trainer_bridge.models import Run
from trainer_bridge.runs import curves
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.folder import (
    LOG_FILE,
    artefacts,
    checkpoint_step,
    config_write,
    data_files_place,
    in_use,
    local_models_folder,
    run_folder,
)
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, JobInterrupted, Progress

POLL_SECONDS = 0.4
# A step and a checkpoint of a large model take a while; the lease is renewed meanwhile.
STOP_GRACE_SECONDS = 120.0
_TRAINER = "trainer_bridge.ml.train"
_PREPARER = "trainer_bridge.ml.base_models"


def run_train(run: Run, progress: Progress, launcher: Launcher) -> dict[str, Any]:
    """Train `run` to its last step, from its newest checkpoint when it has one.

    Returns `{"metrics", "files", "size_bytes", "facts"}`. Raises JobInterrupted after the trainer has saved its
    work and ended, and JobError with one sentence when training cannot succeed.
    """
    folder = run_folder(run)
    progress.set_total(run.max_steps)
    _wait_for_earlier_trainer(folder, progress)
    base_model = _base_model(run, folder, progress, launcher)
    config_write(run, folder, data=data_files_place(run, folder), base_model=base_model)
    step = checkpoint_step(folder) or 0
    RunFolder(folder).cut_metrics(step)
    curves.points_forget_after(run.pk, step)
    progress.log(f"Going on from step {step}." if step else "Training from the beginning.")
    process = launcher.start(_TRAINER, [str(folder), "--resume"], log=folder / LOG_FILE)
    code = _follow(run, folder, process, progress, start=step)
    if code != EXIT_FINISHED:
        raise _failure(code, RunFolder(folder).read_status())
    return _result(folder)


def _wait_for_earlier_trainer(folder: Path, progress: Progress) -> None:
    """The trainer of a worker that died needs some seconds to notice; two may not write one folder."""
    told = False
    while in_use(folder):
        if not told:
            progress.log("Waiting for an earlier training process to stop.")
            told = True
        progress.advance(0)
        time.sleep(POLL_SECONDS)


def _base_model(run: Run, folder: Path, progress: Progress, launcher: Launcher) -> Path:
    try:
        source = source_of(run.base_model, project_id=run.project_id, kind=run.kind)
    except ApplicationError as error:
        raise JobError(error.message) from None
    if source.folder is not None:
        return source.folder
    target = local_models_folder() / str(source.prepared_as)
    if (target / "base_model.json").exists():
        return target
    progress.log(f"Preparing base model {run.base_model} …")
    log = folder / LOG_FILE
    already = log.stat().st_size if log.exists() else 0
    process = launcher.start(_PREPARER, [str(source.prepare), str(target)], log=log)
    code = _wait(process, progress)
    if code == EXIT_FINISHED:
        return target
    raise JobError(f"Base model {run.base_model} could not be prepared: {_last_line(log, already)}")


def _wait(process: Process, progress: Progress) -> int:
    try:
        while (code := process.poll()) is None:
            progress.advance(0)
            time.sleep(POLL_SECONDS)
    except BaseException:
        process.stop(grace_seconds=5)
        raise
    return code


def _follow(run: Run, folder: Path, process: Process, progress: Progress, *, start: int) -> int:
    """Copy curves and position to the database until the trainer ends; stop it first when this try has to end."""
    tail = curves.MetricsTail(folder / "metrics.jsonl")
    seen = -1
    try:
        while True:
            code = process.poll()
            curves.points_store(run.pk, tail.read())
            step = _step(folder, start)
            if step != seen:
                Run.objects.filter(pk=run.pk).update(step=step)
                seen = step
            if code is not None:
                return code
            progress.set_done(step)
            time.sleep(POLL_SECONDS)
    except JobInterrupted:
        progress.log("Stopping: waiting for the trainer to save a checkpoint.")
        process.stop(grace_seconds=STOP_GRACE_SECONDS)
        curves.points_store(run.pk, tail.read())
        Run.objects.filter(pk=run.pk).update(step=checkpoint_step(folder) or 0)
        raise
    except BaseException:
        process.stop(grace_seconds=STOP_GRACE_SECONDS)
        raise


def _step(folder: Path, start: int) -> int:
    """The last step the trainer reports; while it still loads its model, the one it starts from."""
    status = RunFolder(folder).read_status()
    return int(status["step"]) if status.get("state") in ("training", "finished") else start


def _failure(code: int, status: dict[str, Any]) -> Exception:
    """The exception that tells why a trainer ended without a model."""
    told = status.get("error") if status.get("state") == "failed" else None
    if code in (EXIT_FAILED, EXIT_REFUSED):
        return JobError(str(told or f"The training process ended with exit code {code}; its log says more."))
    if code == -signal.SIGKILL:
        return JobError(
            "The training process was killed, most likely because memory ran out; lower batch_size or max_length, "
            "keep use_lora on, or choose a smaller base model."
        )
    if code in (EXIT_CANCELLED, -signal.SIGTERM, -signal.SIGINT):
        # Nobody asked here, so the machine did; the job tries again and goes on from the checkpoint.
        return RuntimeError("the training process was stopped from outside")
    if code < 0:
        return JobError(f"The training process crashed with signal {signal.Signals(-code).name}; its log says more.")
    return RuntimeError(f"the training process ended with exit code {code}")


def _result(folder: Path) -> dict[str, Any]:
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise JobError("The training process ended well but left no summary; its log says more.") from None
    files = artefacts(folder)
    if not files:
        raise JobError("The training process ended well but left no model; its log says more.")
    facts = ("rows", "columns", "versions", "device", "precision", "train_s", "peak_memory_bytes", "parameters")
    return {
        "metrics": summary.get("metrics", {}),
        "facts": {name: summary.get(name) for name in facts},
        "files": files,
        "size_bytes": sum(file["size_bytes"] for file in files),
    }


def _last_line(log: Path, start: int) -> str:
    """The last line a program added to a log, which is its sentence for people."""
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read()[-20_000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "the program said nothing."
