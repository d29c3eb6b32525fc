"""Rationales that can be checked: quotes that exist (R2 of METHODS B10), more than length, no sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.judging.quotes import Quote, length_only, names_sides, quote_faults, without_sides

TEXTS = {"a": "The capital of France\n  is “Paris” — not Lyon…", "b": "It's Lyon, I think."}


def faults(*quotes: tuple[str, str]) -> list[str]:
    return [found.fault for found in quote_faults([Quote(*quote) for quote in quotes], TEXTS)]


@pytest.mark.parametrize(
    "text", ["capital of France is", 'is "Paris" - not Lyon...', "“Paris”", '"The capital of France is"', "not\tLyon"]
)
def test_quotes_are_found_through_whitespace_and_typography(text: str) -> None:
    assert faults(("a", text)) == []
    assert faults(("b", "It’s Lyon")) == []


def test_quotes_that_are_not_there() -> None:
    assert faults(("a", "capital of Spain"), ("a", "I think"), ("b", " “” "), ("c", "Lyon"), ("a", "the capital")) == [
        "not found",
        "other side",
        "empty",
        "unknown side",
        "not found",
    ]


@given(st.text(min_size=1), st.data())
def test_whatever_is_cut_from_a_text_is_found(text: str, data: st.DataObject) -> None:
    words = text.split()
    if not words:
        return
    start = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[start : data.draw(st.integers(start + 1, len(words)))])
    assert [found.fault for found in quote_faults([Quote("a", quote)], {"a": text})] in ([], ["empty"])


@pytest.mark.parametrize(
    ("rationale", "expected"),
    [
        ("It is longer and more detailed.", True),
        ("One is concise, the other verbose.", True),
        ("It is more detailed and factually correct.", False),
        ("It answers the question; the other one does not.", False),
        ("It names the right city.", False),
        ("It is shorter but its code compiles.", False),
    ],
)
def test_rationales_of_length_alone(rationale: str, expected: bool) -> None:
    assert length_only(rationale) == expected


@pytest.mark.parametrize(
    ("rationale", "blinded"),
    [
        ("Response A is right; Response B invents a city.", "One response is right; one response invents a city."),
        ("The first response is right.", "One response is right."),
        (
            "Answer 2 ignores the limit, the former one keeps it.",
            "One response ignores the limit, one response keeps it.",
        ),
        ("It names Paris, whereas B names Lyon.", "It names Paris, whereas one response names Lyon."),
        ("A is right and B is not.", "One response is right and one response is not."),
        ("The chosen answer cites a source.", "One response cites a source."),
    ],
)
def test_sides_are_taken_out(rationale: str, blinded: str) -> None:
    assert without_sides(rationale) == blinded
    assert names_sides(rationale)


@pytest.mark.parametrize(
    "rationale",
    [
        "A reader finds the city at once. Vitamin B12 is explained.",
        "It cites the second law of thermodynamics.",
        "The answer a user needs comes first.",
        "It gets the first step of the proof right.",
    ],
)
def test_other_words_stay(rationale: str) -> None:
    assert without_sides(rationale) == rationale
    assert not names_sides(rationale)
