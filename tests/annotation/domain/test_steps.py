"""Labels for the steps of a chain of reasoning, and how a text is cut into steps."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.questions.steps import fits
from annotation.domain.text_offsets import WHITE_SPACE, steps_of
from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

CHAINS = item_of("First.\nStill first.\n\nSecond.\n\nThird.", "Only one.")
ONE = item_of("One.\n\nTwo.\n\nThree.")
EVERY_SPACE = "".join(chr(point) for point in range(sys.maxunicode + 1) if chr(point).isspace())


def chain(*labels: Any, first_error: Any = None) -> dict[str, Any]:
    return {"labels": list(labels), "first_error": first_error}


class TestDefinition:
    def test_defaults(self) -> None:
        question = asked("steps")
        assert {part: question[part] for part in ("split", "neutral", "first_error", "required")} == {
            "split": "blank_line",
            "neutral": True,
            "first_error": True,
            "required": True,
        }
        assert fault_of("steps", split="sentence") == ("split", "“split” is one of blank_line, line.")
        assert fault_of("steps", neutral="yes") == ("neutral", "“neutral” is true or false.")

    @pytest.mark.parametrize(("text", "expected"), [("", False), (" \n\u3000\n", False), ("x", True)])
    def test_fits_where_there_is_a_step(self, text: str, expected: bool) -> None:
        assert fits(asked("steps"), item_of(text, "")) is expected


class TestAnswer:
    def test_every_step_of_every_response(self) -> None:
        answer = {B: chain("good"), A: chain("good", "neutral", "bad", first_error=2)}

        kept = stored(asked("steps"), answer, CHAINS)

        assert kept == answer
        assert list(kept) == [A, B]
        assert votes(asked("steps"), answer, CHAINS) == []
        assert facts(asked("steps"), answer, CHAINS) == {"bad": 1, "first_errors": 1}

    def test_what_comes_after_the_first_error_may_be_left_open(self) -> None:
        answer = {A: chain("good", "bad", None, first_error=1), B: chain("good", first_error="none")}
        assert stored(asked("steps"), answer, CHAINS) == answer

    def test_a_neutral_step_may_be_the_first_error(self) -> None:
        answer = {A: chain("good", "neutral", None, first_error=1)}
        assert stored(asked("steps"), answer, ONE) == answer

    def test_a_text_without_steps_has_no_labels(self) -> None:
        item = item_of("One.", "")
        answer = {A: chain("good"), B: chain()}
        assert stored(asked("steps"), answer, item) == answer

    def test_an_optional_question_takes_some_labels(self) -> None:
        question = asked("steps", required=False)
        assert stored(question, {A: {"labels": [None, "bad", None]}}, CHAINS) == {A: chain(None, "bad", None)}

    @pytest.mark.parametrize(
        ("parts", "answer", "sentence"),
        [
            ({}, [], "Answer with an object of text → answer."),
            ({}, {C: chain("good")}, f"“{C}” is not one of this item's texts."),
            ({}, {A: ["good"]}, "Answer with an object."),
            ({}, {A: {"label": []}}, "“label” is not a part of this answer; it has labels, first_error."),
            ({}, {A: chain("good", "good")}, "“labels” is a list of one label or null for each of the 3 steps."),
            ({}, {A: {"first_error": 1}}, "“labels” is a list of one label or null for each of the 3 steps."),
            ({}, {A: chain("good", "ok", "bad")}, "A step's label is good, neutral, bad or null."),
            ({}, {A: chain("good", ["bad"], "bad")}, "A step's label is good, neutral, bad or null."),
            ({"neutral": False}, {A: chain("good", "neutral", "bad")}, "A step's label is good, bad or null."),
            ({}, {A: chain("good", None, "bad")}, "Label step 2; it has no label."),
            ({}, {A: chain(None, None, None)}, "Label step 1; it has no label."),
            ({"required": False}, {A: chain(None, None, None)}, "Label a step, or leave this text out."),
            ({}, {A: chain("good", None, "bad", first_error=2)}, "Label step 2; it has no label."),
            ({}, {A: chain("good", None, None, first_error="none")}, "Label step 2; it has no label."),
            (
                {"first_error": False},
                {A: chain("good", "bad", "bad", first_error=1)},
                "This question does not ask for the first error.",
            ),
            (
                {},
                {A: chain("bad", "bad", "bad", first_error=1)},
                "The labels contradict the first error: before it no step is bad, and it is not good.",
            ),
            (
                {},
                {A: chain("good", "good", "bad", first_error=1)},
                "The labels contradict the first error: before it no step is bad, and it is not good.",
            ),
            (
                {},
                {A: chain("good", "bad", "good", first_error="none")},
                "A step is labelled bad, but there is said to be no error; change one of the two.",
            ),
            (
                {},
                {A: chain("good", "bad", "good", first_error=3)},
                "“first_error” is the place of a step from 0 to 2, “none” or null.",
            ),
            (
                {},
                {A: chain("good", "bad", "good", first_error=True)},
                "“first_error” is the place of a step from 0 to 2, “none” or null.",
            ),
            (
                {},
                {A: chain("good", "bad", "good", first_error=-1)},
                "“first_error” is the place of a step from 0 to 2, “none” or null.",
            ),
            (
                {},
                {A: chain("good", "bad", "good", first_error=[1])},
                "“first_error” is the place of a step from 0 to 2, “none” or null.",
            ),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], answer: Any, sentence: str) -> None:
        assert refusal(asked("steps", **parts), answer, ONE) == sentence

    def test_every_response_is_labelled(self) -> None:
        assert refusal(asked("steps"), {B: chain("good")}, CHAINS) == "Answer for all 2 texts; 1 are answered."

    def test_a_text_without_steps_has_no_first_error(self) -> None:
        sentence = refusal(asked("steps"), {A: chain("good"), B: chain(first_error=0)}, item_of("One.", ""))
        assert sentence == "There are no steps in this text, so “first_error” is null."


class TestSteps:
    @given(st.lists(st.sampled_from([*"aβ字👩\u0301\u200b\ufeff\n", "\r\n", *EVERY_SPACE]), max_size=60).map("".join))
    def test_are_texts_in_order_that_leave_out_white_space_only(self, text: str) -> None:
        for split in ("line", "blank_line"):
            steps = steps_of(text, split)
            parts = [text[start:end] for start, end in steps]

            assert all(part and part == part.strip() for part in parts)
            assert all(one[1] < other[0] for one, other in pairwise(steps))
            assert "".join("".join(parts).split()) == "".join(text.split())

    @given(st.text(st.sampled_from("ab \t\n\r\u2028\x85\u3000"), max_size=60))
    def test_lines_are_cut_at_line_feeds_only(self, text: str) -> None:
        lines = [line.strip() for line in text.split("\n")]
        paragraphs = [part for part in "\n".join(lines).split("\n\n") if part.strip()]

        assert [text[start:end] for start, end in steps_of(text, "line")] == [line for line in lines if line]
        assert len(steps_of(text, "blank_line")) == len(paragraphs)

    def test_white_space_is_what_python_counts_as_such(self) -> None:
        """The rule writes the characters out; a Python that counts others would check marks and texts otherwise."""
        assert "".join(sorted(WHITE_SPACE)) == EVERY_SPACE
        last = len(EVERY_SPACE) * 2 + 3
        assert steps_of(f"a{EVERY_SPACE}\n{EVERY_SPACE}\nb", "blank_line") == [(0, 1), (last, last + 1)]
