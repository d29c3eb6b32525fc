"""Rules that the page works out as well: cases that pytest and vitest both read from `tests/vectors`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.domain.conditions import ANSWERED, TESTS, all_hold, is_required
from annotation.domain.forms import FormError, validate_answers, validate_questions
from annotation.domain.items import ItemView
from annotation.domain.questions.registry import QUESTION_TYPES
from annotation.domain.text_offsets import WHITE_SPACE, steps_of

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
    """At fault is what was answered unseen and what is required and open, but not what hangs on such a question."""
    hidden = case["answers"].keys() - set(case["visible"])
    missing = set(case["required"]) - case["answers"].keys()
    faults: set[str] = set()
    try:
        validate_answers(case["questions"], case["answers"], ITEM)
    except FormError as error:
        faults = set(error.fields) - {"answers"}

    assert validate_questions(case["questions"]) == case["questions"]
    expected = {f"answers.{name}" for name in hidden | missing}
    assert faults <= expected
    assert bool(faults) == bool(expected)
    assert faults == expected or len(expected) > 1


def test_every_test_of_every_fact_has_a_case() -> None:
    tested = set()
    for (case,) in (each.values for each in cases("conditions.json")):
        types = {question["name"]: question["type"] for question in case["questions"]}
        for question in case["questions"]:
            for condition in (*question["show_if"], *question["required_if"]):
                tested.add((types[condition["question"]], condition["fact"], condition["test"]))

    facts = {
        (name, fact, kind)
        for name, module in QUESTION_TYPES.items()
        for fact, kind in {**module.FACTS, ANSWERED: "bool"}.items()
    }
    assert tested == {(name, fact, test) for name, fact, kind in facts for test in TESTS[kind]}


def test_every_white_space_has_a_case() -> None:
    told = {each.values[0]["about"] for each in cases("steps.json")}
    assert {f"U+{ord(space):04X} is white space: around a step and on a line of its own" for space in WHITE_SPACE} - (
        told
    ) == {"U+000A is white space: around a step and on a line of its own"}
