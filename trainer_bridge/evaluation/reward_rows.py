"""Rows of reward models: each item with its candidates' scores, and what a report needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainer_bridge.domain.evaluation.scored import Scored
from trainer_bridge.evaluation.items import CORRECT, iter_items
from trainer_bridge.evaluation.readings import failure_of, iter_readings
from trainer_bridge.evaluation.rows import FAILED, LEAKED, OK
from trainer_bridge.models import Evaluation


def scored_items(evaluation: Evaluation, leaked: Mapping[int, str]) -> list[Scored]:
    """Every item in order with the scores of its candidates. Texts are not kept, their lengths are."""
    items = iter_items(evaluation.evaluation_set)
    return [
        scored_item(index, item, [row["value"] for row in readings], failure_of(readings), leaked.get(index))
        for index, (item, readings) in enumerate(zip(items, iter_readings(evaluation, "model"), strict=True))
    ]


def scored_item(
    index: int, item: dict[str, Any], scores: Sequence[float | None], failure: str | None, leaked: str | None
) -> Scored:
    """An item of a set with scores of its candidates. What the model was trained on is no failure of its own."""
    return Scored(
        index=index,
        item_id=item["item_id"],
        group=item["group"],
        subset=item["subset"],
        state=LEAKED if leaked else FAILED if failure else OK,
        reason=leaked or failure,
        scores=scores,
        correct=[candidate["role"] == CORRECT for candidate in item["candidates"]],
        lengths=[len(candidate["text"]) for candidate in item["candidates"]],
    )


def scored_again(rows: Iterable[dict[str, Any]], items: Iterable[dict[str, Any]]) -> list[Scored]:
    """Items as they were scored, from an evaluation's rows (`ROWS`, by index) and the set's items in order."""
    by_index = {row["index"]: row for row in rows}
    found = []
    for index, item in enumerate(items):
        row = by_index.get(index)
        if row is not None:
            found.append(
                Scored(
                    index=index,
                    item_id=row["item_id"],
                    group=row["group"],
                    subset=row["subset"],
                    state=row["state"],
                    reason=row["reason"],
                    scores=[measured["score"] for measured in row["measured"]],
                    correct=[candidate["role"] == CORRECT for candidate in item["candidates"]],
                    lengths=[len(candidate["text"]) for candidate in item["candidates"]],
                )
            )
    return found


def reward_rows(items: Sequence[Scored], credits: Sequence[float | None]) -> list[dict[str, Any]]:
    """The rows to be kept, as `ROWS` has them."""
    return [
        row_of(item, credit, [{"score": score} for score in item.scores])
        for item, credit in zip(items, credits, strict=True)
    ]


def row_of(item: Scored, credit: float | None, measured: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "index": item.index,
        "item_id": item.item_id,
        "group": item.group,
        "subset": item.subset,
        "state": item.state,
        "reason": item.reason,
        "credit": credit,
        "margin": item.margin if item.state == OK else None,
        "measured": measured,
    }
