"""Models read the answers of a set, part by part; what is read lies in the store before the next group begins.

A part is a run of row groups. Each group's readings are one file, so a worker that takes a part up again reads only
what is missing. Models of one part are loaded in turn, so that memory need hold one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from curation.signals.model_readings import ModelScorer, loading
from trainer_bridge.evaluation.items import ITEMS_PER_GROUP, groups_of, read_group
from trainer_bridge.models import Evaluation
from webapp.jobs.handlers import JobError, Progress, ShardPlan
from webapp.store.files import store

if TYPE_CHECKING:
    from curation.ml.token_rows import ScoringItem

# A model is loaded once for so many row groups at most (8,192 items), so that several workers can share a large set.
GROUPS_PER_PART = 32
_PROVENANCE = b"provenance"

READINGS = pa.schema(
    [
        # Index in the set, and position among the item's answers.
        ("index", pa.int64()),
        ("answer", pa.int64()),
        ("value", pa.float64()),
        ("tokens", pa.int64()),
        ("state", pa.string()),
        ("reason", pa.string()),
    ]
)
Answers = Callable[[dict[str, Any]], list[str]]


@dataclass(frozen=True)
class Reader:
    """One model of an evaluation. `role` names its files; `load` gives a scorer of `curation.ml`."""

    role: str
    load: Callable[[], ModelScorer[Any]]


def answers_of(item: dict[str, Any]) -> list[str]:
    """The item's own answers, which is what models read unless said otherwise."""
    return [candidate["text"] for candidate in item["candidates"]]


def plan_parts(items: int, *, readers: int) -> list[ShardPlan]:
    """Parts of a set of so many items; a unit of progress is an item read by one model."""
    groups = groups_of(items)
    plans = []
    for first in range(0, groups, GROUPS_PER_PART):
        last = min(first + GROUPS_PER_PART, groups)
        held = min(items, last * ITEMS_PER_GROUP) - first * ITEMS_PER_GROUP
        plans.append(ShardPlan({"first": first, "last": last}, total=held * readers))
    return plans


def read_part(
    evaluation: Evaluation,
    part: dict[str, Any],
    readers: Sequence[Reader],
    progress: Progress,
    *,
    answers: Answers = answers_of,
) -> None:
    """Have each model read the answers of the part's items. Raises JobError for a model that cannot be loaded."""
    for reader in readers:
        missing = []
        for group in range(part["first"], part["last"]):
            if store().exists(_key(evaluation, reader.role, group)):
                progress.advance(len(read_group(evaluation.evaluation_set, group)))
            else:
                missing.append(group)
        if not missing:
            continue
        with loading():
            scorer = reader.load()
        told = {_PROVENANCE: msgspec.json.encode(scorer.provenance)}
        for group in missing:
            rows = list(_read(evaluation, group, scorer, answers, progress))
            table = pa.Table.from_pylist(rows, schema=READINGS.with_metadata(told))
            with store().writer(_key(evaluation, reader.role, group)) as file:
                pq.write_table(table, file, compression="zstd")
        del scorer


def _read(
    evaluation: Evaluation, group: int, scorer: ModelScorer[Any], answers: Answers, progress: Progress
) -> Iterator[dict[str, Any]]:
    start = group * ITEMS_PER_GROUP
    items = read_group(evaluation.evaluation_set, group)
    given = [answers(item) for item in items]
    read = scorer.score(_scoring_items(items, given))
    for at, texts in enumerate(given):
        failures: dict[str, int] = {}
        for answer in range(len(texts)):
            result = next(read)
            if result.state == "failed" and not failures:
                failures[result.reason or "failed"] = 1
            value, tokens = _value_of(result)
            yield {
                "index": start + at,
                "answer": answer,
                "value": value,
                "tokens": tokens,
                "state": result.state,
                "reason": result.reason,
            }
        progress.advance(1, failures)


def _scoring_items(items: list[dict[str, Any]], given: list[list[str]]) -> Iterator[ScoringItem]:
    from curation.ml.token_rows import ScoringItem

    for at, (item, texts) in enumerate(zip(items, given, strict=True)):
        if texts:
            yield ScoringItem(str(at), item["prompt"], [(str(answer), text) for answer, text in enumerate(texts)])


def _value_of(result: Any) -> tuple[float | None, int | None]:
    """A reward, or a log-likelihood with its tokens."""
    if hasattr(result, "log_likelihood"):
        return result.log_likelihood, result.tokens
    return result.score, None


def iter_readings(evaluation: Evaluation, role: str) -> Iterator[list[dict[str, Any]]]:
    """What a model said, in order: one list of readings an item, those of its answers in their order."""
    for group in range(groups_of(evaluation.evaluation_set.counts["items"])):
        held: list[dict[str, Any]] = []
        with store().open(_key(evaluation, role, group)) as file:
            for row in pq.read_table(file).to_pylist():
                if held and held[0]["index"] != row["index"]:
                    yield held
                    held = []
                held.append(row)
        if held:
            yield held


def provenance_of(evaluation: Evaluation, role: str) -> dict[str, Any]:
    """What was loaded for a role, as its first file tells."""
    with store().open(_key(evaluation, role, 0)) as file:
        told = (pq.read_schema(file).metadata or {}).get(_PROVENANCE)
    if told is None:
        raise JobError("The readings of this evaluation are not ours; start it again.")
    found: dict[str, Any] = msgspec.json.decode(told)
    return found


def failure_of(readings: Sequence[dict[str, Any]]) -> str | None:
    """The first failed reading's reason; None when there is none."""
    return next((row["reason"] or "failed" for row in readings if row["state"] == "failed"), None)


def _key(evaluation: Evaluation, role: str, group: int) -> str:
    return f"{evaluation.folder}/readings/{role}-{group:05}.parquet"
