"""The job that turns an upload, or a dataset of the Hub, into the next version of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from curation.datasets.choices import ImportState, VersionOrigin
from curation.datasets.files import SourceFile, open_source
from curation.datasets.hub import hub_download
from curation.datasets.ingest import Ingest, Ingested, Quarantine
from curation.datasets.selectors import version_latest
from curation.datasets.versions import NoProgress, dataset_locked, version_add
from curation.datasets.wording import counted
from curation.models import DatasetVersion, Import
from webapp.jobs.choices import JobState, ShardState
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store


class ImportHandler(JobHandler):
    """One shard reads the whole file: rows find their repetitions wherever they stand.

    Its parts are written for the version that was newest when the job was planned. When another import or fold
    has made a newer one meanwhile, `finish` does the work again on top of that, with the dataset locked.
    """

    kind = "dataset.import"
    unit = "rows"

    def plan(self, job: Job) -> list[ShardPlan]:
        taken = Import.objects.get(pk=job.params["import"])
        Import.objects.filter(pk=taken.pk).update(state=ImportState.RUNNING)
        parent = version_latest(taken.dataset_id)
        return [ShardPlan({"parent": parent.pk if parent else None})]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        taken = Import.objects.get(pk=job.params["import"])
        return _ingest(taken, shard.params["parent"], progress)

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        taken = Import.objects.select_related("dataset").get(pk=job.params["import"])
        dataset = dataset_locked(taken.dataset_id)
        latest = version_latest(dataset.pk)
        result = results[0]
        if result["parent"] != (latest.pk if latest else None):
            result = _ingest(taken, latest.pk if latest else None, NoProgress())
        version = latest
        if result["changed"] or latest is None:
            version = version_add(
                dataset=dataset,
                parent=latest,
                parts=result["parts"],
                origin=VersionOrigin.IMPORT,
                origin_detail={"import": taken.pk, "filename": taken.filename},
                job=job,
            )
        job.message = _message(result, version, changed=result["changed"])
        _save_counts(taken, result, state=ImportState.SUCCEEDED, message=job.message, version=version)
        transaction.on_commit(lambda: _forget_unused(taken, version))
        counts = {name: result[name] for name in ("read", "new", "merged", "rejected", "reasons", "format")}
        return {**counts, "version": version.pk if version else None, "created": result["changed"]}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        ended = ImportState.CANCELLED if state == JobState.CANCELLED else ImportState.FAILED
        Import.objects.filter(pk=job.params["import"]).update(state=ended, message=error)
        taken = Import.objects.get(pk=job.params["import"])
        transaction.on_commit(lambda: store().delete_tree(f"{_folder(taken)}/parts"))

    def on_resumed(self, job: Job) -> None:
        # The parts are gone, so a finished shard has to run again too.
        JobShard.objects.filter(job=job).update(state=ShardState.PENDING, result=None)
        Import.objects.filter(pk=job.params["import"]).update(state=ImportState.QUEUED, message="")


def _folder(taken: Import) -> str:
    return f"datasets/{taken.dataset_id}/imports/{taken.pk}"


def _ingest(taken: Import, parent_id: int | None, progress: Progress) -> dict[str, Any]:
    """Write the parts of a version on top of the parent; the same parts however often it runs."""
    parent = DatasetVersion.objects.get(pk=parent_id).parts if parent_id else []
    key = f"{_folder(taken)}/quarantine.jsonl"
    with _sources(taken) as sources, Quarantine(key) as quarantine:
        ingest = Ingest(
            parent=parent,
            folder=f"{_folder(taken)}/parts/on-{parent_id or 0}",
            quarantine=quarantine,
            origin=f"import:{taken.pk}",
            progress=progress,
        )
        outcome = ingest.run(sources, format=taken.format or None, name_files=taken.hub is not None)
    result = _result(outcome, parent_id, key)
    if not outcome.read:
        raise JobError(f"“{taken.filename}” holds no rows.")
    if not outcome.new + outcome.merged:
        # The counts and the rejected rows of a failed import are what its owner needs to mend the file.
        _save_counts(taken, result, state=ImportState.RUNNING, message="", version=None)
        raise JobError(_nothing_good(taken, outcome))
    return result


@contextmanager
def _sources(taken: Import) -> Iterator[Iterator[tuple[str, SourceFile]]]:
    if taken.hub is None:
        with store().open(taken.upload_key) as file:
            yield iter([(taken.filename, open_source(file, name=taken.filename, size=taken.size_bytes))])
        return
    with hub_download(taken.hub["repository"], taken.hub["split"]) as files:

        def opened() -> Iterator[tuple[str, SourceFile]]:
            for name, path in files:
                with path.open("rb") as file:
                    yield name, open_source(file, name=name, size=path.stat().st_size)

        yield opened()


def _result(outcome: Ingested, parent_id: int | None, quarantine_key: str) -> dict[str, Any]:
    return {
        "parent": parent_id,
        "format": outcome.format,
        "read": outcome.read,
        "new": outcome.new,
        "merged": outcome.merged,
        "rejected": outcome.rejected,
        "reasons": dict(sorted(outcome.reasons.items())),
        "labels_added": outcome.labels_added,
        "annotations_added": outcome.annotations_added,
        "changed": outcome.changed,
        "parts": outcome.parts,
        "quarantine_key": quarantine_key if outcome.quarantined else "",
    }


def _save_counts(
    taken: Import, result: dict[str, Any], *, state: str, message: str, version: DatasetVersion | None
) -> None:
    Import.objects.filter(pk=taken.pk).update(
        state=state,
        message=message,
        version=version,
        format=result["format"] or taken.format,
        rows_read=result["read"],
        rows_new=result["new"],
        rows_merged=result["merged"],
        rows_rejected=result["rejected"],
        rejected_by_reason=result["reasons"],
        quarantine_key=result["quarantine_key"],
    )


def _message(result: dict[str, Any], version: DatasetVersion | None, *, changed: bool) -> str:
    number = version.number if version else 0
    read, new, merged, rejected = (result[name] for name in ("read", "new", "merged", "rejected"))
    refused = f" Of {counted(read, 'row')}, {rejected:,} could not be imported." if rejected else ""
    if not changed:
        return f"All {counted(merged, 'good row' if rejected else 'row')} are already in version {number}.{refused}"
    gave = counted(result["labels_added"], "new label")
    if result["annotations_added"]:
        gave += f" and {counted(result['annotations_added'], 'new annotation')}"
    known = f" {counted(merged, 'row')} known already gave {gave}." if merged else ""
    return f"Version {number} has {counted(new, 'new row')}.{known}{refused}"


def _nothing_good(taken: Import, outcome: Ingested) -> str:
    reason, count = outcome.reasons.most_common(1)[0]
    return (
        f"None of the {counted(outcome.read, 'row')} of “{taken.filename}” could be imported ({count:,} of them: "
        f"{reason.replace('_', ' ')}); download the rejected rows to see why."
    )


def _forget_unused(taken: Import, version: DatasetVersion | None) -> None:
    """Remove what was written on the way: parts rewritten with more labels, parts of an attempt that came too late."""
    used = {part["key"] for part in version.parts} if version else set()
    for key in store().list(f"{_folder(taken)}/parts"):
        if key not in used:
            store().delete_tree(key)
