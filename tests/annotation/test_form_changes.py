"""What a change of a form's questions carries over."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.domain.form_changes import CARRIES, carried_answers, carry_over_of, fulfils
from annotation.domain.forms import validate_questions
from annotation.domain.items import ItemView

PAIRWISE = {"name": "q", "type": "pairwise"}
CHOICE = {"name": "q", "type": "choice", "options": [{"value": "a"}, {"value": "b"}]}
RATINGS = {
    "name": "q",
    "type": "ratings",
    "aspects": [{"name": "kind", "criteria": [{"name": "warm"}]}, {"name": "true"}],
}
SPANS = {
    "name": "q",
    "type": "spans",
    "categories": [{"name": "wrong", "evidence": "passage"}, {"name": "rude"}],
    "omissions": [{"name": "gap"}],
    "severities": [{"name": "minor"}],
}
RATIONALE = {"name": "q", "type": "rationale", "reasons": [{"value": "a", "label": "A"}], "min_chars": 5}
ITEM = ItemView([{"response_id": "a" * 32, "content": "One"}, {"response_id": "b" * 32, "content": "Two"}])


def verdict(old: dict[str, Any], new: dict[str, Any]) -> str:
    return carry_over_of(validate_questions([old]), validate_questions([new]))["q"]


@pytest.mark.parametrize(
    ("old", "change"),
    [
        (PAIRWISE, {}),
        (PAIRWISE, {"title": "Better?", "description": "Look twice.", "required": False}),
        ({**PAIRWISE, "tie": False, "both_bad": False}, {"tie": True, "both_bad": True}),
        (CHOICE, {"options": [{"value": "c"}, {"value": "b", "label": "Bee"}, {"value": "a"}]}),
        ({"name": "q", "type": "text", "max_chars": 10}, {"max_chars": 20}),
        (RATINGS, {"aspects": [*reversed(RATINGS["aspects"]), {"name": "new"}]}),  # type: ignore[call-overload]
        (
            RATINGS,
            {
                "aspects": [
                    {"name": "kind", "title": "K", "criteria": [{"name": "soft"}, {"name": "warm"}]},
                    {"name": "true", "anchors": {"1": "No"}},
                ]
            },
        ),
        ({**RATINGS, "na": False}, {"na": True}),
        (
            SPANS,
            {
                "categories": [
                    {"name": "rude", "title": "Impolite"},
                    {"name": "new"},
                    {"name": "wrong", "evidence": "passage"},
                ]
            },
        ),
        (
            SPANS,
            {"boundaries": "character", "prompt_turns": True, "severities": [{"name": "major"}, {"name": "minor"}]},
        ),
        (SPANS, {"omissions": [{"name": "gap", "evidence": "passage"}]}),
        (
            RATIONALE,
            {
                "min_chars": 0,
                "max_chars": 9000,
                "reasons": [{"value": "b", "label": "B"}, {"value": "a", "label": "A"}],
            },
        ),
        ({"name": "q", "type": "ranking"}, {"partial": True}),
        ({"name": "q", "type": "steps", "neutral": False}, {"neutral": True}),
        ({"name": "q", "type": "edit", "which": "any"}, {"which": "each"}),
    ],
)
def test_what_keeps_its_meaning_carries_over(old: dict[str, Any], change: dict[str, Any]) -> None:
    assert verdict(old, {**old, **change}) == CARRIES


@pytest.mark.parametrize(
    ("old", "change", "part"),
    [
        (PAIRWISE, {"steps": 5}, "steps"),
        (PAIRWISE, {"aspect": "safe"}, "aspect"),
        (PAIRWISE, {"tie": False}, "tie"),
        (PAIRWISE, {"both_bad": False}, "both_bad"),
        (CHOICE, {"options": [{"value": "a"}, {"value": "c"}]}, "options"),
        (CHOICE, {"multiple": True}, "multiple"),
        (CHOICE, {"per": "response"}, "per"),
        ({"name": "q", "type": "text", "max_chars": 20}, {"max_chars": 10}, "max_chars"),
        (RATINGS, {"high": 7}, "high"),
        (RATINGS, {"per": "item"}, "per"),
        (RATINGS, {"na": False}, "na"),
        (RATINGS, {"item_rubric": True}, "item_rubric"),
        (RATINGS, {"aspects": [{"name": "true"}]}, "aspects"),
        (RATINGS, {"aspects": [{"name": "kind"}, {"name": "true"}]}, "aspects"),
        (
            RATINGS,
            {"aspects": [{"name": "kind", "criteria": [{"name": "warm", "low": 1, "high": 3}]}, {"name": "true"}]},
            "aspects",
        ),
        (SPANS, {"categories": [{"name": "rude"}]}, "categories"),
        (
            SPANS,
            {"categories": [{"name": "rude", "density": "response"}, {"name": "wrong", "evidence": "passage"}]},
            "categories",
        ),
        (SPANS, {"categories": [{"name": "rude"}, {"name": "wrong"}]}, "categories"),
        (
            SPANS,
            {"categories": [{"name": "rude"}, {"name": "wrong", "evidence": "passage", "evidence_required": True}]},
            "categories",
        ),
        (SPANS, {"omissions": []}, "omissions"),
        (SPANS, {"severities": []}, "severities"),
        (SPANS, {"notes": False}, "notes"),
        ({**SPANS, "boundaries": "character"}, {"boundaries": "word"}, "boundaries"),
        ({**SPANS, "prompt_turns": True}, {"prompt_turns": False}, "prompt_turns"),
        (RATIONALE, {"min_chars": 6}, "min_chars"),
        (RATIONALE, {"max_chars": 3999}, "max_chars"),
        (RATIONALE, {"links": False}, "links"),
        (RATIONALE, {"reasons": []}, "reasons"),
        ({"name": "q", "type": "ranking"}, {"ties": False}, "ties"),
        ({"name": "q", "type": "ranking"}, {"top_k": 1}, "top_k"),
        ({"name": "q", "type": "thumbs"}, {"per": "turn"}, "per"),
        ({"name": "q", "type": "steps"}, {"split": "line"}, "split"),
        ({"name": "q", "type": "steps"}, {"neutral": False}, "neutral"),
    ],
)
def test_what_would_break_an_answer_is_asked_again(old: dict[str, Any], change: dict[str, Any], part: str) -> None:
    assert verdict(old, {**old, **change}).startswith(f"asked again: “{part}” ")


def test_another_type_is_another_question() -> None:
    reason = verdict(CHOICE, {"name": "q", "type": "text"})

    assert reason == "asked again: it was a choice question and is a text question now"


def test_questions_of_one_version_alone_have_no_verdict() -> None:
    old = validate_questions([PAIRWISE, {"name": "gone", "type": "text"}])
    new = validate_questions([PAIRWISE, {"name": "new", "type": "text"}])

    assert carry_over_of(old, new) == {"q": CARRIES}


class TestConditions:
    strong = [{"question": "q", "fact": "strength", "test": "at_least", "value": 3}]
    why = {"name": "why", "type": "text"}

    def verdicts(self, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> dict[str, str]:
        return carry_over_of(validate_questions(old), validate_questions(new))

    def test_a_question_shown_more_often_keeps_its_answers(self) -> None:
        old = [PAIRWISE, {**self.why, "show_if": self.strong}]

        assert self.verdicts(old, [PAIRWISE, self.why]) == {"q": CARRIES, "why": CARRIES}
        assert self.verdicts(old, old) == {"q": CARRIES, "why": CARRIES}

    def test_one_shown_less_often_or_after_a_new_answer_does_not(self) -> None:
        old = [PAIRWISE, {**self.why, "show_if": self.strong}]

        hidden = self.verdicts([PAIRWISE, self.why], old)["why"]
        other = self.verdicts(old, [{**PAIRWISE, "aspect": "safe"}, old[1]])["why"]

        assert hidden.startswith("asked again: “show_if” has changed")
        assert other == "asked again: whether it is shown depends on “q”, which is asked again"

    def test_what_makes_it_required_may_change(self) -> None:
        now = [PAIRWISE, {**self.why, "required_if": self.strong}]

        assert self.verdicts([PAIRWISE, self.why], now)["why"] == CARRIES


def test_every_later_version_must_carry_an_answer() -> None:
    questions = validate_questions([PAIRWISE, {"name": "why", "type": "text"}])
    answers = {"why": "Because.", "q": {"outcome": "tie"}, "gone": "x"}

    assert list(carried_answers(answers, questions, []).items()) == [("q", {"outcome": "tie"}), ("why", "Because.")]
    assert carried_answers(answers, questions, [["q", "why"], ["why"]]) == {"why": "Because."}
    assert carried_answers(answers, questions, [["q"], ["why"]]) == {}


class TestFulfils:
    form = validate_questions(
        [
            PAIRWISE,
            {"name": "why", "type": "text", "required_if": TestConditions.strong},
            {"name": "tag", **{k: v for k, v in CHOICE.items() if k != "name"}, "required": False},
        ]
    )

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({"q": {"outcome": "tie"}}, True),
            ({"q": {"outcome": "tie"}, "tag": "a"}, True),
            ({"q": {"better": "a" * 32, "strength": 3}}, False),
            ({"q": {"better": "a" * 32, "strength": 3}, "why": "So."}, True),
            ({"q": {"better": "a" * 32, "strength": 3}, "why": ""}, False),
            ({"why": "So."}, False),
            ({}, False),
            # What cannot be read any more counts as no answer: here that leaves nothing required open.
            ({"q": {"outcome": "tie"}, "tag": "z"}, True),
            ({"q": {"outcome": "draw"}}, False),
        ],
    )
    def test_required_questions_decide(self, answers: dict[str, Any], expected: bool) -> None:
        assert fulfils(self.form, answers, ITEM) is expected

    def test_where_nothing_is_required_nothing_is_open(self) -> None:
        form = validate_questions([{"name": "why", "type": "text"}])

        assert fulfils(form, {}, ITEM)
        assert fulfils(form, {"why": 5}, ITEM)
