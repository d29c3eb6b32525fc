"""Thumbs: up or down for single texts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

PROMPT = [
    {"role": "user", "content": "one?"},
    {"role": "assistant", "content": "one."},
    {"role": "user", "content": "two?"},
]
TALK = item_of("first", "second", prompt=PROMPT)


def test_definition() -> None:
    assert (asked("thumbs")["per"], asked("thumbs")["required"]) == ("response", True)
    assert fault_of("thumbs", per="word") == ("per", "“per” is one of item, response, turn.")
    assert fault_of("thumbs", per=["item"]) == ("per", "“per” is one of item, response, turn.")


@pytest.mark.parametrize(
    ("per", "answer"),
    [
        ("response", {A: "down", B: "up"}),
        ("turn", {A: "up", B: "up", "turn:1": "down"}),
        ("item", {"item": "down"}),
    ],
)
def test_every_target_is_judged_and_stored_in_order(per: str, answer: dict[str, str]) -> None:
    kept = stored(asked("thumbs", per=per), dict(reversed(answer.items())), TALK)

    assert kept == answer
    assert list(kept) == list(answer)
    assert votes(asked("thumbs", per=per), answer, TALK) == []


def test_an_optional_question_takes_some() -> None:
    assert stored(asked("thumbs", required=False), {B: "up"}, TALK) == {B: "up"}


@pytest.mark.parametrize(
    ("parts", "answer", "sentence"),
    [
        ({}, "up", "Answer with an object of text → answer."),
        ({}, {A: "up"}, "Answer for all 2 texts; 1 are answered."),
        ({"required": False}, {}, "Answer for at least one text, or leave the question out."),
        ({"required": False}, {C: "up"}, f"“{C}” is not one of this item's texts."),
        ({"required": False}, {"turn:1": "up"}, "“turn:1” is not one of this item's texts."),
        ({"per": "turn", "required": False}, {"turn:0": "up"}, "“turn:0” is not one of this item's texts."),
        ({"per": "turn", "required": False}, {"turn:01": "up"}, "“turn:01” is not one of this item's texts."),
        ({"per": "item"}, {A: "up"}, f"“{A}” is not one of this item's texts."),
        ({}, {A: "up", B: "Up"}, "Each thumb is “up” or “down”."),
        ({}, {A: "up", B: True}, "Each thumb is “up” or “down”."),
        ({}, {A: "up", B: ["up"]}, "Each thumb is “up” or “down”."),
        ({}, {A: "up", B: None}, "Each thumb is “up” or “down”."),
    ],
)
def test_refusals(parts: dict[str, Any], answer: Any, sentence: str) -> None:
    assert refusal(asked("thumbs", **parts), answer, TALK) == sentence


def test_facts_count_both() -> None:
    answer = {A: "down", B: "up", "turn:1": "down"}
    assert facts(asked("thumbs", per="turn"), answer, TALK) == {"up": 1, "down": 2}
