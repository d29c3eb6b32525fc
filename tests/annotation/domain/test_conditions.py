"""Conditions: their definitions, and which faults a form names when one answer hangs on another."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.domain.forms import FormError, validate_answers, validate_questions
from tests.annotation.domain.samples import A, B, item_of

ITEM = item_of("one", "two")
EARLIER: list[dict[str, Any]] = [
    {"name": "pair", "type": "pairwise"},
    {"name": "kind", "type": "choice", "options": [{"value": "x"}, {"value": "y"}]},
]


def condition(question: str, fact: str, test: str, value: Any) -> dict[str, Any]:
    return {"question": question, "fact": fact, "test": test, "value": value}


def faults_of(questions: list[dict[str, Any]], answers: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(FormError) as refused:
        validate_answers(validate_questions(questions), answers, ITEM)
    return refused.value.fields


class TestDefinition:
    @pytest.mark.parametrize("field", ["show_if", "required_if"])
    @pytest.mark.parametrize(
        ("conditions", "path", "sentence"),
        [
            ({}, "", "“{field}” is a list of at most 10 conditions."),
            ([condition("pair", "answered", "is", True)] * 11, "", "“{field}” is a list of at most 10 conditions."),
            (["pair"], ".0.question", "A condition is an object of question, fact, test, value."),
            ([{"question": "pair"}], ".0.question", "A condition is an object of question, fact, test, value."),
            ([condition("why", "answered", "is", True)], ".0.question", "“why” is not a question before this one."),
            ([condition("late", "answered", "is", True)], ".0.question", "“late” is not a question before this one."),
            (
                [condition("pair", "answered", "is", True), condition("pair", "marks", "is", 1)],
                ".1.fact",
                "Of a pairwise question one can ask: outcome, strength, better, answered.",
            ),
            (
                [condition("pair", "strength", "includes", 1)],
                ".0.test",
                "“strength” is tested by is, at_least, at_most.",
            ),
            (
                [condition("pair", "outcome", "at_least", 1)],
                ".0.test",
                "“outcome” is tested by is, is_not, differs_from.",
            ),
            ([condition("kind", "chosen", "is", "x")], ".0.test", "“chosen” is tested by includes."),
            ([condition("pair", "answered", "is", 1)], ".0.value", "“value” is true or false."),
            (
                [condition("pair", "strength", "is", True)],
                ".0.value",
                "“value” is a whole number from 0 to 1,000,000,000.",
            ),
            (
                [condition("pair", "outcome", "is", [])],
                ".0.value",
                "“value” is a word or a list of words, any of which will do.",
            ),
            (
                [condition("pair", "better", "differs_from", "pair")],
                ".0.value",
                "“value” names another question before this one.",
            ),
            (
                [condition("pair", "better", "differs_from", "kind")],
                ".0.value",
                "“kind” is a choice question, which has no “better” to compare.",
            ),
        ],
    )
    def test_refusals(self, field: str, conditions: Any, path: str, sentence: str) -> None:
        questions = [*EARLIER, {"name": "why", "type": "text", field: conditions}, {"name": "late", "type": "text"}]
        with pytest.raises(FormError) as refused:
            validate_questions(questions)
        assert refused.value.fields == {f"questions.2.{field}{path}": [sentence.format(field=field)]}


class TestFaults:
    QUESTIONS: list[dict[str, Any]] = [
        *EARLIER,
        {"name": "skipped", "type": "text", "required": True, "show_if": [condition("pair", "answered", "is", False)]},
        {"name": "strong", "type": "text", "required_if": [condition("pair", "strength", "at_least", 3)]},
        {"name": "after", "type": "text", "show_if": [condition("strong", "answered", "is", True)]},
    ]

    def test_of_each_wrong_answer_by_itself(self) -> None:
        assert faults_of(self.QUESTIONS, {"pair": {"outcome": "draw"}, "kind": "z", "strong": 1}) == {
            "answers.pair": ["“outcome” is “tie” or “both_bad”; name the better response otherwise."],
            "answers.kind": ["Choose one of the options."],
            "answers.strong": ["The text must be a text."],
        }

    def test_what_hangs_on_a_wrong_answer_is_not_at_fault_too(self) -> None:
        """A wrong vote is not “no vote”, so nothing that is asked without a vote is missing."""
        for wrong in ({"outcome": "draw"}, None):
            faults = faults_of(self.QUESTIONS, {"pair": wrong, "kind": "x", "after": "Hidden or not."})
            assert faults.keys() == {"answers.pair"}

    def test_what_hangs_on_good_answers_is(self) -> None:
        strong = {"pair": {"better": A, "strength": 3}, "kind": "x"}
        assert faults_of(self.QUESTIONS, strong) == {"answers.strong": ["“strong” needs an answer."]}
        assert faults_of(self.QUESTIONS, {**strong, "strong": "Yes.", "skipped": "No."}) == {
            "answers.skipped": ["After the answers before it, this question is not asked."]
        }
        weak = {"pair": {"better": B, "strength": 1}, "kind": "x", "after": "No."}
        assert faults_of(self.QUESTIONS, weak) == {
            "answers.after": ["After the answers before it, this question is not asked."]
        }

    def test_names_the_form_does_not_have(self) -> None:
        assert faults_of(self.QUESTIONS, {"pair": {"outcome": "tie"}, "kind": "x", "no\0": None, "mood": 1}) == {
            "answers.no\ufffd": ["The form has no question of this name."],
            "answers.mood": ["The form has no question of this name."],
        }

    def test_required_answers_are_held_to_be_complete(self) -> None:
        questions: list[dict[str, Any]] = [
            EARLIER[0],
            {
                "name": "ok",
                "type": "thumbs",
                "required": False,
                "required_if": [condition("pair", "outcome", "is", "preference")],
            },
        ]
        half = {"ok": {A: "up"}}
        cleaned = validate_questions(questions)

        assert validate_answers(cleaned, {"pair": {"outcome": "tie"}, **half}, ITEM)["ok"] == {A: "up"}
        assert faults_of(questions, {"pair": {"better": A, "strength": 1}, **half}) == {
            "answers.ok": ["Answer for all 2 texts; 1 are answered."]
        }
