"""The job in which models write responses; its end is a new dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from curation.datasets.choices import VersionOrigin
from curation.datasets.parts import Part, PartsWriter, part_write
from curation.datasets.versions import dataset_locked, version_add
from curation.datasets.wording import counted
from curation.generation.services import JOB_KIND
from curation.generation.writers import writer_from_params
from curation.generation.writing import Asked, prompts_draw, prompts_read, responses_write
from curation.models import Dataset, DatasetVersion
from webapp.jobs.choices import JobState, Queue
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.canonical import Record, read_records
from webapp.store.files import store

# A part that is lost with its worker is written again, so parts are small: a minute or two on a slow machine.
PROMPTS_PER_SHARD = 16


class GenerateHandler(JobHandler):
    """A shard writes the responses to a few prompts; the end joins them as the first version of a dataset."""

    kind = JOB_KIND
    queue = Queue.ML
    unit = "responses"
    lease_seconds = 60.0

    def plan(self, job: Job) -> list[ShardPlan]:
        given = job.params
        version = DatasetVersion.objects.get(pk=given["version"])
        drawn = prompts_draw(version, most=given["prompts"], seed=given["seed"], key=_prompts_key(job))
        if not drawn:
            raise JobError("This version has no rows, so there is nothing to write responses to.")
        each = len(given["writers"]) * given["samples"]
        return [
            ShardPlan({"start": start, "count": count}, total=count * each)
            for start in range(0, drawn, PROMPTS_PER_SHARD)
            for count in [min(PROMPTS_PER_SHARD, drawn - start)]
        ]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        given = job.params
        version = DatasetVersion.objects.select_related("dataset").get(pk=given["version"])
        records = prompts_read(version, _prompts_key(job), **shard.params)
        writers = [writer_from_params(version.dataset.project_id, params) for params in given["writers"]]
        asked = Asked.from_params(given, writers)
        made = responses_write(records, asked, lambda n, failures: progress.advance(n, failures))
        return {"part": part_write(f"{_folder(job)}/{shard.index:06}.parquet", made) if made else None}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        parts = [result["part"] for result in results if result["part"]]
        if not parts:
            raise JobError("No response could be written; the job's failures say why.")
        detail = {name: job.params[name] for name in ("version", "writers", "samples", "sampling", "seed")}
        version = generated_version_add(job=job, name=job.params["name"], records=_records(parts), detail=detail)
        rows = counted(version.rows, "prompt")
        job.message = f"“{version.dataset.name}” has {rows} with {counted(version.stats['responses'], 'response')}."
        transaction.on_commit(lambda: store().delete_tree(_folder(job)))
        return {"dataset": version.dataset_id, "version": version.pk, "rows": version.rows}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        # What a failed job has written is kept: trying again goes on from there.
        if state == JobState.CANCELLED:
            transaction.on_commit(lambda: store().delete_tree(_folder(job)))

    def on_resumed(self, job: Job) -> None:
        if job.state == JobState.CANCELLED:
            JobShard.objects.filter(job=job).delete()
            job.planned_at = None


def generated_version_add(*, job: Job, name: str, records: Iterable[Record], detail: dict[str, Any]) -> DatasetVersion:
    """A new dataset whose first version holds what models wrote; the caller is in a transaction."""
    if Dataset.objects.filter(project=job.project_id, name=name).exists():
        # Somebody took the name while the models wrote.
        name = f"{name} ({job.pk})"
    made = Dataset.objects.create(project_id=job.project_id, name=name, created_by=job.created_by)
    with PartsWriter(f"datasets/{made.pk}/generated-{job.pk}") as writer:
        for record in records:
            writer.append(record)
    return version_add(
        dataset=dataset_locked(made.pk),
        parent=None,
        parts=writer.parts,
        origin=VersionOrigin.GENERATED,
        origin_detail=detail,
        job=job,
    )


def _records(parts: list[Part]) -> Iterator[Record]:
    for part in parts:
        with store().open(part["key"]) as file:
            yield from read_records(file)


def _folder(job: Job) -> str:
    return f"generations/{job.pk}"


def _prompts_key(job: Job) -> str:
    return f"{_folder(job)}/prompts.parquet"
