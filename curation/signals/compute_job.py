"""The job that computes a signal: one shard per part of the dataset version."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.datasets.reading import part_keys
from curation.models import Signal
from curation.signals.choices import SignalState
from curation.signals.kinds.base import Value
from curation.signals.registry import signal_kind
from curation.signals.summary import summarise
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.canonical import read_records
from webapp.store.files import store

VALUES = pa.schema(
    [
        ("record_id", pa.string()),
        ("response_id", pa.string()),
        ("score", pa.float64()),
        ("state", pa.string()),
        ("reason", pa.string()),
    ]
)
ROWS_PER_GROUP = 1024


class SignalHandler(JobHandler):
    kind = "signal.compute"
    queue = "default"
    unit = "responses"

    def plan(self, job: Job) -> list[ShardPlan]:
        signal = Signal.objects.select_related("dataset_version").get(pk=job.params["signal"])
        return [
            ShardPlan({"part": key, "to": f"signals/{signal.pk}/part-{index:05}.parquet"}, total=_responses(part))
            for index, (key, part) in enumerate(
                zip(part_keys(signal.dataset_version), signal.dataset_version.parts, strict=True)
            )
        ]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        signal = Signal.objects.get(pk=job.params["signal"])
        score, used = signal_kind(signal.kind).scorer(project_id=job.project_id, params=signal.params)
        counts: Counter[str] = Counter()
        with (
            store().open(shard.params["part"]) as file,
            store().writer(shard.params["to"]) as out,
            pq.ParquetWriter(out, VALUES, compression="zstd") as writer,
        ):
            for values in _groups(score(read_records(file))):
                failures = Counter(value.reason or "failed" for value in values if value.state == "failed")
                counts["ok"] += len(values) - failures.total()
                counts["failed"] += failures.total()
                writer.write_table(_table(values))
                progress.advance(len(values), failures=dict(failures))
        return {"key": shard.params["to"], "ok": counts["ok"], "failed": counts["failed"], "used": used}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        signal = Signal.objects.select_for_update().get(pk=job.params["signal"])
        signal.parts = [result["key"] for result in results]
        signal.rows_ok = sum(result["ok"] for result in results)
        signal.rows_failed = sum(result["failed"] for result in results)
        if signal.rows_failed and not signal.rows_ok:
            raise JobError(f"None of the {signal.rows_failed:,} responses could be scored; the failures say why.")
        signal.provenance = {**signal.provenance, **(results[0]["used"] if results else {})}
        signal.summary = summarise([store().url(key) for key in signal.parts])
        signal.state = SignalState.READY
        signal.save()
        failed = f", {signal.rows_failed:,} failed" if signal.rows_failed else ""
        job.message = f"{signal.rows_ok:,} responses scored{failed}."
        return {"signal": signal.pk, "ok": signal.rows_ok, "failed": signal.rows_failed}

    def on_stopped(self, job: Job, *, state: str, error: str) -> None:
        Signal.objects.filter(pk=job.params["signal"]).update(state=SignalState(state))

    def on_resumed(self, job: Job) -> None:
        Signal.objects.filter(pk=job.params["signal"]).update(state=SignalState.QUEUED)


class ModelSignalHandler(SignalHandler):
    """The same for kinds that need torch."""

    kind = "signal.compute_ml"
    queue = "ml"
    # Loading a model can take long on a cold disk.
    lease_seconds = 60.0


def _responses(part: dict[str, Any]) -> int | None:
    responses = part.get("stats", {}).get("responses")
    return int(responses) if responses is not None else None


def _groups(values: Iterator[Value]) -> Iterator[list[Value]]:
    while group := list(itertools.islice(values, ROWS_PER_GROUP)):
        yield group


def _table(values: list[Value]) -> pa.Table:
    columns = [[getattr(value, field.name) for value in values] for field in VALUES]
    return pa.Table.from_arrays(
        [pa.array(column, type=field.type) for column, field in zip(columns, VALUES, strict=True)], schema=VALUES
    )
