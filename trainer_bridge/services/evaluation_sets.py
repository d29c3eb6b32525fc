"""Make evaluation sets from uploaded benchmark files or a snapshot's test split."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction

from curation.models import Snapshot
from trainer_bridge.choices import CURRENT_SET_STATES, EvaluationLayout, EvaluationSetState
from trainer_bridge.models import EvaluationSet
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError, UnprocessableError
from webapp.api.uploads import too_large
from webapp.jobs.models import Job
from webapp.jobs.services import job_create
from webapp.projects.models import Project
from webapp.store.files import store

_CHUNK = 1 << 20
MOST_FILES = 200


class Upload(NamedTuple):
    """A file and what it is called where it comes from."""

    name: str
    file: IO[bytes]


def evaluation_set_upload(
    *,
    project: Project,
    created_by: User,
    files: Sequence[Upload],
    name: str = "",
    layout: str = "",
    automatic: bool = False,
    leave_out_bad_rows: bool = False,
) -> EvaluationSet:
    """Keep uploaded benchmark files and start the job that reads them into one set.

    Several files make one set. `layout` forces one, else it is found from the rows; a bad row refuses all of them
    unless bad rows are to be left out. Raises UnprocessableError for empty files, ApplicationError past the size limit
    (413) and ConflictError for a name that is taken.
    """
    if not 1 <= len(files) <= MOST_FILES:
        sentence = f"Give 1 to {MOST_FILES} files."
        raise ApplicationError(f"file: {sentence}", fields={"file": [sentence]})
    folder = f"evaluation-uploads/{uuid.uuid4().hex}"
    try:
        return _start(
            project=project,
            created_by=created_by,
            name=(name.strip() or files[0].name.split(".")[0] or "Benchmark")[:160],
            layout=layout,
            automatic=automatic,
            uploads=_kept(files, folder),
            job_params={"leave_out_bad_rows": leave_out_bad_rows},
        )
    except BaseException:
        store().delete_tree(folder)
        raise


def _kept(files: Sequence[Upload], folder: str) -> list[dict[str, Any]]:
    """Stream the files into the store; all of them together may have the size of one upload."""
    kept, total = [], 0
    for index, upload in enumerate(files):
        size, hasher, key = 0, hashlib.sha256(), f"{folder}/{index:03}"
        with store().writer(key) as out:
            while chunk := upload.file.read(_CHUNK):
                size += len(chunk)
                if total + size > settings.MAX_UPLOAD_BYTES:
                    raise too_large()
                hasher.update(chunk)
                out.write(chunk)
            if not size:
                raise UnprocessableError(f"“{upload.name}” is empty.", fields={"file": ["This file is empty."]})
        total += size
        kept.append({"name": upload.name[:255], "key": key, "size_bytes": size, "sha256": hasher.hexdigest()})
    return kept


@transaction.atomic
def evaluation_set_of_snapshot(
    *, snapshot: Snapshot, created_by: User, name: str = "", automatic: bool = False
) -> EvaluationSet:
    """The test split of a snapshot as a set; asking again returns the set there is.

    Raises ConflictError while the snapshot is not ready, UnprocessableError when its test split is empty.
    """
    if snapshot.state != "ready":
        raise ConflictError(f"This snapshot is {snapshot.state}; evaluate on it when it is ready.")
    if not snapshot.splits.get("test"):
        raise UnprocessableError(
            "This snapshot has no test split to evaluate on; freeze the recipe again with a test fraction above 0.",
            fields={"snapshot": ["This snapshot has no test split."]},
        )
    current = EvaluationSet.objects.filter(snapshot=snapshot, state__in=CURRENT_SET_STATES)
    existing = current.first()
    if existing is not None:
        return existing
    named = name.strip() or f"Test split of {snapshot.name} ({snapshot.pk})"
    return _start(
        project=snapshot.project,
        created_by=created_by,
        name=named[:160],
        layout=EvaluationLayout.SNAPSHOT,
        snapshot=snapshot,
        automatic=automatic,
    )


@transaction.atomic
def _start(
    *, project: Project, created_by: User, name: str, job_params: dict[str, Any] | None = None, **fields: Any
) -> EvaluationSet:
    try:
        with transaction.atomic():
            started = EvaluationSet.objects.create(project=project, created_by=created_by, name=name, **fields)
    except IntegrityError:
        raise _name_taken(name) from None
    started.job = job_create(
        kind="evaluation_set.read",
        project=project,
        created_by=created_by,
        params={"evaluation_set": started.pk, **(job_params or {})},
        title=f"Read {name}",
        subject=("evaluation_set", started.pk),
    )
    started.save(update_fields=["job"])
    return started


def _name_taken(name: str) -> ConflictError:
    return ConflictError(
        f"This project has an evaluation set called “{name}” already; choose another name.",
        fields={"name": ["This name is taken."]},
    )


def evaluation_set_change(
    *, evaluation_set: EvaluationSet, name: str | None = None, automatic: bool | None = None
) -> EvaluationSet:
    """Rename a set, or say whether every new model is evaluated on it. Raises ConflictError for a name taken."""
    if name is not None:
        evaluation_set.name = name.strip()
    if automatic is not None:
        evaluation_set.automatic = automatic
    try:
        with transaction.atomic():
            evaluation_set.save(update_fields=["name", "automatic"])
    except IntegrityError:
        raise _name_taken(evaluation_set.name) from None
    return evaluation_set


def evaluation_set_ready(*, evaluation_set_id: int, layout: str, counts: dict[str, Any], content_hash: str) -> None:
    """Its items are written. Whoever else has read the same snapshot meanwhile wrote the same."""
    EvaluationSet.objects.filter(pk=evaluation_set_id).exclude(state=EvaluationSetState.READY).update(
        state=EvaluationSetState.READY, layout=layout, counts=counts, content_hash=content_hash, error=""
    )


def evaluation_set_stop(*, job: Job, state: str, error: str) -> None:
    """The job failed or was cancelled, and the set with it; a set that is ready stays so."""
    failed = state != "cancelled"
    EvaluationSet.objects.filter(pk=job.params["evaluation_set"]).exclude(state=EvaluationSetState.READY).update(
        state=EvaluationSetState.FAILED if failed else EvaluationSetState.CANCELLED, error=error if failed else ""
    )


def evaluation_set_restart(*, job: Job) -> None:
    """The job starts again. Raises ConflictError when another set has taken its name or its snapshot."""
    try:
        with transaction.atomic():
            EvaluationSet.objects.filter(pk=job.params["evaluation_set"]).exclude(
                state=EvaluationSetState.READY
            ).update(state=EvaluationSetState.BUILDING, error="")
    except IntegrityError:
        raise ConflictError("Another set has this name or reads this snapshot meanwhile; use that set.") from None
