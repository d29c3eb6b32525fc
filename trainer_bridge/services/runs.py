"""Start, stop and finish training runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from trainer_bridge.choices import MODEL_KIND_OF_RUN, ExportFormat, ExportState, ModelOrigin, RunKind, RunState
from trainer_bridge.domain.methods import METHODS
from trainer_bridge.domain.run_config import RunConfigError, run_config_of
from trainer_bridge.ml.config import parse_config
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.models import Export, ModelVersion, Run
from trainer_bridge.runs.base_models import source_of
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError
from webapp.jobs.choices import JobState
from webapp.jobs.models import Job
from webapp.jobs.services import job_cancel, job_create, job_resume, job_retry_failed
from webapp.projects.models import Project


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
) -> Run:
    """Queue a training of `base_model` on an export; `name` is also the name of the model it makes.

    Raises ApplicationError for settings, base models or exports that cannot be trained, naming the field.
    """
    _check_export(export, project, kind)
    source_of(base_model, project_id=project.pk, kind=kind)
    run = Run.objects.create(
        project=project,
        created_by=created_by,
        export=export,
        kind=kind,
        name=name.strip() or _default_name(base_model, kind),
        base_model=base_model,
        config=_complete_config(kind, config),
    )
    run.job = job_create(
        kind="run.train",
        project=project,
        created_by=created_by,
        params={"run": run.pk},
        title=f"Train {run.name}",
        subject=("run", run.pk),
    )
    run.save(update_fields=["job"])
    return run


def _check_export(export: Export, project: Project, kind: str) -> None:
    if export.snapshot.project_id != project.pk:
        raise _refused("export", "There is no such export in this project.")
    if export.state != ExportState.READY:
        raise _refused("export", f"This export is {export.state}; train on it when it is ready.")
    wanted = METHODS[kind].formats
    if export.format not in wanted:
        raise _refused(
            "export",
            f"A {kind} run reads the format {' or '.join(wanted)}, and this export is "
            f"{ExportFormat(export.format).value}; export the snapshot in that format.",
        )
    if not export.manifest["rows"]["train"]:
        raise _refused("export", "This export has no training rows; make a snapshot with a smaller test fraction.")


def _complete_config(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    try:
        config = run_config_of(kind, given)
        # What only makes sense together (a loss and its smoothing) is the trainer's own knowledge.
        parse_config({"kind": kind, "base_model": {"path": "."}, "data": {"train": "train.parquet"}, **config})
    except RunConfigError as error:
        fields = {f"config.{name}": sentences for name, sentences in error.fields.items()}
        name, sentences = next(iter(fields.items()))
        raise ApplicationError(f"{name}: {sentences[0]}", fields=fields) from None
    except RefusedError as error:
        raise _refused("config", str(error)) from None
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
    now = timezone.now()
    Run.objects.filter(pk=run_id).update(state=RunState.RUNNING, error="", finished_at=None)
    Run.objects.filter(pk=run_id, started_at=None).update(started_at=now)


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


def run_restart(*, job: Job) -> None:
    Run.objects.filter(pk=job.params["run"]).update(state=RunState.QUEUED, error="", finished_at=None)


def run_finish(*, job: Job, result: dict[str, Any]) -> dict[str, Any]:
    """Register the model and end the run, inside the job's last transaction and so exactly once."""
    run = Run.objects.get(pk=job.params["run"])
    # Two runs of one name may finish at once; the project's row puts their version numbers in line.
    Project.objects.select_for_update(no_key=True).get(pk=run.project_id)
    taken = ModelVersion.objects.filter(project=run.project_id, name=run.name).aggregate(last=Max("version"))["last"]
    model = ModelVersion.objects.create(
        project_id=run.project_id,
        kind=MODEL_KIND_OF_RUN[RunKind(run.kind)],
        name=run.name,
        version=(taken or 0) + 1,
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
    job.message = f"Registered {model}."
    return {"run": run.pk, "model_version": model.pk, "metrics": result["metrics"], "facts": result["facts"]}
