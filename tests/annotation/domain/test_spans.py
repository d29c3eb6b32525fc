"""Marks on texts, marks for what is missing, and their evidence."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.domain.items import ItemView
from annotation.domain.questions.spans import fits
from annotation.domain.text_offsets import sha256_of
from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

FIRST = "Tides are tides. The moon pulls."
PASSAGES = [
    {"title": "Tides", "sentences": ["The moon pulls.", "So does the sun."]},
    {"title": "Empty", "sentences": []},
]
PROMPT = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Which tides?"}]
ITEM = item_of(FIRST, "Nothing.", prompt=PROMPT, materials={"passages": PASSAGES})
CATEGORIES = [
    {"name": "repeated", "title": "Repeated", "evidence": "earlier_span", "evidence_required": True},
    {"name": "false", "title": "False", "evidence": "passage"},
    {"name": "odd", "title": "Odd"},
]
PARTS = {
    "categories": CATEGORIES,
    "omissions": [{"name": "gone", "title": "Gone", "evidence": "passage"}, {"name": "short", "title": "Short"}],
    "severities": [{"name": "minor"}, {"name": "major"}],
}
EARLIER = {"kind": "earlier_span", "start": 0, "end": 5, "quote": "Tides"}


def spans(**changed: Any) -> dict[str, Any]:
    return asked("spans", **{**PARTS, **changed})


def mark(start: int = 10, end: int = 15, **changed: Any) -> dict[str, Any]:
    """A mark of “tides” in the first response, unless told otherwise."""
    text = ITEM.text_of(changed.get("target", A)) or ""
    return {"target": A, "start": start, "end": end, "quote": text[start:end], "category": "odd", **changed}


def whole(given: dict[str, Any]) -> dict[str, Any]:
    """A mark with the parts that may be left out."""
    return {"severity": None, "note": "", "evidence": None, **given}


def said(*marks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer with the right hashes, which finds no error in the second response."""
    faulty = {each.get("target") for each in (*marks, *more.get("omissions", []))}
    hashes = {target: sha256_of(ITEM.text_of(target) or "") for target in faulty if isinstance(target, str)}
    return {"sha256": hashes, "marks": list(marks), "omissions": [], "no_error": [B], **more}


class TestDefinition:
    def test_defaults(self) -> None:
        question = asked("spans", categories=[{"name": "odd"}], omissions=[{"name": "gone"}])

        assert {part: question[part] for part in ("required", "severities", "notes", "boundaries", "prompt_turns")} == {
            "required": True,
            "severities": [],
            "notes": True,
            "boundaries": "word",
            "prompt_turns": False,
        }
        odd = {"name": "odd", "title": "odd", "description": "", "density": "sub_sentence", "evidence": "none"}
        assert question["categories"] == [{**odd, "evidence_required": False}]
        assert question["omissions"] == [{"name": "gone", "title": "gone", "description": "", "evidence": "none"}]

    def test_categories_keep_their_order_of_priority(self) -> None:
        assert [each["name"] for each in spans()["categories"]] == ["repeated", "false", "odd"]

    @pytest.mark.parametrize(
        ("parts", "field", "sentence"),
        [
            ({}, "categories", "“categories” is a list of 1 to 50 entries."),
            (
                {"categories": [{"name": "a"}, {"name": "a"}]},
                "categories",
                "Two entries of “categories” have the same name.",
            ),
            (
                {"categories": [{"name": "a", "density": "word"}]},
                "categories.0.density",
                "“density” is one of sub_sentence, sentence, response.",
            ),
            (
                {"categories": [{"name": "a", "evidence": "quote"}]},
                "categories.0.evidence",
                "“evidence” is one of none, earlier_span, passage.",
            ),
            (
                {"categories": [{"name": "a", "evidence_required": True}]},
                "categories.0.evidence_required",
                "Evidence of a kind is required; say in “evidence” of which.",
            ),
            (
                {"categories": [{"name": "a"}], "omissions": [{"name": "b", "evidence": "earlier_span"}]},
                "omissions.0.evidence",
                "“evidence” is one of none, passage.",
            ),
            (
                {"categories": [{"name": "a"}], "severities": [{"name": "s", "density": "sentence"}]},
                "severities.0.density",
                "“density” is not a part of this.",
            ),
            (
                {"categories": [{"name": "a"}], "boundaries": "grapheme"},
                "boundaries",
                "“boundaries” is one of word, character.",
            ),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], field: str, sentence: str) -> None:
        assert fault_of("spans", **parts) == (field, sentence)

    def test_fits_where_there_is_a_text(self) -> None:
        silent = ItemView([{"response_id": A, "content": ""}], PROMPT)
        assert not fits(spans(), silent)
        assert fits(spans(prompt_turns=True), silent)


class TestAnswer:
    def test_marks_and_omissions_stand_in_the_order_of_the_text(self) -> None:
        late = mark(26, 31, category="false", severity="major", note="No.")
        repeated = mark(category="repeated", evidence=EARLIER)
        gone = {
            "target": A,
            "category": "gone",
            "note": "Sun.",
            "evidence": {"kind": "passage", "passage": 0, "sentences": [1, 0, 1]},
        }

        kept = stored(spans(), said(late, repeated, omissions=[{"target": A, "category": "short"}, gone]), ITEM)

        assert kept == {
            "sha256": {A: sha256_of(FIRST)},
            "marks": [whole(repeated), whole(late)],
            "omissions": [
                {**gone, "evidence": {"kind": "passage", "passage": 0, "sentences": [0, 1]}},
                {"target": A, "category": "short", "note": "", "evidence": None},
            ],
            "no_error": [B],
        }
        assert votes(spans(), kept, ITEM) == []
        assert facts(spans(), kept, ITEM) == {
            "marks": 2,
            "omissions": 2,
            "categories": ["false", "gone", "repeated", "short"],
        }

    def test_nothing_wrong_anywhere(self) -> None:
        kept = stored(spans(), {"no_error": [B, A, B]}, ITEM)
        assert kept == {"sha256": {}, "marks": [], "omissions": [], "no_error": [A, B]}

    def test_turns_of_the_prompt_where_the_question_says_so(self) -> None:
        answer = said(mark(6, 11, target="turn:1"), no_error=[A, B])
        assert stored(spans(prompt_turns=True), answer, ITEM)["marks"] == [whole(mark(6, 11, target="turn:1"))]
        assert refusal(spans(), answer, ITEM) == "“turn:1” is not one of the texts this question is about."

    def test_marks_may_touch(self) -> None:
        answer = said(mark(10, 15), mark(15, 16))
        assert [each["quote"] for each in stored(spans(), answer, ITEM)["marks"]] == ["tides", "."]

    @pytest.mark.parametrize(
        ("answer", "sentence"),
        [
            ([], "Answer with an object."),
            ({"spans": []}, "“spans” is not a part of this answer; it has sha256, marks, omissions, no_error."),
            ({}, "Mark what is wrong in a text, or say that it has no error."),
            ({"no_error": [A]}, f"Mark what is wrong in “{B}”, or say that it has no error."),
            ({"no_error": A}, "“no_error” is a list of at most 2000 entries."),
            ({"no_error": [C]}, "“no_error” names texts of this item that the question is about."),
            ({"no_error": [[A]]}, "“no_error” names texts of this item that the question is about."),
            ({"marks": {}}, "“marks” is a list of at most 2000 entries."),
            (said(mark(), no_error=[A, B]), f"“{A}” is said to have no error, but has marks; remove one of the two."),
            (
                said(omissions=[{"target": B, "category": "short"}], no_error=[A, B]),
                f"“{B}” is said to have no error, but has marks; remove one of the two.",
            ),
            (said(mark(), sha256={}), f"The marks on “{A}” were made on another version of it; load the item again."),
            (
                said(mark(), sha256={A: sha256_of("Tides")}),
                f"The marks on “{A}” were made on another version of it; load the item again.",
            ),
            (said(mark(), sha256=[A]), "“sha256” is an object of text → the hash of what was marked."),
            (said(mark(), sha256={C: "0" * 64}), f"“{C}” is not one of the texts this question is about."),
        ],
    )
    def test_refusals(self, answer: Any, sentence: str) -> None:
        assert refusal(spans(), answer, ITEM) == sentence


class TestMark:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ("tides", "Answer with an object."),
            (
                mark(colour="red"),
                (
                    "“colour” is not a part of this answer; "
                    "it has target, start, end, quote, category, severity, note, evidence."
                ),
            ),
            (mark(target=C), f"“{C}” is not one of the texts this question is about."),
            (mark(target="turn:1"), "“turn:1” is not one of the texts this question is about."),
            (mark(target="turn:0"), "“turn:0” is not one of the texts this question is about."),
            (mark(target=None), "“…” is not one of the texts this question is about."),
            (mark(10, 33), "A span of the text begins before it ends, within its 32 characters."),
            (mark(32, 33), "A span of the text begins before it ends, within its 32 characters."),
            (mark(-5, 5), "A span of the text begins before it ends, within its 32 characters."),
            (mark(10, 10), "A span of the text begins before it ends, within its 32 characters."),
            (mark(15, 10), "A span of the text begins before it ends, within its 32 characters."),
            (mark(10**40, 10**40 + 1), "A span of the text begins before it ends, within its 32 characters."),
            ({**mark(), "start": 10.0}, "A span of the text begins before it ends, within its 32 characters."),
            ({**mark(), "end": "15"}, "A span of the text begins before it ends, within its 32 characters."),
            ({**mark(0), "start": False}, "A span of the text begins before it ends, within its 32 characters."),
            (mark(quote="Tides"), "The text from 10 to 15 is not what the mark quotes; mark it again."),
            (mark(quote=None), "The text from 10 to 15 is not what the mark quotes; mark it again."),
            (mark(9, 15), "The mark from 9 to 15 begins or ends with white space; leave that out."),
            (mark(10, 17), "The mark from 10 to 17 begins or ends with white space; leave that out."),
            (mark(11, 15), "The mark “ides” cuts a word in two; mark whole words."),
            (mark(10, 14), "The mark “tide” cuts a word in two; mark whole words."),
            (mark(category="gone"), "“gone” is not a category of this question."),
            (mark(category=["odd"]), "“…” is not a category of this question."),
            (mark(severity="worst"), "“worst” is not a severity of this question."),
            (mark(note=5), "A note must be a text."),
            (mark(note="x" * 4001), "Keep a note to 4000 characters; it has 4001."),
        ],
    )
    def test_refusals(self, given: Any, sentence: str) -> None:
        answer = said(mark(0, 5))
        assert refusal(spans(), {**answer, "marks": [given, *answer["marks"]]}, ITEM) == sentence

    def test_words_may_be_cut_where_the_question_says_so(self) -> None:
        kept = stored(spans(boundaries="character"), said(mark(11, 14)), ITEM)
        assert kept["marks"] == [whole(mark(11, 14))]

    def test_notes_only_where_the_question_takes_them(self) -> None:
        assert refusal(spans(notes=False), said(mark(note="x")), ITEM) == "This question takes no notes."

    @pytest.mark.parametrize(("one", "other"), [((6, 9), (6, 9)), ((0, 9), (6, 15)), ((0, 15), (6, 9))])
    def test_two_do_not_overlap(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        expected = (
            f"The marks “{FIRST[slice(*one)]}” and “{FIRST[slice(*other)]}” overlap; "
            "keep the one whose category comes first."
        )
        assert refusal(spans(), said(mark(*one), mark(*other)), ITEM) == expected
        assert refusal(spans(), said(mark(*other), mark(*one)), ITEM) == expected

    def test_the_same_place_in_two_texts_is_no_overlap(self) -> None:
        answer = said(mark(0, 5), mark(0, 7, target=B), no_error=[])
        assert len(stored(spans(), answer, ITEM)["marks"]) == 2


class TestEvidence:
    @pytest.mark.parametrize(
        ("category", "evidence", "sentence"),
        [
            ("repeated", None, "“Repeated” needs its evidence; point to it."),
            ("odd", EARLIER, "“Odd” takes no evidence."),
            ("odd", {"kind": "none"}, "“Odd” takes no evidence."),
            ("repeated", "Tides", "“Repeated” takes an earlier passage of the same text as its evidence."),
            (
                "repeated",
                {"kind": "passage", "passage": 0, "sentences": [0]},
                "“Repeated” takes an earlier passage of the same text as its evidence.",
            ),
            ("repeated", {**EARLIER, "end": 6}, "The text from 0 to 6 is not what the evidence quotes; mark it again."),
            ("repeated", {**EARLIER, "end": 99}, "A span of the text begins before it ends, within its 32 characters."),
            (
                "repeated",
                {**EARLIER, "target": A},
                "“target” is not a part of this answer; it has kind, start, end, quote.",
            ),
            (
                "repeated",
                {"kind": "earlier_span", "start": 17, "end": 20, "quote": "The"},
                "The earlier passage must end before the mark begins.",
            ),
            ("false", EARLIER, "“False” takes sentences of a passage as its evidence."),
            (
                "false",
                {"kind": "passage", "passage": 2, "sentences": [0]},
                "“passage” is the place of one of the item's 2 passages, from 0.",
            ),
            (
                "false",
                {"kind": "passage", "passage": True, "sentences": [0]},
                "“passage” is the place of one of the item's 2 passages, from 0.",
            ),
            (
                "false",
                {"kind": "passage", "passage": 1, "sentences": [0]},
                "This passage has no sentences to point to.",
            ),
            (
                "false",
                {"kind": "passage", "passage": 0, "sentences": [2]},
                "A sentence's place in this passage is a whole number from 0 to 1.",
            ),
            (
                "false",
                {"kind": "passage", "passage": 0, "sentences": [[0]]},
                "A sentence's place in this passage is a whole number from 0 to 1.",
            ),
            (
                "false",
                {"kind": "passage", "passage": 0, "sentences": []},
                "“sentences” is a list of at least one sentence's place in the passage.",
            ),
        ],
    )
    def test_refusals(self, category: str, evidence: Any, sentence: str) -> None:
        assert refusal(spans(), said(mark(category=category, evidence=evidence)), ITEM) == sentence

    def test_may_end_where_the_mark_begins(self) -> None:
        evidence = {"kind": "earlier_span", "start": 0, "end": 10, "quote": FIRST[:10]}
        kept = stored(spans(), said(mark(category="repeated", evidence=evidence)), ITEM)
        assert kept["marks"][0]["evidence"] == evidence

    def test_is_not_asked_for_where_it_is_optional(self) -> None:
        assert stored(spans(), said(mark(category="false")), ITEM)["marks"][0]["evidence"] is None

    def test_an_item_without_passages_has_none_to_point_to(self) -> None:
        bare = ItemView(ITEM.responses)
        answer = said(mark(category="false", evidence={"kind": "passage", "passage": 0, "sentences": [0]}))
        assert refusal(spans(), answer, bare) == "This item has no passages to point to."


class TestOmission:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ("short", "Answer with an object."),
            ({"target": C, "category": "short"}, f"“{C}” is not one of the texts this question is about."),
            ({"target": A, "category": "odd"}, "“odd” is not a kind of missing information of this question."),
            ({"target": A}, "“…” is not a kind of missing information of this question."),
            (
                {"target": A, "category": "short", "note": "\0"},
                "A note contains a NUL character or half a character, which cannot be stored; remove it.",
            ),
            ({"target": A, "category": "short", "evidence": EARLIER}, "“Short” takes no evidence."),
            (
                {"target": A, "category": "gone", "evidence": EARLIER},
                "“Gone” takes sentences of a passage as its evidence.",
            ),
            (
                {"target": A, "category": "gone", "severity": "minor"},
                "“severity” is not a part of this answer; it has target, category, note, evidence.",
            ),
        ],
    )
    def test_refusals(self, given: Any, sentence: str) -> None:
        hashes = {A: sha256_of(FIRST)}
        assert refusal(spans(), {"sha256": hashes, "omissions": [given], "no_error": [B]}, ITEM) == sentence
