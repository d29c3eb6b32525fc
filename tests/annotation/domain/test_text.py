"""Free texts: kept as they were written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

TALK = item_of("first", "second", prompt=[{"role": "assistant", "content": "Hello."}])


@pytest.mark.parametrize("most", [0, 20_001, -1, True, "5", 2.0, None])
def test_a_length_is_a_whole_number(most: Any) -> None:
    assert fault_of("text", max_chars=most) == ("max_chars", "“max_chars” is a whole number from 1 to 20000.")


def test_defaults() -> None:
    question = asked("text")
    assert (question["max_chars"], question["per"], question["required"]) == (4000, "item", False)


@pytest.mark.parametrize("written", [" two  words \n", "🇩🇪👩‍👩‍👧", "שלום עולם", "a\tb\x1b", "x" * 4000])
def test_is_kept_as_it_was_written(written: str) -> None:
    assert stored(asked("text"), written, TALK) == written
    assert facts(asked("text"), written, TALK) == {"characters": len(written)}
    assert votes(asked("text"), written, TALK) == []


def test_for_every_text() -> None:
    question = asked("text", per="turn", required=True)

    kept = stored(question, {B: "b", "turn:0": "t", A: "a"}, TALK)

    assert list(kept.items()) == [(A, "a"), (B, "b"), ("turn:0", "t")]
    assert facts(question, kept, TALK) == {"characters": 3}


@pytest.mark.parametrize(
    ("parts", "answer", "sentence"),
    [
        ({}, 5, "The text must be a text."),
        ({}, ["a"], "The text must be a text."),
        ({}, "a\0b", "The text contains a NUL character or half a character, which cannot be stored; remove it."),
        ({}, "\ud83d", "The text contains a NUL character or half a character, which cannot be stored; remove it."),
        ({"max_chars": 3}, "👩🏽‍🚀", "Keep the text to 3 characters; it has 4."),
        ({"required": True}, " \n\u3000", "Write something here."),
        ({}, "", "Write something, or leave this out."),
        ({"per": "response"}, {A: "a", B: "\n"}, "Write something, or leave this out."),
        ({"per": "response"}, "a", "Answer with an object of text → answer."),
        ({"per": "response"}, {C: "a"}, f"“{C}” is not one of this item's texts."),
        ({"per": "response", "required": True}, {A: "a"}, "Answer for all 2 texts; 1 are answered."),
        ({"per": "response", "required": True}, {A: "a", B: " "}, "Write something here."),
    ],
)
def test_refusals(parts: dict[str, Any], answer: Any, sentence: str) -> None:
    assert refusal(asked("text", **parts), answer, TALK) == sentence
