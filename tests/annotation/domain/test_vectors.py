"""Rules that the page works out as well: cases that pytest and vitest both read from `tests/vectors`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.domain.conditions import all_hold, is_required
from annotation.domain.forms import FormError, validate_answers, validate_questions
from annotation.domain.items import ItemView
from annotation.domain.text_offsets import steps_of

VECTORS = Path(__file__).parents[2] / "vectors"
ITEM = ItemView([{"response_id": "r1", "content": "One.\n\nTwo."}, {"response_id": "r2", "content": "Short."}])


def cases(name: str) -> list[Any]:
    found = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["about"]) for case in found]


@pytest.mark.parametrize("case", cases("steps.json"))
def test_steps_are_cut(case: dict[str, Any]) -> None:
    text = case["text"]

    steps = steps_of(text, case["split"])

    assert [{"start": start, "end": end, "text": text[start:end]} for start, end in steps] == case["steps"]


@pytest.mark.parametrize("case", cases("conditions.json"))
def test_questions_are_shown_and_required(case: dict[str, Any]) -> None:
    asked: dict[str, Any] = {}
    for question in validate_questions(case["questions"]):
        if all_hold(question["show_if"], asked, case["answers"]):
            asked[question["name"]] = question

    assert list(asked) == case["visible"]
    assert [name for name, question in asked.items() if is_required(question, asked, case["answers"])] == (
        case["required"]
    )


@pytest.mark.parametrize("case", cases("conditions.json"))
def test_only_answers_to_what_is_shown_are_taken(case: dict[str, Any]) -> None:
    """What is faulty is exactly what was answered unseen, and what is required and open."""
    hidden = case["answers"].keys() - set(case["visible"])
    missing = set(case["required"]) - case["answers"].keys()
    faults: set[str] = set()
    try:
        validate_answers(case["questions"], case["answers"], ITEM)
    except FormError as error:
        faults = set(error.fields) - {"answers"}

    assert validate_questions(case["questions"]) == case["questions"]
    assert faults == {f"answers.{name}" for name in hidden | missing}
