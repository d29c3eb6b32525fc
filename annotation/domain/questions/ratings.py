"""A grid of responses and aspects, each cell a number on an anchored scale; aspects may be split into criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    by_target,
    common_parts,
    flag,
    is_text,
    is_whole,
    named_list,
    one_of,
    only_parts,
    shown,
    targets_of,
    whole_number,
)

HIGHEST = 10
NUMBERS = [str(number) for number in range(HIGHEST + 1)]
NOT_APPLICABLE = "na"
MAX_ANCHOR_CHARS = 500
FACTS: dict[str, FactKind] = {"lowest": "number", "highest": "number"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    """`aspects` may be empty only where each item brings a rubric of its own (`item_rubric`)."""
    parts = common_parts(question, allowed=("per", "low", "high", "na", "aspects", "item_rubric"), required=True)
    low = whole_number(question, "low", default=1, low=0, high=HIGHEST - 1)
    high = whole_number(question, "high", default=5, low=1, high=HIGHEST)
    if low >= high:
        raise QuestionError("high", "“high” must be above “low”.")
    item_rubric = flag(question, "item_rubric", default=False)
    cleaned = {
        **parts,
        "per": one_of(question, "per", ("response", "item"), default="response"),
        "low": low,
        "high": high,
        "na": flag(question, "na", default=True),
        "aspects": named_list(question, "aspects", read_aspect, least=0 if item_rubric else 1),
        "item_rubric": item_rubric,
    }
    for cell, (lowest, highest) in _cells(cleaned, cleaned["aspects"]).items():
        if lowest >= highest:
            raise QuestionError("aspects", f"The scale of “{cell}” ends at {highest}; it must begin below that.")
    return cleaned


def read_aspect(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An aspect as `named_list` reads it, of a question or of an item's own rubric."""
    only_parts(entry, "anchors", "low", "high", "criteria")
    return {**_scale(entry), "criteria": named_list(entry, "criteria", _criterion)}


def _criterion(entry: Mapping[str, Any]) -> dict[str, Any]:
    only_parts(entry, "anchors", "low", "high")
    return _scale(entry)


def _scale(entry: Mapping[str, Any]) -> dict[str, Any]:
    anchors = entry.get("anchors", {})
    if not isinstance(anchors, Mapping) or len(anchors) > HIGHEST + 1:
        raise QuestionError("anchors", "“anchors” is an object of number → what it stands for.")
    if not all(number in NUMBERS and is_text(words, 1, MAX_ANCHOR_CHARS) for number, words in anchors.items()):
        raise QuestionError(
            "anchors", f"An anchor is a number from 0 to {HIGHEST} and a text of 1 to {MAX_ANCHOR_CHARS} characters."
        )
    scale: dict[str, Any] = {"anchors": {number: anchors[number] for number in NUMBERS if number in anchors}}
    for end in ("low", "high"):
        if end in entry:
            scale[end] = whole_number(entry, end, default=0, low=0, high=HIGHEST)
    return scale


def aspects_of(question: Mapping[str, Any], item: ItemView) -> list[Mapping[str, Any]]:
    """The item's own rubric where the question takes one and the item has one, else the question's aspects."""
    own = item.materials.get("rubric") if question["item_rubric"] else None
    return list(own or question["aspects"])


def cells_of(question: Mapping[str, Any], item: ItemView) -> dict[str, tuple[int, int]]:
    """Cell name → lowest and highest rating. A cell is an aspect, or `aspect/criterion` where it has criteria."""
    return _cells(question, aspects_of(question, item))


def _cells(question: Mapping[str, Any], aspects: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    cells = {}
    for aspect in aspects:
        low, high = aspect.get("low", question["low"]), aspect.get("high", question["high"])
        if not aspect.get("criteria"):
            cells[aspect["name"]] = (low, high)
        for criterion in aspect.get("criteria") or ():
            cells[f"{aspect['name']}/{criterion['name']}"] = (criterion.get("low", low), criterion.get("high", high))
    return cells


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    """There must be something to rate, on scales of at least two numbers; an item's own rubric may have none."""
    scales = cells_of(question, item).values()
    return bool(item.responses) and bool(scales) and all(low < high for low, high in scales)


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, dict[str, int | str]]:
    """`{target: {cell: number | "na"}}`; a required question needs every cell of every target."""
    required = question["required"]
    cells = cells_of(question, item)
    rated = by_target(answer, targets_of(question["per"], item), every=required)
    return {target: _row(question, cells, row, every=required) for target, row in rated.items()}


def _row(
    question: Mapping[str, Any], cells: Mapping[str, tuple[int, int]], row: object, *, every: bool
) -> dict[str, int | str]:
    if not isinstance(row, Mapping) or not row:
        raise AnswerError("Rate with an object of aspect → number.")
    for cell, rating in row.items():
        if cell not in cells:
            raise AnswerError(f"“{shown(cell)}” is not one of the aspects to rate.")
        low, high = cells[cell]
        if isinstance(rating, str) and rating == NOT_APPLICABLE and question["na"]:
            continue
        if not is_whole(rating, low, high):
            also = " or “na”" if question["na"] else ""
            raise AnswerError(f"“{cell}” is rated with a whole number from {low} to {high}{also}.")
    if every and len(row) < len(cells):
        missing = next(cell for cell in cells if cell not in row)
        raise AnswerError(f"Rate all {len(cells)} aspects; “{missing}” has no rating.")
    return {cell: row[cell] for cell in cells if cell in row}


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Mapping[str, Mapping[str, Any]]) -> Facts:
    numbers = [rating for row in answer.values() for rating in row.values() if rating != NOT_APPLICABLE]
    return {"lowest": min(numbers), "highest": max(numbers)} if numbers else {}
