"""Choices: one or several options, about the item or each of its texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

OPTIONS = [{"value": "x", "label": "Ex"}, {"value": "y"}, {"value": "z"}]
TALK = item_of("first", "second", prompt=[{"role": "assistant", "content": "Hello."}])


class TestDefinition:
    def test_an_option_without_a_label_shows_its_value(self) -> None:
        question = asked("choice", options=OPTIONS)
        assert question["options"] == [
            {"value": "x", "label": "Ex"},
            {"value": "y", "label": "y"},
            {"value": "z", "label": "z"},
        ]
        assert (question["multiple"], question["per"], question["required"]) == (False, "item", True)

    @pytest.mark.parametrize(
        ("options", "field", "sentence"),
        [
            ([{"value": "x"}], "options", "Give 2 to 50 options."),
            ("xy", "options", "Give 2 to 50 options."),
            ([{"value": f"v{n}"} for n in range(51)], "options", "Give 2 to 50 options."),
            (["x", "y"], "options.0", "It is an object of “value” and “label”."),
            ([{"value": "x", "colour": 1}, {"value": "y"}], "options.0", "It is an object of “value” and “label”."),
            ([{"value": "x"}, {"value": "x"}], "options", "Two options have the same value."),
            (
                [{"value": "x"}, {"value": "Y"}],
                "options.1.value",
                "The value has lower-case letters, digits and underscores only.",
            ),
            (
                [{"value": "x"}, {"value": "y", "label": " "}],
                "options.1.label",
                "“label” is a text of 1 to 120 characters.",
            ),
            (
                [{"value": "x"}, {"value": "y", "label": "a\ud800"}],
                "options.1.label",
                "“label” is a text of 1 to 120 characters.",
            ),
        ],
    )
    def test_refusals(self, options: Any, field: str, sentence: str) -> None:
        assert fault_of("choice", options=options) == (field, sentence)


class TestAnswer:
    def test_one_of_the_item(self) -> None:
        assert stored(asked("choice", options=OPTIONS), "y", TALK) == "y"
        assert votes(asked("choice", options=OPTIONS), "y", TALK) == []

    def test_several_stand_in_the_forms_order_and_once(self) -> None:
        assert stored(asked("choice", options=OPTIONS, multiple=True), ["z", "x", "z"], TALK) == ["x", "z"]

    def test_for_every_text(self) -> None:
        one = asked("choice", options=OPTIONS, per="response")
        several = asked("choice", options=OPTIONS, per="turn", multiple=True)

        assert list(stored(one, {B: "x", A: "y"}, TALK).items()) == [(A, "y"), (B, "x")]
        assert stored(several, {"turn:0": ["y"], B: ["z", "y"], A: ["x"]}, TALK) == {
            "turn:0": ["y"],
            A: ["x"],
            B: ["y", "z"],
        }

    @pytest.mark.parametrize(
        ("parts", "answer", "sentence"),
        [
            ({}, "w", "Choose one of the options."),
            ({}, ["x"], "Choose one of the options."),
            ({}, {"item": "x"}, "Choose one of the options."),
            ({}, True, "Choose one of the options."),
            ({"multiple": True}, "x", "Answer with a list of the options' values."),
            ({"multiple": True}, ["x", ["y"]], "Answer with a list of the options' values."),
            ({"multiple": True}, {"x": True}, "Answer with a list of the options' values."),
            ({"multiple": True}, [], "Choose at least one option."),
            ({"multiple": True, "required": False}, [], "Choose at least one option, or leave this out."),
            ({"per": "response"}, "x", "Answer with an object of text → answer."),
            ({"per": "response"}, {A: "x"}, "Answer for all 2 texts; 1 are answered."),
            ({"per": "response"}, {A: "x", B: "w"}, "Choose one of the options."),
            ({"per": "response"}, {A: "x", C: "x"}, f"“{C}” is not one of this item's texts."),
            ({"per": "response", "required": False}, {}, "Answer for at least one text, or leave the question out."),
            ({"per": "response", "multiple": True}, {A: ["x"], B: []}, "Choose at least one option."),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], answer: Any, sentence: str) -> None:
        assert refusal(asked("choice", options=OPTIONS, **parts), answer, TALK) == sentence

    def test_facts_are_everything_chosen_anywhere(self) -> None:
        assert facts(asked("choice", options=OPTIONS), "z", TALK) == {"chosen": ["z"]}
        several = asked("choice", options=OPTIONS, per="response", multiple=True)
        assert facts(several, {B: ["z", "x"], A: ["z"]}, TALK) == {"chosen": ["x", "z"]}
