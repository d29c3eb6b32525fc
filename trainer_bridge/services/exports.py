"""Start exports, and bring their states along with their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from curation.models import Snapshot
from trainer_bridge.choices import CURRENT_EXPORT_STATES, ExportFormat, ExportState
from trainer_bridge.exports.asking import export_asked
from trainer_bridge.exports.pushing import is_repo
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create


@transaction.atomic
def export_create(
    *, snapshot: Snapshot, format: str, created_by: User, options: Mapping[str, Any] | None = None
) -> Export:
    """Write a snapshot in a trainer's format, as its `options` say; those left out have their defaults.

    A snapshot never changes, so asking again returns the export that is being built or ready, with its job, and
    starts nothing; a failed or cancelled one is replaced. Raises ConflictError while the snapshot is not ready, and
    ApplicationError for options that the format does not have or cannot take.
    """
    export = export_asked(snapshot=snapshot, format=format, options=options or {})
    identity = {"snapshot": snapshot, "format": format, "options_key": export.options_key}
    current = Export.objects.filter(**identity, state__in=CURRENT_EXPORT_STATES)
    existing = current.first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            export.created_by = created_by
            export.save()
    except IntegrityError:
        # Somebody else asked in the same moment.
        return current.get()
    export.job = job_create(
        kind="export.measure" if export.options.get("tokenizer") else "export.write",
        project=snapshot.project,
        created_by=created_by,
        params={"export": export.pk},
        title=f"Export {snapshot.name} as {ExportFormat(format).label}",
        subject=("export", export.pk),
    )
    export.save(update_fields=["job"])
    return export


def export_push_start(*, export: Export, repo: str, private: bool, created_by: User) -> Job:
    """Push a ready export's files to a dataset repository of the Hub; the job's result says where they are.

    Raises ConflictError while the export is not ready, and ApplicationError for a name the Hub cannot have.
    """
    if export.state != ExportState.READY:
        raise ConflictError(f"This export is {export.state}; push it when it is ready.")
    if not is_repo(repo):
        sentence = "A dataset of the Hub is written owner/name, in letters, digits, -, _ and dots."
        raise ApplicationError(f"repo: {sentence}", fields={"repo": [sentence]})
    return job_create(
        kind="export.push",
        project=export.snapshot.project,
        created_by=created_by,
        params={"export": export.pk, "repo": repo, "private": private},
        title=f"Push {export.snapshot.name} to {repo}",
        subject=("export", export.pk),
    )


def export_finish(*, job: Job, result: dict[str, Any]) -> dict[str, Any]:
    """The files are written: say so, inside the job's last transaction."""
    export = Export.objects.get(pk=job.params["export"])
    export.state, export.files, export.manifest = ExportState.READY, result["files"], result["manifest"]
    export.save(update_fields=["state", "files", "manifest"])
    rows = sum(result["manifest"]["rows"].values())
    job.message = f"{rows} pairs written."
    return {"export": export.pk, "rows": rows}


def export_stop(*, job: Job, state: str) -> None:
    """The job failed or was cancelled, and the export with it."""
    ended = ExportState.CANCELLED if state == "cancelled" else ExportState.FAILED
    Export.objects.filter(pk=job.params["export"]).exclude(state=ExportState.READY).update(state=ended)


def export_restart(*, job: Job) -> None:
    """The job starts again. Raises ConflictError when another export has taken its place."""
    try:
        with transaction.atomic():
            Export.objects.filter(pk=job.params["export"]).update(state=ExportState.BUILDING)
    except IntegrityError:
        raise ConflictError("This snapshot was exported again meanwhile; use that export.") from None
