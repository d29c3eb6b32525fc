"""The job that puts rows of a dataset version into a campaign's queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from annotation.selectors.campaigns import queue_next_position
from annotation.services.queueing import ItemRow, items_enqueue
from curation.datasets.choices import QueueOrder
from curation.datasets.engine import duck
from curation.datasets.predicates import SqlParams, predicate_parse, predicate_sql
from curation.datasets.reading import iter_part_batches, part_urls
from curation.datasets.wording import counted
from curation.models import DatasetVersion
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store

_COLUMNS = ["record_id", "prompt", "responses", "context"]
_NO_LIMIT = 1 << 62
# MD5 because it gives the same order on every machine and in every version of the engine.
_ORDER = {
    QueueOrder.ORIGINAL: "file_index, file_row_number",
    QueueOrder.SHUFFLE: "md5($seed || ':' || record_id), record_id",
}


class QueueHandler(JobHandler):
    """Planning selects and ranks the rows once; each shard then sends those of one part.

    Every row has its place in the queue from the plan on, so shards may run in any order, at once or twice.
    """

    kind = "campaign.queue"
    unit = "items"

    def plan(self, job: Job) -> list[ShardPlan]:
        version = DatasetVersion.objects.get(pk=job.params["version"])
        chosen = _select(version, job.params)
        with store().writer(_selection_key(job)) as file:
            pq.write_table(chosen, file)
        base = queue_next_position(job.params["campaign"])
        counts = sorted(
            (entry["values"], entry["counts"]) for entry in pc.value_counts(chosen.column("part")).to_pylist()
        )
        return [ShardPlan({"part": part, "base": base}, total=count) for part, count in counts]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        version = DatasetVersion.objects.get(pk=job.params["version"])
        key = version.parts[shard.params["part"]]["key"]
        with store().open(_selection_key(job)) as file:
            chosen = pq.read_table(file, filters=[("part", "=", shard.params["part"])])
        places = dict(zip(chosen.column("row").to_pylist(), chosen.column("rank").to_pylist(), strict=True))
        try:
            added, known, unfit = items_enqueue(
                campaign_id=job.params["campaign"],
                rows=_items(key, places, shard.params["base"], progress),
                source_version_id=version.pk,
            )
        except ApplicationError as error:
            raise JobError(error.message) from error
        return {"added": added, "known": known, "unfit": unfit}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        total = {name: sum(result[name] for result in results) for name in ("added", "known", "unfit")}
        job.message = f"{counted(total['added'], 'item')} added to the queue."
        if total["known"]:
            job.message += f" In it already: {total['known']:,}."
        if total["unfit"]:
            job.message += f" Left out because the campaign's questions do not fit them: {total['unfit']:,}."
        if not results:
            job.message = "No row of the version matches the filter, so nothing was added."
        transaction.on_commit(lambda: store().delete_tree(_folder(job)))
        return {**total, "seed": job.params["seed"]}


def _folder(job: Job) -> str:
    return f"campaigns/{job.params['campaign']}/queue-{job.pk}"


def _selection_key(job: Job) -> str:
    return f"{_folder(job)}/selection.parquet"


def _select(version: DatasetVersion, params: dict[str, Any]) -> pa.Table:
    """Which rows are queued: `part` and `row` say where each is, `rank` is its place from 0."""
    bound = SqlParams()
    condition = "true"
    if params["filter"] is not None:
        condition = predicate_sql(predicate_parse(params["filter"]), bound)
    order = _ORDER[params["order"]]
    values = {**bound.values, "urls": part_urls(version), "most": params["limit"] or _NO_LIMIT}
    if params["order"] == QueueOrder.SHUFFLE:
        values["seed"] = str(params["seed"])
    statement = f"""
        SELECT part, row, rank - 1 AS rank
          FROM (SELECT file_index AS part, file_row_number AS row, row_number() OVER (ORDER BY {order}) AS rank
                  FROM read_parquet($urls, file_row_number = true) WHERE {condition})
         WHERE rank <= $most ORDER BY part, row"""  # noqa: S608 - only constants of this module and predicates.py
    with duck() as cursor:
        return cursor.sql(statement, params=values).to_arrow_table()


def _items(key: str, places: dict[int, int], base: int, progress: Progress) -> Iterator[ItemRow]:
    """The chosen rows of a part, without the names of what generated their responses."""
    first = 0
    for batch in iter_part_batches(key, _COLUMNS):
        wanted = [row for row in range(first, first + batch.num_rows) if row in places]
        rows = batch.take(pa.array([row - first for row in wanted], pa.int64())).to_pylist()
        for number, row in zip(wanted, rows, strict=True):
            yield ItemRow(
                record_id=row["record_id"],
                prompt=[_without_nulls(message) for message in row["prompt"]],
                responses=[{"response_id": r["response_id"], "content": r["content"]} for r in row["responses"]],
                context=row["context"],
                position=base + places[number],
            )
        progress.advance(len(wanted))
        first += batch.num_rows


def _without_nulls(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if value is not None}
