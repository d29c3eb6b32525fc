"""Start, stop and finish training runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from curation.models import Snapshot
from trainer_bridge.choices import (
    MODEL_KIND_OF_RUN,
    ExportFormat,
    ExportState,
    LauncherName,
    ModelOrigin,
    RunKind,
    RunState,
)
from trainer_bridge.domain.methods import METHODS
from trainer_bridge.domain.run_config import RunConfigError, default_of, run_config_of, settings_of
from trainer_bridge.exports.registry import format_for
from trainer_bridge.launchers import launcher_for, launcher_names
from trainer_bridge.ml.config import check_columns, parse_config
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.models import Export, Run
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.runs.folder import promised_columns
from trainer_bridge.runs.launch_state import launch_update
from trainer_bridge.runs.queueing import line_wake, too_many_gpus
from trainer_bridge.services.evaluations import evaluations_after_run
from trainer_bridge.services.exports import export_create
from trainer_bridge.services.model_rows import model_add
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError
from webapp.jobs.choices import JobState
from webapp.jobs.models import Job
from webapp.jobs.services import job_cancel, job_create, job_resume, job_retry_failed
from webapp.projects.models import Project

# Local runs stay with their worker; others are visited by any worker now and then.
JOB_KIND, REMOTE_JOB_KIND = "run.train", "run.remote"
MAX_MEMBERS = 20


@dataclass(frozen=True)
class Placement:
    """Where a run trains, on how many GPUs, and how urgent it is."""

    launcher: str = LauncherName.LOCAL
    gpus: int = 0
    priority: int = 0


@transaction.atomic
def run_create(
    *,
    project: Project,
    created_by: User,
    export: Export,
    kind: str,
    base_model: str,
    config: Mapping[str, Any],
    name: str = "",
    placement: Placement | None = None,
    parent: Run | None = None,
    ensemble: str = "",
) -> Run:
    """Queue a training of `base_model` on an export; `name` is also the name of the model it makes.

    An export that is still being built is waited for. Raises ApplicationError for settings, base models, exports or
    places that cannot be trained, naming the field.
    """
    placement = placement or Placement()
    _check_export(export, project, kind)
    _check_placement(placement)
    source_of(base_model, project_id=project.pk, kind=kind)
    run = Run.objects.create(
        project=project,
        created_by=created_by,
        export=export,
        kind=kind,
        name=name.strip() or _default_name(base_model, kind),
        base_model=base_model,
        config=_complete_config(kind, config, export),
        launcher=placement.launcher,
        gpus=placement.gpus,
        priority=placement.priority,
        parent=parent,
        ensemble=ensemble,
    )
    run.job = job_create(
        kind=JOB_KIND if placement.launcher == LauncherName.LOCAL else REMOTE_JOB_KIND,
        project=project,
        created_by=created_by,
        params={"run": run.pk},
        title=f"Train {run.name}",
        subject=("run", run.pk),
    )
    run.save(update_fields=["job"])
    return run


def default_launcher() -> str:
    """Where runs go that name no place: the first one this installation offers."""
    return next(iter(launcher_names()), LauncherName.LOCAL)


def export_for_run(
    *,
    snapshot: Snapshot,
    created_by: User,
    kind: str,
    format: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Export:
    """The export of a snapshot that a run of this kind reads, begun now where there is none yet.

    Raises ApplicationError for a format the kind does not read, ConflictError while the snapshot is not ready.
    """
    wanted = METHODS[kind].formats
    format = format or wanted[0]
    if format not in wanted:
        raise _refused("format", f"A {kind} run reads the format {' or '.join(wanted)}; choose one of them.")
    given = {} if options is None else {"options": options}
    return export_create(snapshot=snapshot, format=format, created_by=created_by, **given)


@transaction.atomic
def ensemble_create(*, members: int, config: Mapping[str, Any], name: str = "", **run: Any) -> list[Run]:
    """Queue `members` runs that differ in their seeds and the rows they draw; see `run_create` for the rest."""
    shared = uuid.uuid4().hex
    named = name.strip() or _default_name(run["base_model"], run["kind"])
    return [
        run_create(
            **run,
            name=f"{named[:112]}-{member}",
            config={**config, "members": members, "member": member},
            ensemble=shared,
        )
        for member in range(1, members + 1)
    ]


@transaction.atomic
def run_clone(
    *,
    run: Run,
    created_by: User,
    config: Mapping[str, Any],
    base_model: str | None = None,
    name: str | None = None,
    launcher: str | None = None,
    gpus: int | None = None,
    priority: int | None = None,
) -> Run:
    """Queue a run like `run` with some changes; a setting of None goes back to its default."""
    return run_create(
        project=run.project,
        created_by=created_by,
        export=run.export,
        kind=run.kind,
        base_model=base_model or run.base_model,
        config=_changed(run, config),
        name=name if name is not None else run.name,
        placement=Placement(
            launcher=launcher or run.launcher,
            gpus=run.gpus if gpus is None else gpus,
            priority=run.priority if priority is None else priority,
        ),
        parent=run,
    )


def _changed(run: Run, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A run's own choices under some changes, without what only followed from what is changed."""
    loss = str(changes.get("loss_type") or run.config.get("loss_type") or METHODS[run.kind].losses[0].key)
    if loss not in {entry.key for entry in METHODS[run.kind].losses}:
        return dict(changes)
    kept = _own_choices(run)
    for one, other in (("epochs", "max_steps"), ("max_steps", "epochs")):
        if changes.get(one) is not None:
            kept.pop(other, None)
    applies = {setting.name for setting in settings_of(run.kind, loss)}
    return {name: value for name, value in kept.items() if name in applies} | dict(changes)


def _own_choices(run: Run) -> dict[str, Any]:
    """The settings that are not what the others make of them."""
    config = {name: value for name, value in run.config.items() if value is not None}
    loss = str(config.get("loss_type") or METHODS[run.kind].losses[0].key)
    defaults = {setting.name: default_of(setting, run.kind, loss) for setting in settings_of(run.kind, loss)}
    own = {name: value for name, value in config.items() if name == "loss_type" or value != defaults.get(name)}
    rest = {name: value for name, value in own.items() if name != "learning_rate"}
    follows = run_config_of(run.kind, rest)["learning_rate"] == config.get("learning_rate")
    return rest if follows else own


def _check_export(export: Export, project: Project, kind: str) -> None:
    if export.snapshot.project_id != project.pk:
        raise _refused("export", "There is no such export in this project.")
    if export.state not in (ExportState.READY, ExportState.BUILDING):
        raise _refused("export", f"This export is {export.state}; train on it when it is ready.")
    wanted = METHODS[kind].formats
    if export.format not in wanted:
        raise _refused(
            "export",
            f"A {kind} run reads the format {' or '.join(wanted)}, and this export is "
            f"{ExportFormat(export.format).value}; export the snapshot in that format.",
        )
    if export.state == ExportState.READY and not export.manifest["rows"]["train"]:
        raise _refused("export", "This export has no training rows; make a snapshot with a smaller test fraction.")


def _check_placement(placement: Placement) -> None:
    offered = launcher_names()
    if placement.launcher not in offered:
        raise _refused(
            "launcher",
            f"Runs of this installation go to {', '.join(offered)}; an operator adds places in PLUMBLINE_LAUNCHERS.",
        )
    described = launcher_for(placement.launcher).describe()
    if not described.available:
        raise _refused("launcher", described.detail)
    if sentence := too_many_gpus(gpus=placement.gpus):
        raise _refused("gpus", sentence)


def _complete_config(kind: str, given: Mapping[str, Any], export: Export) -> dict[str, Any]:
    try:
        config = run_config_of(kind, given)
        # Checked as the trainer will check it, before the run waits for its turn.
        parsed = parse_config({"kind": kind, "base_model": {"path": "."}, "data": {"train": "train.parquet"}, **config})
    except RunConfigError as error:
        fields = {f"config.{name}": sentences for name, sentences in error.fields.items()}
        name, sentences = next(iter(fields.items()))
        raise ApplicationError(f"{name}: {sentences[0]}", fields=fields) from None
    except RefusedError as error:
        raise _refused("config", str(error)) from None
    read = METHODS[kind].columns(config["loss_type"])
    try:
        check_columns(parsed, tuple(promised_columns(format_for(export.format), export.options, read)))
    except RefusedError as error:
        raise _refused("config.loss_type", str(error)) from None
    return config


def _default_name(base_model: str, kind: str) -> str:
    return f"{base_model.rpartition(':')[2].rpartition('/')[2]}-{kind}"[:120]


def _refused(field: str, sentence: str) -> ApplicationError:
    return ApplicationError(f"{field}: {sentence}", fields={field: [sentence]})


def run_cancel(*, run: Run) -> Run:
    """Ask a run to stop; it saves a checkpoint first, from which `run_resume` goes on."""
    job_cancel(job_id=run.its_job.pk)
    return Run.objects.get(pk=run.pk)


@transaction.atomic
def run_resume(*, run: Run) -> Run:
    """Go on with a cancelled, paused or failed run from its newest checkpoint, to the same last step."""
    # Read again: the caller's copy may be older than what the job has been through.
    job = Job.objects.get(pk=run.its_job.pk)
    if job.state == JobState.FAILED:
        job_retry_failed(job_id=job.pk)
    elif job.cancel_requested and job.state != JobState.CANCELLED:
        raise ConflictError("This run is still stopping; resume it when it is cancelled.")
    else:
        job_resume(job_id=job.pk)
    return Run.objects.get(pk=run.pk)


def run_started(*, run_id: int) -> None:
    """A worker took the run up."""
    Run.objects.filter(pk=run_id).update(
        state=RunState.RUNNING, error="", finished_at=None, started_at=Coalesce("started_at", Now())
    )


def run_interrupted(*, run_id: int) -> None:
    """The worker let go of the run, which waits to be taken up again; a cancel decides otherwise right after."""
    Run.objects.filter(pk=run_id, state=RunState.RUNNING).update(state=RunState.QUEUED)


def run_stop(*, job: Job, state: str, error: str) -> None:
    """The job failed or was cancelled, and the run with it; checkpoints stay."""
    failed = state == JobState.FAILED
    Run.objects.filter(pk=job.params["run"]).update(
        state=RunState.FAILED if failed else RunState.CANCELLED,
        error=error if failed else "",
        finished_at=timezone.now(),
    )
    _let_go(job.params["run"])


def run_pause(*, job: Job) -> None:
    """The job was paused; a trainer elsewhere saves its work and ends."""
    run_interrupted(run_id=job.params["run"])
    _let_go(job.params["run"])


def _let_go(run_id: int) -> None:
    """Nobody looks after the run any more: end what still trains elsewhere, and let the next ones try."""
    run = Run.objects.get(pk=run_id)
    # Who reported until now is not listened to any more.
    launch_update(run, note=None, report=None)
    if run.launcher == LauncherName.MANUAL:
        launch_update(run, handle=None)
    if run.launch.get("handle") and not run.launch.get("stopping"):
        launch_update(run, stopping=True)
        job_create(
            kind="run.halt",
            project=run.project,
            created_by=run.created_by,
            params={"run": run.pk},
            title=f"Stop the trainer of {run.name}",
            subject=("run", run.pk),
        )
    line_wake()


def run_restart(*, job: Job) -> None:
    Run.objects.filter(pk=job.params["run"]).update(state=RunState.QUEUED, error="", finished_at=None)


def run_finish(*, job: Job, result: dict[str, Any]) -> dict[str, Any]:
    """Register the model and end the run, inside the job's last transaction and so exactly once."""
    run = Run.objects.get(pk=job.params["run"])
    model = model_add(
        project_id=run.project_id,
        name=run.name,
        kind=MODEL_KIND_OF_RUN[RunKind(run.kind)],
        base_model=run.base_model,
        origin=ModelOrigin.RUN,
        run=run,
        metrics=result["metrics"],
        path=f"{run.folder}/model",
        files=result["files"],
        size_bytes=result["size_bytes"],
        created_by_id=run.created_by_id,
    )
    run.state, run.step, run.error, run.finished_at = RunState.SUCCEEDED, run.max_steps, "", timezone.now()
    run.save(update_fields=["state", "step", "error", "finished_at"])
    launch_update(run, note=None)
    line_wake()
    transaction.on_commit(partial(evaluations_after_run, model=model), robust=True)
    job.message = f"Registered {model}."
    return {"run": run.pk, "model_version": model.pk, "metrics": result["metrics"], "facts": result["facts"]}
