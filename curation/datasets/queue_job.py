"""The job that puts rows of a dataset version into a campaign's queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db import transaction

from annotation.domain.drafts import KINDS, Draft
from annotation.domain.identity_leaks import Leak
from annotation.domain.materials import materials_of
from annotation.domain.principles import traits_of
from annotation.models import Campaign
from annotation.selectors.campaigns import queue_next_position
from annotation.services.queueing import ItemRow, items_enqueue
from curation.datasets.choices import QueueOrder
from curation.datasets.engine import duck
from curation.datasets.predicates import SqlParams, predicate_parse, predicate_sql
from curation.datasets.reading import iter_part_batches, part_urls
from curation.datasets.wording import counted
from curation.models import DatasetVersion
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobHandler, Progress, ShardPlan, as_job_error
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.store.canonical import Message, record_id_of
from webapp.store.files import store

_COLUMNS = ["record_id", "prompt", "responses", "context", "metadata"]
_COUNTS = ("added", "known", "unfit", "masked", "quarantined", "materials_left_out")
# As many rows that were left out because of a name are listed in the job's log.
_MOST_LOGGED = 100
_NO_LIMIT = 1 << 62
_IN_REVIEW = "SELECT record_id FROM read_parquet($review_of) WHERE decision = 'review'"
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
        asked = Campaign.objects.values_list("drafts", flat=True).get(pk=job.params["campaign"])
        drafter = asked["judge"] if asked else None
        items = _Items(job.params.get("contexts") or [], base=shard.params["base"], drafter=drafter)
        leaking: list[list[Any]] = []

        def on_quarantined(row: ItemRow, leaks: Sequence[Leak]) -> None:
            entry = [row.base_record_id or row.record_id, sorted({leak.name for leak in leaks})]
            # Once, also where the row comes under several contexts.
            if len(leaking) < _MOST_LOGGED and entry not in leaking[-1:]:
                leaking.append(entry)

        with as_job_error(ApplicationError):
            queued = items_enqueue(
                campaign_id=job.params["campaign"],
                rows=items.of_part(key, places, progress),
                source_version_id=version.pk,
                on_quarantined=on_quarantined,
            )
        return {**queued._asdict(), "materials_left_out": items.materials_left_out, "leaking": leaking}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        total = {name: sum(result[name] for result in results) for name in _COUNTS}
        job.message = _message(total) if results else "No row of the version matches the filter, so nothing was added."
        listed = [entry for result in results for entry in result["leaking"]][:_MOST_LOGGED]
        JobLogEntry.objects.bulk_create(
            JobLogEntry(job=job, level="warning", message=f"Row {record_id} was left out: a response says {words}.")
            for record_id, words in ((entry[0], " and ".join(f"“{word}”" for word in entry[1])) for entry in listed)
        )
        transaction.on_commit(lambda: store().delete_tree(_folder(job)))
        return {**total, "seed": job.params["seed"]}


def _message(total: dict[str, int]) -> str:
    sentences = [f"{counted(total['added'], 'item')} added to the queue."]
    if total["known"]:
        sentences.append(f"In it already: {total['known']:,}.")
    if total["unfit"]:
        sentences.append(f"Left out because the campaign's questions do not fit them: {total['unfit']:,}.")
    if total["masked"]:
        sentences.append(f"Rows in which a response names its model, masked: {total['masked']:,}.")
    if total["quarantined"]:
        sentences.append(f"Left out because a response names its model: {total['quarantined']:,}; the log lists them.")
    if total["materials_left_out"]:
        sentences.append(
            "Passages, references and rubrics that could not be read, and were left out of their items: "
            f"{total['materials_left_out']:,}."
        )
    return " ".join(sentences)


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
    review_of = params.get("review_of")
    if review_of:
        bound.values["review_of"] = [store().url(review_of)]
        condition = f"({condition}) AND record_id IN ({_IN_REVIEW})"
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


class _Items:
    """The chosen rows of a part as items, each once under every context; `materials_left_out` is counted on the way.

    `drafter` is the judge whose annotations go with them, None where nobody's do.
    """

    def __init__(self, contexts: Sequence[str], *, base: int, drafter: str | None) -> None:
        self._contexts, self._base, self._drafter = contexts, base, drafter
        self.materials_left_out = 0

    def of_part(self, key: str, places: dict[int, int], progress: Progress) -> Iterator[ItemRow]:
        first = 0
        columns = _COLUMNS if self._drafter is None else [*_COLUMNS, "annotations"]
        for batch in iter_part_batches(key, columns):
            wanted = [row for row in range(first, first + batch.num_rows) if row in places]
            rows = batch.take(pa.array([row - first for row in wanted], pa.int64())).to_pylist()
            for number, row in zip(wanted, rows, strict=True):
                yield from self._under_contexts(self._item(row), places[number])
            progress.advance(len(wanted))
            first += batch.num_rows

    def _item(self, row: dict[str, Any]) -> ItemRow:
        """A row without the names of what generated its responses."""
        metadata = msgspec.json.decode(row["metadata"] or "{}")
        materials, left_out = materials_of(metadata)
        self.materials_left_out += left_out
        return ItemRow(
            record_id=row["record_id"],
            prompt=[_without_nulls(message) for message in row["prompt"]],
            responses=[
                {"response_id": r["response_id"], "content": r["content"], "images": r["images"]}
                for r in row["responses"]
            ],
            context=row["context"],
            materials=materials or None,
            traits=traits_of(metadata) if metadata else None,
            drafts=self._drafts(row.get("annotations") or ()),
        )

    def _drafts(self, annotations: Iterable[dict[str, Any]]) -> list[Draft]:
        return [
            Draft(each["kind"], each["question"], msgspec.json.decode(each["body"]))
            for each in annotations
            if each["source"] == "judge" and each["annotator"] == self._drafter and each["kind"] in KINDS
        ]

    def _under_contexts(self, item: ItemRow, place: int) -> Iterator[ItemRow]:
        if not self._contexts:
            yield item._replace(position=self._base + place)
            return
        prompt = [Message(**message) for message in item.prompt]
        ids = [response["response_id"] for response in item.responses]
        for number, context in enumerate(self._contexts):
            record_id = record_id_of(prompt, ids, context)
            yield item._replace(
                record_id=record_id,
                context=context,
                # Under the context it has itself, a row is no other record.
                base_record_id="" if record_id == item.record_id else item.record_id,
                position=self._base + place * len(self._contexts) + number,
            )


def _without_nulls(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if value is not None}
