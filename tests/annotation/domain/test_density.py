"""Sentences, their parts, and what marks make of them: the vectors of METHODS §5 and what holds for any text."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.density import density_of, token_f1
from annotation.domain.segmentation import sentences_of, sub_sentence_starts, sub_sentences_of, tokens_of

TEXT = "The album is good, and it sold very well around the world. It came out in August. Buy it now."
QUESTION = {
    "categories": [
        {"name": "irrelevant", "density": "sub_sentence"},
        {"name": "wrong", "density": "sentence"},
        {"name": "tone", "density": "response"},
    ]
}


ALBUM = "the album Bloom was recorded in Los Angeles, and it features Ariana Grande on one track."
DEBUT = "The album follows his debut, Blue Neighbourhood, and features guests, and it sold very well around the whole"
COMMAS = "one two three four five, six seven eight nine ten, eleven twelve thirteen fourteen fifteen"


@pytest.mark.parametrize(
    ("sentence", "starts"),
    [
        (f"Released in 2018, {ALBUM}", [0, 11]),
        ("Yes, it came out in August.", [0]),
        (f"{DEBUT} world.", [0, 10]),
        (COMMAS, [0, 5]),
        (f"{COMMAS} sixteen", [0, 5, 10]),
    ],
)
def test_parts_of_sentences_begin_where_the_paper_has_them(sentence: str, starts: list[int]) -> None:
    assert sub_sentence_starts(sentence.split()) == starts


def mark(words: str, category: str) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"target": "a", "start": start, "end": start + len(words), "category": category}


def density(*marks: dict[str, Any], omissions: tuple[str, ...] = ()) -> dict[str, Any]:
    missing = [{"target": "a", "category": category} for category in omissions]
    return density_of(QUESTION, {"marks": list(marks), "omissions": missing}, "a", TEXT)


def labels(segments: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(TEXT[segment["start"] : segment["end"]], segment["label"]) for segment in segments]


def test_without_marks_everything_is_faultless() -> None:
    found = density()
    assert {label for _, label in labels(found["sub_sentence"] + found["sentence"])} == {"O"}
    assert found["response"] == {"label": "O", "categories": []}
    assert found["per_100_tokens"] == {}


def test_a_mark_labels_its_part_and_leaves_the_sentence_unjudged() -> None:
    found = density(mark("it sold very well around", "irrelevant"))
    assert labels(found["sentence"]) == [
        ("The album is good, and it sold very well around the world.", "Ignore"),
        ("It came out in August.", "O"),
        ("Buy it now.", "O"),
    ]
    assert [label for _, label in labels(found["sub_sentence"])].count("NF-ERR") == 1


def test_short_marks_of_the_finest_kind_label_nothing_but_are_counted() -> None:
    found = density(mark("sold very well around", "irrelevant"))
    assert {label for _, label in labels(found["sub_sentence"] + found["sentence"])} == {"O"}
    assert found["per_100_tokens"] == {"irrelevant": pytest.approx(100 / len(TEXT.split()))}


def test_a_wrong_fact_labels_its_sentence_whatever_else_is_in_it() -> None:
    found = density(mark("August", "wrong"), mark("It came out in August.", "irrelevant"))
    assert labels(found["sentence"])[1] == ("It came out in August.", "F-ERR")
    assert found["sentence"][1]["categories"] == ["wrong"]


def test_omissions_and_marks_of_the_whole_belong_to_the_response() -> None:
    found = density(mark("Buy it now.", "tone"), omissions=("missing_answer",))
    assert found["response"] == {"label": "ERR", "categories": ["missing_answer", "tone"]}
    assert {label for _, label in labels(found["sub_sentence"])} == {"O"}


def test_agreement_of_tokens() -> None:
    assert token_f1({3, 4, 5, 6}, {5, 6, 7}) == pytest.approx(0.571429, abs=1e-6)
    assert token_f1(set(), set()) == 1
    assert token_f1({1}, set()) == 0


@given(st.text("aB.,;!? \n🙂é文", max_size=120))
def test_every_word_is_in_one_sentence_and_one_part(text: str) -> None:
    sentences = sentences_of(text)
    for segments in (sentences, sub_sentences_of(text, sentences)):
        assert all(start < end for start, end in segments)
        assert all(before[1] <= after[0] for before, after in pairwise(segments))
        assert [token for segment in segments for token in tokens_of(text, *segment)] == tokens_of(text)
