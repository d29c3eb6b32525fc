"""The job that computes a signal: one shard per part of the dataset version, or one for kinds that need all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow.parquet as pq

from curation.datasets.reading import part_keys
from curation.models import DatasetVersion, Signal
from curation.signals.choices import SignalState
from curation.signals.kinds.base import AddsUp, Column, Row, SignalKind, WorksInSlices
from curation.signals.registry import signal_kind
from curation.signals.source import PartsSource
from curation.signals.summary import summarise
from curation.signals.values import ROWS_PER_GROUP, UNITS, row_groups, values_schema, values_table
from webapp.jobs.handlers import JobError, JobHandler, Progress, ShardPlan
from webapp.jobs.models import Job, JobShard
from webapp.store.files import store


class SignalHandler(JobHandler):
    kind = "signal.compute"
    queue = "default"
    unit = "values"

    def plan(self, job: Job) -> list[ShardPlan]:
        signal = Signal.objects.select_related("dataset_version").get(pk=job.params["signal"])
        kind = signal_kind(signal.kind)
        version = signal.dataset_version
        keys = part_keys(version)
        folder = f"signals/{signal.pk}"
        if kind.scope == "version":
            # A row usually is one pair, and what is shown while it runs may be a guess.
            total = version.rows if kind.level != "response" else None
            return [ShardPlan({"parts": keys, "to": f"{folder}/part-00000.parquet"}, total=total)]
        if isinstance(kind, WorksInSlices):
            return [
                ShardPlan({"parts": [key], "rows": rows, "to": f"{folder}/part-{index:05}.parquet"}, total=total)
                for index, (key, rows, total) in enumerate(_slices(version, kind))
            ]
        return [
            ShardPlan({"parts": [key], "to": f"{folder}/part-{index:05}.parquet"}, total=_total(part, kind.level))
            for index, (key, part) in enumerate(zip(keys, version.parts, strict=True))
        ]

    def run_shard(self, job: Job, shard: JobShard, progress: Progress) -> dict[str, Any]:
        signal = Signal.objects.get(pk=job.params["signal"])
        kind = signal_kind(signal.kind)
        project_id = job.project_id or 0
        score, used = kind.scorer(project_id=project_id, params=signal.params)
        parts = shard.params["parts"]
        counted = _Counted(progress, shard.total)
        source = PartsSource(
            project_id,
            signal.dataset_version_id,
            parts,
            keep_alive=lambda: progress.advance(0),
            count=counted.before_rows,
            rows=shard.params.get("rows"),
            job_id=job.pk,
        )
        columns = tuple(Column(**column) for column in signal.columns)
        schema = values_schema(kind.level, columns)
        counts: Counter[str] = Counter()
        with (
            store().writer(shard.params["to"]) as out,
            pq.ParquetWriter(out, schema, compression="zstd") as writer,
        ):
            for rows in row_groups(_advancing(score(source), progress, counts)):
                writer.write_table(values_table(rows, kind.level, columns), row_group_size=ROWS_PER_GROUP)
        counted.end(counts.total())
        return {"key": shard.params["to"], "ok": counts["ok"], "failed": counts["failed"], "used": used}

    def finish(self, job: Job, results: list[dict[str, Any]]) -> dict[str, Any]:
        signal = Signal.objects.select_for_update().get(pk=job.params["signal"])
        units = UNITS[signal.level]
        signal.parts = [result["key"] for result in results]
        signal.rows_ok = sum(result["ok"] for result in results)
        signal.rows_failed = sum(result["failed"] for result in results)
        if signal.rows_failed and not signal.rows_ok:
            raise JobError(f"None of the {signal.rows_failed:,} {units} could be scored; the failures say why.")
        signal.provenance = {**signal.provenance, **_used(signal_kind(signal.kind), results)}
        signal.summary = summarise([store().url(key) for key in signal.parts], signal.columns)
        signal.state = SignalState.READY
        signal.save()
        missing = f", {signal.rows_failed:,} failed" if signal.rows_failed else ""
        job.message = f"{signal.rows_ok:,} {units} scored{missing}."
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


class _Counted:
    """Values worked out before the rows count with them, so that the long part of the work is seen to move."""

    def __init__(self, progress: Progress, rows: int | None) -> None:
        self._progress, self._rows, self._before, self._expected = progress, rows, 0, 0

    def before_rows(self, expected: int, done: int) -> None:
        self._expected += expected
        self._before += done
        if expected and self._rows is not None:
            self._progress.set_total(self._rows + self._expected)
        if done:
            self._progress.advance(done)

    def end(self, rows: int) -> None:
        """How many rows there would be was a guess for pairs."""
        self._progress.set_total(rows + self._before)


def _advancing(rows: Iterable[Row], progress: Progress, counts: Counter[str]) -> Iterator[Row]:
    """The rows, each told to the job's progress as it is made: a model may need a second for one."""
    for row in rows:
        counts[row.state] += 1
        progress.advance(1, failures={row.reason or "failed": 1} if row.state == "failed" else None)
        yield row


def _slices(version: DatasetVersion, kind: WorksInSlices) -> Iterator[tuple[str, list[int], int]]:
    """Runs of rows [from, to) of the version's parts, and how many values each will have, more or less."""
    for key, part in zip(part_keys(version), version.parts, strict=True):
        values = _total(part, kind.level) or part["rows"]
        for start in range(0, part["rows"], kind.rows_per_shard):
            end = min(start + kind.rows_per_shard, part["rows"])
            yield key, [start, end], round(values * (end - start) / part["rows"])


def _used(kind: SignalKind, results: list[dict[str, Any]]) -> dict[str, Any]:
    """What the parts were made with: the same for all, except for kinds that add theirs up."""
    used: list[dict[str, Any]] = [result["used"] for result in results]
    if not used:
        return {}
    return kind.add_up(used) if isinstance(kind, AddsUp) else used[0]


def _total(part: dict[str, Any], level: str) -> int | None:
    if level == "record":
        return int(part["rows"])
    responses = part.get("stats", {}).get("responses") if level == "response" else None
    return int(responses) if responses is not None else None
