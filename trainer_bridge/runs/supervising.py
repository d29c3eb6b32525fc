"""One try at a run: prepare, start the trainer, follow it, stop it when asked, bring home what it made."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from trainer_bridge.choices import LauncherName
from trainer_bridge.launchers import Alive, Ended, Handle, Launcher, LocalLauncher, Task
from trainer_bridge.launchers.local import LocalProcess
from trainer_bridge.ml.errors import EXIT_FINISHED
from trainer_bridge.ml.run_folder import RunFolder
from trainer_bridge.models import Run
from trainer_bridge.runs import curves
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.folder import (
    LOG_FILE,
    checkpoint_step,
    config_write,
    data_files_place,
    in_use,
    local_models_folder,
    run_folder,
)
from trainer_bridge.runs.following import Follower
from trainer_bridge.runs.handing_out import code_place, readme_text
from trainer_bridge.runs.outcomes import outcome_of
from trainer_bridge.runs.report_tokens import token_issue
from trainer_bridge.runs.visiting import visit
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, JobInterrupted, Progress, as_job_error

POLL_SECONDS = 0.4
# A step and a checkpoint of a large model take a while; the lease is renewed meanwhile.
STOP_GRACE_SECONDS = 120.0
_PREPARER = "trainer_bridge.ml.base_models"


def run_train(run: Run, progress: Progress, launcher: Launcher) -> dict[str, Any]:
    """Train `run` to its last step, from its newest checkpoint when it has one.

    Returns `{"metrics", "files", "size_bytes", "facts"}`. Raises JobInterrupted after the trainer has saved its
    work and ended, JobError with one sentence when training cannot succeed, and JobDeferred while a trainer
    elsewhere goes on without this worker.
    """
    folder = run_folder(run)
    progress.set_total(run.max_steps)
    if launcher.holds_worker:
        # A handle of another process is of no use: its trainer ends with it, and the folder is free when it has.
        _wait_for_earlier_trainer(folder, progress)
        handle = launcher.submit(_prepared(run, folder, progress))
        code = _follow(run, folder, launcher, handle, progress)
        return outcome_of(folder, code)

    def prepare() -> Task:
        _wait_for_earlier_trainer(folder, progress)
        task = _prepared(run, folder, progress)
        return task if launcher.shares_disk or run.launcher == LauncherName.MANUAL else _that_reports(run, task)

    return visit(run, folder, progress, launcher, prepare=prepare)


def _that_reports(run: Run, task: Task) -> Task:
    """For a machine that does not see our disk: where to fetch the folder, and where to tell what became of it."""
    token, _ = token_issue(run)
    environment = {
        "PLUMBLINE_REPORT_URL": settings.REPORT_URL,
        "PLUMBLINE_REPORT_TOKEN": token,
        "PLUMBLINE_RUN": str(run.pk),
    }
    return replace(task, environment=environment)


def _prepared(run: Run, folder: Path, progress: Progress) -> Task:
    """Everything the trainer reads is in the folder, and nothing is on the curves that will be trained again."""
    base_model = _base_model(run, folder, progress)
    config_write(run, folder, data=data_files_place(run, folder), base_model=base_model)
    code_place(folder)
    (folder / "README.txt").write_text(readme_text(run), encoding="utf-8")
    step = checkpoint_step(folder) or 0
    RunFolder(folder).cut_metrics(step)
    curves.points_forget_after(run.pk, step)
    progress.log(f"Going on from step {step}." if step else "Training from the beginning.")
    return Task(key=f"plumbline-run-{run.pk}", folder=folder, gpus=run.gpus)


def _wait_for_earlier_trainer(folder: Path, progress: Progress) -> None:
    """The trainer of a worker that died needs some seconds to notice; two may not write one folder."""
    told = False
    while in_use(folder):
        if not told:
            progress.log("Waiting for an earlier training process to stop.")
            told = True
        progress.advance(0)
        time.sleep(POLL_SECONDS)


def _base_model(run: Run, folder: Path, progress: Progress) -> Path:
    with as_job_error(ApplicationError):
        source = source_of(run.base_model, project_id=run.project_id, kind=run.kind)
    if source.folder is not None:
        return source.folder
    target = local_models_folder() / str(source.prepared_as)
    if (target / "base_model.json").exists():
        return target
    progress.log(f"Preparing base model {run.base_model} …")
    log = folder / LOG_FILE
    already = log.stat().st_size if log.exists() else 0
    process = LocalLauncher().start(_PREPARER, [str(source.prepare), str(target)], log=log)
    code = _wait(process, progress)
    if code == EXIT_FINISHED:
        return target
    raise JobError(f"Base model {run.base_model} could not be prepared: {_last_line(log, already)}")


def _wait(process: LocalProcess, progress: Progress) -> int:
    try:
        while (code := process.poll()) is None:
            progress.advance(0)
            time.sleep(POLL_SECONDS)
    except BaseException:
        process.stop(grace_seconds=5)
        raise
    return code


def _follow(run: Run, folder: Path, launcher: Launcher, handle: Handle, progress: Progress) -> int | None:
    """Copy curves and position to the database until the trainer ends; stop it first when this try has to end."""
    follower = Follower(run, folder)
    try:
        while isinstance(outcome := launcher.poll(handle), Alive):
            progress.set_done(follower.look())
            time.sleep(POLL_SECONDS)
        follower.look()
        return outcome.code if isinstance(outcome, Ended) else None
    except JobInterrupted:
        progress.log("Stopping: waiting for the trainer to save a checkpoint.")
        launcher.stop(handle, grace_seconds=STOP_GRACE_SECONDS)
        follower.look()
        Run.objects.filter(pk=run.pk).update(step=checkpoint_step(folder) or 0)
        raise
    except BaseException:
        launcher.stop(handle, grace_seconds=STOP_GRACE_SECONDS)
        raise


def _last_line(log: Path, start: int) -> str:
    """The last line a program added to a log, which is its sentence for people."""
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read()[-20_000:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "the program said nothing."
