"""Register models that were not trained here: from the Hugging Face Hub, or a folder of this machine."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.db import transaction

from trainer_bridge.choices import ModelKind, ModelOrigin, RunKind
from trainer_bridge.domain.model_kind import WrongKindError, check_model_kind
from trainer_bridge.ml import base_models
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.runs.base_models import source_of
from trainer_bridge.services.model_rows import model_add
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, UnprocessableError
from webapp.jobs.handlers import JobError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create
from webapp.projects.models import Project
from webapp.store.files import store


@transaction.atomic
def model_register(*, project: Project, created_by: User, kind: str, base_model: str, name: str = "") -> Job:
    """Start fetching a model and return the job that registers it; its files are copied and never change.

    `base_model` is `hub:owner/name`, `hub:owner/name@revision`, or `local:folder` below PLUMBLINE_MODELS_DIR. Raises
    ApplicationError for other models, UnprocessableError when the store is not a local disk.
    """
    _source_key(base_model, project_id=project.pk)
    if not store().is_local:
        raise UnprocessableError("Models are registered in a store on a local disk, and this one is not.")
    named = name.strip() or base_model.partition(":")[2].partition("@")[0].rpartition("/")[2]
    return job_create(
        kind="model.register",
        project=project,
        created_by=created_by,
        params={"kind": ModelKind(kind).value, "base_model": base_model, "name": named[:120]},
        title=f"Register {named}"[:160],
    )


def model_fetch(job: Job) -> dict[str, Any]:
    """In a worker: copy the model into the store, once, and say what is there. Raises JobError."""
    given = job.params
    folder = store().local_path(_path(job))
    try:
        prepared = base_models.prepare(_source_key(given["base_model"], project_id=job.project_id or 0), folder)
        config = base_models.check_folder(folder, named=given["base_model"])
        check_model_kind(folder, config, given["kind"], named=given["base_model"])
    except (RefusedError, WrongKindError, ApplicationError) as error:
        # What is not registered is not kept.
        shutil.rmtree(folder, ignore_errors=True)
        raise JobError(str(error)) from error
    files = [_described(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    return {"files": [file for file in files if file["name"] != base_models.MARK], "revision": prepared.revision}


@transaction.atomic
def model_registered(*, job: Job, result: dict[str, Any]) -> dict[str, Any]:
    """The model's row, inside the job's last transaction and so exactly once."""
    given = job.params
    source, _, asked = given["base_model"].partition("@")
    revision = result["revision"] or asked
    model = model_add(
        project_id=job.project_id,
        name=given["name"],
        kind=given["kind"],
        base_model=(f"{source}@{revision}" if revision else source)[:200],
        origin=ModelOrigin.HUB if source.startswith("hub:") else ModelOrigin.IMPORT,
        path=_path(job),
        files=result["files"],
        size_bytes=sum(file["size_bytes"] for file in result["files"]),
        created_by_id=job.created_by_id,
    )
    job.message = f"Registered {model}."
    return {"model_version": model.pk}


def _path(job: Job) -> str:
    return f"models/{job.pk}"


def _source_key(base_model: str, *, project_id: int) -> str:
    """What `prepare` is asked for: a Hub id or a folder. Raises ApplicationError that names the field."""
    if not base_model.startswith(("hub:", "local:")):
        sentence = "Give hub:owner/name, hub:owner/name@revision, or local:folder below PLUMBLINE_MODELS_DIR."
        raise ApplicationError(f"base_model: {sentence}", fields={"base_model": [sentence]})
    found = source_of(base_model, project_id=project_id, kind=RunKind.REWARD)
    return str(found.folder) if found.folder is not None else str(found.prepare)


def _described(path: Path, folder: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.relative_to(folder).as_posix(), "size_bytes": path.stat().st_size, "sha256": digest}
