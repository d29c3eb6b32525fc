"""Every part of a valid question, and of a valid answer, replaced by whatever a client may send instead."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from annotation.domain.forms import FormError, validate_answers, validate_questions
from annotation.domain.items import ItemView

PASSAGES = [{"title": "Tides", "sentences": ["The moon pulls.", "So does the sun."]}]
RUBRIC = [{"name": "own", "title": "Own", "description": "", "anchors": {}, "criteria": []}]
ITEM = ItemView(
    [
        {"response_id": "r1", "content": "Tides, tides 👩‍👩‍👧.\n\nThe moon."},
        {"response_id": "r2", "content": "", "images": ["x"]},
    ],
    [{"role": "user", "content": "Why tides?"}, {"role": "assistant", "content": "Which?"}],
    {"passages": PASSAGES, "rubric": RUBRIC},
)


def sha256(target: str) -> str:
    return hashlib.sha256(str(ITEM.text_of(target)).encode()).hexdigest()


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


AWKWARD: list[Any] = [
    None, True, False, 0, -1, 3, 2**63, 10**5000, 1.0, float("nan"), float("inf"), "", " ", "\0", "\ud800",
    "x" * 500_000, "r1", "item", "na", "none", [], [[]], ["r1"], [None], [float("nan")], {}, {"": {}},
    {"\ud800": None}, {"r1": {}}, {"kind": "none"}, {"kind": "earlier_span", "start": 0, "end": 1, "quote": "T"},
    nested(900), nested(50_000),
]  # fmt: skip

REPEATED = {"name": "repeated", "evidence": "earlier_span", "evidence_required": True}
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "pairwise": ({"steps": 5, "aspect": "safe"}, {"better": "r1", "strength": 2}),
    "pairwise outcome": ({"type": "pairwise"}, {"outcome": "tie"}),
    "ranking": ({"top_k": 1, "ties": True}, {"ranks": {"r1": 2, "r2": 2}}),
    "ranking outcome": ({"type": "ranking"}, {"outcome": "not_rankable"}),
    "ratings": (
        {
            "aspects": [
                {"name": "a", "title": "A", "description": "What?", "anchors": {"1": "Low", "5": "High"}},
                {"name": "b", "low": 0, "high": 2, "criteria": [{"name": "c", "anchors": {"0": "No"}}, {"name": "d"}]},
            ],
            "low": 1,
            "high": 5,
        },
        {target: {"a": 5, "b/c": 0, "b/d": "na"} for target in ("r1", "r2")},
    ),
    "ratings rubric": ({"type": "ratings", "item_rubric": True, "per": "item"}, {"item": {"own": 3}}),
    "spans": (
        {
            "categories": [REPEATED, {"name": "wrong", "density": "sentence", "evidence": "passage"}, {"name": "odd"}],
            "omissions": [{"name": "gone", "title": "Gone", "evidence": "passage"}],
            "severities": [{"name": "minor"}],
            "prompt_turns": True,
        },
        {
            "sha256": {"r1": sha256("r1"), "turn:1": sha256("turn:1")},
            "marks": [
                {
                    "target": "r1", "start": 7, "end": 12, "quote": "tides",
                    "category": "repeated", "severity": "minor", "note": "Twice.",
                    "evidence": {"kind": "earlier_span", "start": 0, "end": 5, "quote": "Tides"},
                },
                {
                    "target": "r1", "start": 21, "end": 30, "quote": "The moon.", "category": "wrong", "severity": None,
                    "note": "", "evidence": {"kind": "passage", "passage": 0, "sentences": [1]},
                },
            ],
            "omissions": [
                {
                    "target": "turn:1", "category": "gone", "note": "Why?",
                    "evidence": {"kind": "passage", "passage": 0, "sentences": [0, 1]},
                },
            ],
            "no_error": ["r2"],
        },
    ),
    "rationale": (
        {"reasons": [{"value": "x", "label": "X"}], "min_chars": 1, "max_chars": 100, "links": True},
        {
            "text": "It repeats 👩‍👩‍👧.",
            "reasons": ["x"],
            "links": [{"start": 3, "end": 10, "target": "r1", "from": 7, "to": 12, "quote": "tides"}],
        },
    ),
    "edit": ({"which": "any", "marks_into": None}, {"edits": [{"response": "r1", "text": "Tides 👩‍👩‍👧."}]}),
    "thumbs": ({"per": "turn"}, {"turn:1": "up", "r1": "down", "r2": "up"}),
    "steps": (
        {"split": "line"},
        {"r1": {"labels": ["neutral", "bad"], "first_error": 1}, "r2": {"labels": [], "first_error": None}},
    ),
    "choice": ({"options": [{"value": "x", "label": "X"}, {"value": "y"}], "multiple": True}, ["x", "y"]),
    "choice per turn": (
        {"type": "choice", "options": [{"value": "x"}, {"value": "y"}], "per": "turn"},
        {"turn:1": "x", "r1": "y", "r2": "x"},
    ),
    "text": ({"max_chars": 50}, "Some words."),
    "text per response": ({"type": "text", "per": "response", "required": True}, {"r1": "One.", "r2": "Two."}),
}  # fmt: skip
CONDITIONS = [
    {"question": "first", "fact": "strength", "test": "at_least", "value": 2},
    {"question": "first", "fact": "outcome", "test": "is", "value": ["tie", "preference"]},
    {"question": "first", "fact": "better", "test": "differs_from", "value": "second"},
    {"question": "first", "fact": "answered", "test": "is", "value": False},
]
EARLIER = [{"name": "first", "type": "pairwise"}, {"name": "second", "type": "pairwise"}]
every_case = pytest.mark.parametrize("case", list(CASES))


def definition(case: str) -> dict[str, Any]:
    return {"name": "q", "type": case, "title": "Q", "description": "?", "required": True, **CASES[case][0]}


def replaced(value: Any) -> Iterator[Any]:
    """The value with each part in turn replaced by each awkward value, left out, or joined by an unknown one."""
    yield from AWKWARD
    if isinstance(value, dict):
        for key, part in value.items():
            yield from ({**value, key: other} for other in replaced(part))
            yield {name: kept for name, kept in value.items() if name != key}
        yield from ({**value, key: 1} for key in ("", "\ud800", "x" * 10_000, "unknown"))
    if isinstance(value, list):
        for index, part in enumerate(value):
            yield from ([*value[:index], other, *value[index + 1 :]] for other in replaced(part))
        yield value * 3
        yield value * 1000


def assert_storable(value: object) -> None:
    """As jsonb and as orjson's 64-bit numbers: no NUL, no half characters, no NaN."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in written
    assert json.loads(written.encode()) == value


@every_case
def test_the_cases_are_valid(case: str) -> None:
    (question,) = validate_questions([definition(case)])
    stored = validate_answers([question], {"q": CASES[case][1]}, ITEM)
    assert validate_answers([question], stored, ITEM) == stored
    assert_storable(stored)


def attempted(call: Callable[..., Any], *values: Any) -> tuple[Any, dict[str, list[str]]]:
    """What a validator returned, checked to be storable, or the faults it found."""
    try:
        cleaned = call(*values)
    except FormError as error:
        assert_storable(error.fields)
        return None, error.fields
    assert_storable(cleaned)
    return cleaned, {}


@every_case
def test_a_question_is_cleaned_for_good_or_refused_by_path(case: str) -> None:
    refused = 0
    for question in replaced(definition(case)):
        cleaned, faults = attempted(validate_questions, [question])
        refused += bool(faults)
        assert all(path.startswith("questions.0.") and len(path) < 100 for path in faults)
        assert faults or validate_questions(cleaned) == cleaned
    assert refused > 100


@every_case
def test_an_answer_is_cleaned_for_good_or_refused(case: str) -> None:
    (question,) = validate_questions([definition(case)])
    refused = 0
    for answer in replaced(CASES[case][1]):
        cleaned, faults = attempted(validate_answers, [question], {"q": answer}, ITEM)
        refused += bool(faults)
        assert faults.keys() <= {"answers.q"}
        assert faults or validate_answers([question], cleaned, ITEM) == cleaned
    assert refused > 10


@pytest.mark.parametrize("field", ["show_if", "required_if"])
def test_conditions_are_kept_or_refused_by_path(field: str) -> None:
    answers = {"first": {"better": "r1", "strength": 1}, "second": {"better": "r2", "strength": 1}}
    refused = 0
    for conditions in replaced(CONDITIONS):
        cleaned, faults = attempted(validate_questions, [*EARLIER, {"name": "q", "type": "text", field: conditions}])
        refused += bool(faults)
        assert all(path.startswith(f"questions.2.{field}") for path in faults)
        assert faults or validate_questions(cleaned) == cleaned
        # Without an answer to `q`, the others stand unless these conditions make it required.
        if cleaned:
            assert attempted(validate_answers, cleaned, answers, ITEM) in (
                (answers, {}),
                (None, {"answers.q": ["“q” needs an answer."]}),
            )
    assert refused > 100


def test_refusals_of_unknown_names_can_be_sent() -> None:
    questions = validate_questions(EARLIER)
    with pytest.raises(FormError) as refused:
        validate_answers(questions, {"\ud800\0": 1, "x" * 10_000: 2}, ITEM)
    assert_storable(refused.value.fields)
    assert refused.value.fields.keys() > {"answers.first", "answers.second", f"answers.{'x' * 40}"}
