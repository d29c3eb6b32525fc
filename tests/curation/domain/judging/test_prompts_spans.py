"""Spans a model marks: the schema of people's marks, and quotes that find their place or are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.items import ItemView
from annotation.domain.questions import spans as people
from annotation.domain.text_offsets import sha256_of
from curation.domain.judging.prompts import spans
from curation.domain.judging.prompts.parts import Brief
from curation.domain.judging.replies import ReplyError, decode, json_schema

QUESTION = people.validate_definition(
    {
        "type": "spans",
        "name": "faults",
        "title": "Faults",
        "required": True,
        "categories": [
            {"name": "wrong", "title": "Wrong", "evidence": "passage", "density": "sentence"},
            {"name": "redundant", "title": "Redundant", "evidence": "earlier_span", "evidence_required": True},
            {"name": "incoherent", "title": "Incoherent", "description": "does not hang together"},
        ],
        "omissions": [{"name": "missing_answer", "title": "Missing answer", "evidence": "passage"}],
        "severities": [{"name": "minor"}, {"name": "major"}],
    }
)
TEXT = "The café opens at 9. It is in Rome 🙂 and the café is old.\n\nThe  café opens at 9 again, they say."
PASSAGES = [{"title": "Guide", "sentences": ["The café is in  Oslo.", "It opens at 9."]}]


def mark(quote: str, category: str = "incoherent", **given: Any) -> dict[str, Any]:
    return {
        "quote": quote,
        "occurrence": None,
        "category": category,
        "severity": None,
        "note": "",
        "evidence": [],
        **given,
    }


def placed(*marks: dict[str, Any], omissions: tuple[dict[str, Any], ...] = (), text: str = TEXT) -> spans.Placed:
    reply = decode(json.dumps({"marks": marks, "omissions": omissions}), spans.shape(QUESTION))
    return spans.place(reply, text, QUESTION, PASSAGES)


def reasons(of: spans.Placed) -> list[str]:
    return [each.reason for each in of.refused]


def test_marks_are_an_answer_people_could_have_given() -> None:
    of = placed(
        mark("The café opens at 9 again", "redundant", severity="major", evidence=["The café opens at 9"]),
        mark("It is in Rome", "wrong", note=" Oslo ", evidence=["café is in Oslo"]),
        omissions=({"category": "missing_answer", "note": "when", "evidence": ["It opens at 9."]},),
    )
    assert of.refused == []
    assert [(each["start"], each["end"], each["quote"]) for each in of.marks] == [
        (21, 34, "It is in Rome"),
        (59, 85, "The  café opens at 9 again"),
    ]
    assert of.marks[0]["evidence"] == {"kind": "passage", "passage": 0, "sentences": [0]}
    assert of.marks[1]["evidence"] == {"kind": "earlier_span", "start": 0, "end": 19, "quote": "The café opens at 9"}
    item = ItemView(responses=[{"response_id": "r1", "content": TEXT}], materials={"passages": PASSAGES})
    answer = {
        "sha256": {"r1": sha256_of(TEXT)},
        "marks": [{"target": "r1", **each} for each in of.marks],
        "omissions": [{"target": "r1", **each} for each in of.omissions],
    }
    assert people.validate_answer(QUESTION, answer, item) == {**answer, "no_error": []}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (mark("It is in Paris"), "not_found"),
        (mark("it is in rome"), "not_found"),
        (mark("pens at"), "cuts_word"),
        (mark("café"), "ambiguous"),
        (mark("café", occurrence=4), "not_found"),
        (mark("Rome", "redundant"), "no_evidence"),
        (mark("The café opens at 9", "redundant", occurrence=1, evidence=["The café opens at 9 again"]), "no_evidence"),
    ],
)
def test_what_has_no_place_is_refused_with_its_reason(given: dict[str, Any], reason: str) -> None:
    of = placed(given)
    assert (of.marks, reasons(of)) == ([], [reason])
    assert of.refused[0].sentence.startswith(f"“{given['quote']}” ")


def test_the_number_says_which_occurrence_is_meant() -> None:
    assert [placed(mark("café", occurrence=n)).marks[0]["start"] for n in (1, 2, 3)] == [4, 45, 64]


def test_of_overlapping_marks_the_category_that_comes_first_stays() -> None:
    of = placed(
        mark("It is in Rome 🙂 and"), mark("in Rome", "wrong"), mark("and the"), mark("and the café", occurrence=1)
    )
    assert [(each["quote"], each["category"]) for each in of.marks] == [
        ("in Rome", "wrong"),
        ("and the café", "incoherent"),
    ]
    assert reasons(of) == ["overlap", "overlap"]


def test_a_grapheme_is_not_cut() -> None:
    assert reasons(placed(mark("👩"), text="a 👩‍🔬 b")) == ["not_found"]
    assert placed(mark("👩‍🔬"), text="a 👩‍🔬 b").marks[0]["end"] == 5


def test_no_marks_are_a_response_without_faults() -> None:
    assert placed() == spans.Placed(marks=[], omissions=[], refused=[])


def test_names_that_the_question_does_not_know_are_refused() -> None:
    for faulty in (mark("x", "typo"), mark("x", severity="fatal"), mark("x", occurrence=0), mark(" ")):
        with pytest.raises(ReplyError):
            placed(faulty)
    plain = people.validate_definition({"type": "spans", "name": "f", "title": "F", "categories": [{"name": "wrong"}]})
    schema = json_schema(spans.shape(plain))
    assert schema["properties"]["omissions"]["maxItems"] == 0
    with pytest.raises(ReplyError):
        decode(json.dumps({"marks": [mark("x", "wrong", severity="minor")], "omissions": []}), spans.shape(plain))


def test_the_prompt_names_categories_in_their_order_of_priority() -> None:
    system, user = (content for _, content in spans.messages(Brief((("user", "When?"),)), TEXT, QUESTION, PASSAGES))
    listed = [system.index(f"- {name} – ") for name in ("wrong", "redundant", "incoherent", "missing_answer", "minor")]
    assert listed == sorted(listed)
    assert "does not hang together (marks part of a sentence)" in system
    assert (
        "for redundant the earlier passage of the response; for wrong, missing_answer sentences of the sources"
        in system
    )
    assert "It opens at 9.\n</source_1-" in user


words = st.lists(st.sampled_from(["a", "b", "ab", "c,", "d.", "\n", "é"]), max_size=12).map(" ".join)
quotes = st.lists(st.tuples(words, st.sampled_from(["wrong", "incoherent"]), st.none() | st.integers(1, 3)), max_size=6)


@given(words, quotes)
def test_marks_never_overlap_and_none_is_lost(text: str, drawn: list[tuple[str, str, int | None]]) -> None:
    marks = [mark(quote, name, occurrence=number) for quote, name, number in drawn if quote.strip()]
    of = placed(*marks, text=text)
    assert len(of.marks) + len(of.refused) == len(marks)
    for left, right in zip(of.marks, of.marks[1:], strict=False):
        assert left["end"] <= right["start"]
    for each in of.marks:
        assert text[each["start"] : each["end"]] == each["quote"] == each["quote"].strip()
