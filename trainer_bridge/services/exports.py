"""Start exports, and bring their states along with their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from curation.models import Snapshot
from trainer_bridge.choices import CURRENT_EXPORT_STATES, ExportFormat, ExportState, RunKind
from trainer_bridge.exports.base import Checks
from trainer_bridge.exports.measuring import declared_options
from trainer_bridge.exports.options import (
    DEFAULT_MAX_LENGTH,
    OptionError,
    options_complete,
    options_digest,
)
from trainer_bridge.exports.pushing import is_repo
from trainer_bridge.exports.registry import format_for, formats
from trainer_bridge.exports.sources import problems_of
from trainer_bridge.models import Export
from trainer_bridge.runs.base_models import source_of
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
    if snapshot.state != "ready":
        raise ConflictError(f"This snapshot is {snapshot.state}; export it when it is ready.")
    completed = _completed(snapshot, format, options or {})
    identity = {"snapshot": snapshot, "format": format, "options_key": options_digest(completed)}
    current = Export.objects.filter(**identity, state__in=CURRENT_EXPORT_STATES)
    existing = current.first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            export = Export.objects.create(**identity, options=completed, created_by=created_by)
    except IntegrityError:
        # Somebody else asked in the same moment.
        return current.get()
    export.job = job_create(
        kind="export.measure" if completed.get("tokenizer") else "export.write",
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


def _completed(snapshot: Snapshot, format: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of the format with its value. Raises ApplicationError naming those that cannot be taken."""
    try:
        entry = format_for(format)
    except LookupError:
        known = ", ".join(entry.key for entry in formats())
        raise ApplicationError(
            f"format: there is no format {format!r}; choose one of {known}.", fields={"format": [f"One of {known}."]}
        ) from None
    declared = declared_options(entry)
    try:
        completed = options_complete(declared, given)
    except OptionError as error:
        raise _refused(error.fields) from None
    problems = entry.check(completed) if isinstance(entry, Checks) else {}
    problems |= problems_of(snapshot, declared, completed)
    if problems:
        raise _refused({name: [sentence] for name, sentence in problems.items()})
    return _measured(snapshot, completed)


def _measured(snapshot: Snapshot, completed: dict[str, Any]) -> dict[str, Any]:
    """With what lengths are measured by; a length without a tokenizer says nothing and makes no other export."""
    tokenizer = completed.get("tokenizer")
    if tokenizer is None:
        return completed | dict.fromkeys(completed.keys() & {"max_length"})
    try:
        source_of(tokenizer, project_id=snapshot.project_id, kind=RunKind.REWARD)
    except ApplicationError as error:
        raise _refused({"tokenizer": [error.message.removeprefix("base_model: ")]}) from None
    return completed | {"max_length": completed["max_length"] or DEFAULT_MAX_LENGTH}


def _refused(problems: Mapping[str, list[str]]) -> ApplicationError:
    fields = {f"options.{name}": sentences for name, sentences in problems.items()}
    name, sentences = next(iter(fields.items()))
    return ApplicationError(f"{name}: {sentences[0]}", fields=fields)


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
