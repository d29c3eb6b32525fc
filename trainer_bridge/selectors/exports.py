"""Reads about exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet

from curation.models import Snapshot
from trainer_bridge.domain.methods import METHODS
from trainer_bridge.exports.asking import export_asked
from trainer_bridge.exports.checking import export_check
from trainer_bridge.exports.measuring import declared_options
from trainer_bridge.exports.options import json_schema_of
from trainer_bridge.exports.registry import default_options, formats
from trainer_bridge.models import Export
from webapp.api.errors import ApplicationError, ConflictError, NotFoundError
from webapp.jobs.models import Job

# The same for ids that do not exist and ids of other projects, so that ids tell nothing.
NOTHING_HERE = "There is nothing at this address, or you may not see it."


def export_get(export_id: int) -> Export:
    export = Export.objects.select_related("snapshot__project").filter(pk=export_id).first()
    if export is None:
        raise NotFoundError(NOTHING_HERE)
    return export


def export_project_id(export_id: int) -> int:
    project_id = Export.objects.filter(pk=export_id).values_list("snapshot__project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError(NOTHING_HERE)
    return project_id


def exports_of_project(project_id: int) -> QuerySet[Export]:
    return Export.objects.filter(snapshot__project=project_id)


def exports_of_snapshot(snapshot_id: int) -> QuerySet[Export]:
    return Export.objects.filter(snapshot=snapshot_id)


def export_pushes(export_id: int) -> QuerySet[Job]:
    """Every push of the export to the Hub, the newest first."""
    return Job.objects.filter(kind="export.push", subject_type="export", subject_id=export_id).select_related(
        "created_by"
    )


def export_formats() -> list[dict[str, Any]]:
    """Every format with its options as a JSON schema, its columns without any, and the kinds of run that read it."""
    return [
        {
            "key": entry.key,
            "title": entry.title,
            "trainer": entry.trainer,
            "description": entry.description,
            "reads": entry.reads,
            "kinds": [method.kind for method in METHODS.values() if entry.key in method.formats],
            "over_long": entry.over_long,
            "options": json_schema_of(declared_options(entry)),
            "columns": [asdict(column) for column in entry.columns(default_options(entry))],
        }
        for entry in formats()
    ]


def snapshot_export_check(snapshot: Snapshot, *, format: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What an export with these options would hold, without making it; see `checking.ExportCheck`.

    Raises ConflictError while the snapshot is not ready, ApplicationError for a format or options that cannot be, and
    UnprocessableError where counting takes too long.
    """
    found = export_check(export_asked(snapshot=snapshot, format=format, options=options))
    facts = found.facts
    return {
        "format": format,
        "reads": found.entry.reads,
        "kept": sum(snapshot.splits.values()),
        "looked_at": found.looked_at,
        "is_whole": found.is_whole,
        "candidates": facts.candidates,
        "rows": facts.rows,
        "dropped": _by_reason(facts.dropped),
        "remarks": _by_reason(facts.remarks),
        "columns": [{"name": name, "said": found.said.get(name)} for name in found.columns],
        "problem": found.problem,
    }


def _by_reason(counts: Counter[str]) -> list[dict[str, Any]]:
    """The most frequent first, and of equals by name."""
    return [{"reason": reason, "count": count} for reason, count in sorted(counts.items(), key=_by_count)]


def _by_count(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def export_file_key(export: Export, name: str) -> str:
    """The store key of one of the export's files, by its listed name. Raises ConflictError while it is not ready."""
    if export.state != "ready":
        raise ConflictError(f"This export is {export.state}; download its files when it is ready.")
    names = [entry["name"] for entry in export.files]
    if name not in names:
        raise ApplicationError(
            f"file: this export has no file {name!r}; choose one of {', '.join(names)}.",
            fields={"file": [f"Choose one of {', '.join(names)}."]},
        )
    return f"{export.folder}/{name}"
