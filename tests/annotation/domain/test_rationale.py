"""Rationales: a text, reasons to choose from, and links from its words to the words of the item."""

from __future__ import annotations

from typing import Any

import pytest

from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

REASONS = [{"value": "facts", "label": "Facts"}, {"value": "style"}]
PROMPT = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Which tides?"}]
ITEM = item_of("The moon 🌕 pulls.", "Nothing.", prompt=PROMPT)
FAMILY = "👩‍👩‍👧"


def link(**changed: Any) -> dict[str, Any]:
    """A link from “moon” in “No moon.” to “moon 🌕” in the first response."""
    return {"start": 3, "end": 7, "target": A, "from": 4, "to": 10, "quote": "moon 🌕", **changed}


def written(text: str = "No moon.", **more: Any) -> dict[str, Any]:
    return {"text": text, "reasons": [], "links": [], **more}


class TestDefinition:
    def test_defaults(self) -> None:
        question = asked("rationale")
        assert {part: question[part] for part in ("required", "reasons", "min_chars", "max_chars", "links")} == {
            "required": False,
            "reasons": [],
            "min_chars": 0,
            "max_chars": 4000,
            "links": True,
        }

    @pytest.mark.parametrize(
        ("parts", "field", "sentence"),
        [
            ({"min_chars": 5, "max_chars": 4}, "min_chars", "“min_chars” is at most “max_chars”."),
            ({"min_chars": -1}, "min_chars", "“min_chars” is a whole number from 0 to 20000."),
            ({"max_chars": 0}, "max_chars", "“max_chars” is a whole number from 1 to 20000."),
            ({"reasons": "facts"}, "reasons", "Give 0 to 50 reasons."),
            ({"reasons": [{"value": "a"}, {"value": "a"}]}, "reasons", "Two reasons have the same value."),
            (
                {"reasons": [{"value": "A"}]},
                "reasons.0.value",
                "The value has lower-case letters, digits and underscores only.",
            ),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], field: str, sentence: str) -> None:
        assert fault_of("rationale", **parts) == (field, sentence)


class TestAnswer:
    def test_missing_parts_are_empty_and_reasons_stand_in_the_forms_order(self) -> None:
        question = asked("rationale", reasons=REASONS)
        assert stored(question, {"text": " Clearer. "}, ITEM) == written(" Clearer. ")
        assert stored(question, {"reasons": ["style", "facts", "style"]}, ITEM) == written(
            "", reasons=["facts", "style"]
        )

    def test_links_to_responses_and_to_turns_of_the_prompt(self) -> None:
        links = [link(), link(target="turn:1", **{"from": 6, "to": 11}, quote="tides")]
        answer = written(links=links)

        assert stored(asked("rationale"), answer, ITEM) == answer
        assert votes(asked("rationale"), answer, ITEM) == []

    def test_facts(self) -> None:
        question = asked("rationale", reasons=REASONS)
        assert facts(question, written("ab 👩🏽", reasons=["style"]), ITEM) == {"characters": 5, "reasons": ["style"]}

    @pytest.mark.parametrize(
        ("parts", "answer", "sentence"),
        [
            ({}, "Clearer.", "Answer with an object."),
            ({}, {"words": "x"}, "“words” is not a part of this answer; it has text, reasons, links."),
            ({}, {"text": 5}, "The text must be a text."),
            ({}, {}, "Write something or choose a reason."),
            ({}, written(" \n"), "Write something or choose a reason."),
            ({"required": True, "reasons": REASONS}, written(""), "Write something or choose a reason."),
            ({"max_chars": 5}, written("Clearer."), "Keep the text to 5 characters; it has 8."),
            ({"min_chars": 9}, written("  Clearer.  "), "Write at least 9 characters; there are 8."),
            ({}, written(reasons=["facts"]), "Answer with a list of the options' values."),
            ({"reasons": REASONS}, written(reasons="facts"), "Answer with a list of the options' values."),
            ({"reasons": REASONS}, written(reasons=[["facts"]]), "Answer with a list of the options' values."),
            (
                {},
                written("a\ud800"),
                "The text contains a NUL character or half a character, which cannot be stored; remove it.",
            ),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], answer: Any, sentence: str) -> None:
        assert refusal(asked("rationale", **parts), answer, ITEM) == sentence


class TestLinks:
    @pytest.mark.parametrize(
        ("links", "sentence"),
        [
            ({}, "“links” is a list of at most 100 links."),
            ([link()] * 101, "“links” is a list of at most 100 links."),
            (["moon"], "Answer with an object."),
            ([link(words=1)], "“words” is not a part of this answer; it has start, end, target, from, to, quote."),
            ([link(target=C)], f"“{C}” is not one of this item's texts."),
            ([link(target="turn:0")], "“turn:0” is not one of this item's texts."),
            ([link(target=None)], "“…” is not one of this item's texts."),
            ([link(target=B)], "A span of the linked text begins before it ends, within its 8 characters."),
            ([link(end=9)], "A span of the rationale begins before it ends, within its 8 characters."),
            ([link(start=7)], "A span of the rationale begins before it ends, within its 8 characters."),
            ([link(start=-1)], "A span of the rationale begins before it ends, within its 8 characters."),
            ([link(start=True)], "A span of the rationale begins before it ends, within its 8 characters."),
            ([link(to=11)], "The text from 4 to 11 is not what the link quotes; mark it again."),
            ([link(quote=None)], "The text from 4 to 10 is not what the link quotes; mark it again."),
        ],
    )
    def test_refusals(self, links: Any, sentence: str) -> None:
        assert refusal(asked("rationale"), written(links=links), ITEM) == sentence

    def test_none_where_the_question_takes_none(self) -> None:
        assert (
            refusal(asked("rationale", links=False), written(links=[link()]), ITEM) == "This question takes no links."
        )

    def test_neither_end_cuts_a_character(self) -> None:
        item = item_of(f"My {FAMILY}.")
        family = {"target": A, "from": 3, "to": 8, "quote": FAMILY}

        assert stored(asked("rationale"), written(f"{FAMILY}!", links=[{"start": 0, "end": 5, **family}]), item)
        assert refusal(asked("rationale"), written(f"{FAMILY}!", links=[{"start": 0, "end": 3, **family}]), item) == (
            "The span from 0 to 3 cuts a character of the rationale in two; mark whole characters."
        )
        half = {"target": A, "from": 3, "to": 4, "quote": "👩"}
        assert refusal(asked("rationale"), written("Who?", links=[{"start": 0, "end": 3, **half}]), item) == (
            "The span from 3 to 4 cuts a character of the linked text in two; mark whole characters."
        )
