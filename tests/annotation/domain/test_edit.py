"""Corrected responses, and how far they are from the originals."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.domain.questions.edit import fits
from tests.annotation.domain.samples import A, B, C, asked, facts, fault_of, item_of, refusal, stored, votes

TWO = item_of("The moon pulls.", "Nothing")


def edits(**texts: str) -> dict[str, Any]:
    return {"edits": [{"response": letter * 32, "text": text} for letter, text in texts.items()]}


def levenshtein(one: Sequence[str], other: Sequence[str]) -> int:
    """Insertions, deletions and replacements, row by row."""
    row = list(range(len(other) + 1))
    for place, left in enumerate(one, start=1):
        above, row = row, [place]
        for column, right in enumerate(other):
            row.append(min(above[column] + (left != right), above[column + 1] + 1, row[column] + 1))
    return row[-1]


class TestDefinition:
    def test_defaults(self) -> None:
        question = asked("edit")
        assert (question["which"], question["marks_into"], question["required"]) == ("any", None, False)
        assert fault_of("edit", which="all") == ("which", "“which” is one of any, each.")

    @pytest.mark.parametrize("name", [1, "", "No name", ["x"]])
    def test_marks_go_into_a_question_with_a_name(self, name: Any) -> None:
        assert fault_of("edit", marks_into=name) == (
            "marks_into",
            "“marks_into” is null or the name of a spans question.",
        )

    def test_marks_go_into_a_spans_question_of_the_form(self) -> None:
        assert fault_of("edit", marks_into="q") == ("marks_into", "“marks_into” names a spans question of this form.")

    def test_fits_where_there_is_a_text(self) -> None:
        assert not fits(asked("edit"), item_of("", ""))
        assert fits(asked("edit"), item_of("", "x"))


class TestAnswer:
    def test_is_stored_with_hash_and_distances(self) -> None:
        original = hashlib.sha256(b"The moon pulls.").hexdigest()

        kept = stored(asked("edit"), edits(a="The sun pulls hard."), TWO)

        assert kept == {
            "edits": [{"response": A, "text": "The sun pulls hard.", "sha256": original, "characters": 8, "words": 3}]
        }
        assert facts(asked("edit"), kept, TWO) == {"edits": 1, "characters": 8}
        assert votes(asked("edit"), kept, TWO) == []

    def test_stands_in_the_order_of_ids(self) -> None:
        kept = stored(asked("edit"), edits(b="Something", a="Now"), TWO)
        assert [edit["response"] for edit in kept["edits"]] == [A, B]

    def test_what_somebody_sends_along_is_worked_out_anew(self) -> None:
        sent = {"response": B, "text": "Nothing!", "sha256": "f" * 64, "characters": 99, "words": -1}
        original = hashlib.sha256(b"Nothing").hexdigest()
        assert stored(asked("edit"), {"edits": [sent]}, TWO)["edits"] == [
            {"response": B, "text": "Nothing!", "sha256": original, "characters": 1, "words": 1}
        ]

    @pytest.mark.parametrize(
        ("parts", "answer", "sentence"),
        [
            ({}, "The sun.", "Answer with an object."),
            ({}, {A: "The sun."}, f"“{A}” is not a part of this answer; it has edits."),
            ({}, {}, "“edits” is a list of at least one edited response."),
            ({}, {"edits": []}, "“edits” is a list of at least one edited response."),
            ({}, {"edits": {"response": A}}, "“edits” is a list of at least one edited response."),
            ({}, {"edits": ["The sun."]}, "Answer with an object."),
            ({}, edits(c="The sun."), "“response” must be the id of one of this item's responses."),
            ({}, {"edits": [{"text": "x"}]}, "“response” must be the id of one of this item's responses."),
            ({}, {"edits": [{"response": [A]}]}, "“response” must be the id of one of this item's responses."),
            ({}, {"edits": [{"response": A}]}, "An edited response must be a text."),
            ({}, edits(a=" \n"), "An edited response cannot be empty."),
            ({}, edits(a="The moon pulls."), "The response is unchanged; edit it or leave it out."),
            ({}, edits(a="x" * 400_001), "Keep an edited response to 400000 characters; it has 400001."),
            (
                {},
                edits(a="a\0"),
                "An edited response contains a NUL character or half a character, which cannot be stored; remove it.",
            ),
            (
                {},
                {"edits": [*edits(a="One.")["edits"], *edits(a="Two.")["edits"]]},
                "A response is edited twice; send its last text only.",
            ),
            ({"which": "each", "required": True}, edits(a="One."), "Edit all 2 responses; 1 are edited."),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], answer: Any, sentence: str) -> None:
        assert C not in TWO.response_ids
        assert refusal(asked("edit", **parts), answer, TWO) == sentence

    def test_an_optional_question_takes_one_of_each(self) -> None:
        assert len(stored(asked("edit", which="each"), edits(a="One."), TWO)["edits"]) == 1


small = st.text(st.sampled_from("ab \n👩🏽é字\u0301"), max_size=14)


@settings(deadline=None)
@given(small, small.filter(str.strip))
def test_distances_equal_a_plain_reference(original: str, text: str) -> None:
    item = item_of(original or "a", "b")
    original = str(item.text_of(A))
    if text == original:
        text += "c"

    (edit,) = stored(asked("edit"), edits(a=text), item)["edits"]

    assert edit["characters"] == levenshtein(original, text)
    assert edit["words"] == levenshtein(original.split(), text.split())


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 3), st.lists(st.tuples(st.integers(0, 999), st.sampled_from("xyz")), max_size=12))
def test_distances_of_long_texts_with_a_few_changes(cut: int, changes: list[tuple[int, str]]) -> None:
    original = "".join("abcdefghij"[n * n % 10] for n in range(1000))
    letters = list(original)
    for place, letter in changes:
        letters[place] = letter
    text = "".join(letters[cut:]) + "!"

    (edit,) = stored(asked("edit"), edits(a=text), item_of(original))["edits"]

    assert edit["characters"] == levenshtein(original, text)
