"""Lengths, language and readability."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.language import UNKNOWN, language
from curation.text.measures import Lengths, lengths, log_ratio, sentences
from curation.text.readability import Readability, english_syllables, german_syllables, readability

EASY = "The cat sat on the mat. The dog ran to the door. The sun was hot that day. We went to the sea."


def test_lengths_in_four_units() -> None:
    assert lengths("It's 2026. Fine!") == Lengths(characters=16, words=3, tokens=8, sentences=2)
    assert lengths("") == Lengths(0, 0, 0, 0)
    assert lengths("e\u0301") == Lengths(1, 1, 1, 1)
    assert lengths("東京です。") == Lengths(5, 4, 5, 1)
    assert lengths("👍👍") == Lengths(2, 0, 2, 0)


def test_sentences_end_at_marks_and_blank_lines_but_not_inside_numbers() -> None:
    assert len(sentences('He said "no." Then 3.5 left… A title\n\nand more')) == 4
    assert len(sentences("これは。それは。")) == 2


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_log_ratio_is_exactly_negated_when_the_sides_change(a: int, b: int) -> None:
    assert log_ratio(a, b) == -log_ratio(b, a)
    assert math.isclose(log_ratio(a, b), math.log((1 + b) / (1 + a)), abs_tol=1e-12)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("What is the capital of France?", "en"),
        ("Das ist ein kurzer Satz auf Deutsch.", "de"),
        ("Le chat est noir et il dort.", "fr"),
        ("¿Cuál es la capital de Francia?", "es"),
        ("こんにちは世界", "ja"),
        ("שלום עולם, מה שלומך היום?", "he"),
        ("HELLO, HOW ARE YOU TODAY", "en"),
        ("Erkläre bitte diesen Code:\n```python\nfor line in open(path): print(line)\n```", "de"),
    ],
)
def test_the_language_of_short_texts(text: str, code: str) -> None:
    found = language(text)

    assert found.code == code
    assert found.confidence is not None
    assert found.confidence >= 0.5
    assert found.reason is None


@pytest.mark.parametrize("text", ["", "ok", "12345 67890", "👍👍👍", "```\nimport os\nprint(os.environ)\n```"])
def test_too_little_prose_is_unknown_and_says_so(text: str) -> None:
    found = language(text)

    assert (found.code, found.confidence) == (UNKNOWN, None)
    assert found.reason is not None
    assert found.reason.startswith("too short for a language")


def test_an_unsure_guess_is_unknown() -> None:
    assert language("def f(value): return value + another").code == UNKNOWN
    sure = language("What is the capital of France?")
    assert sure.confidence is not None
    unsure = language("What is the capital of France?", min_confidence=sure.confidence + 0.01)
    assert unsure.code == UNKNOWN
    assert unsure.reason is not None
    assert unsure.reason.startswith("not sure enough: en")


def test_flesch_in_english() -> None:
    # 23 words of one syllable in 4 sentences.
    found = readability(EASY, "en")

    assert found.sentence_length == 23 / 4
    assert found.syllables_per_word == 1.0
    assert found.flesch == pytest.approx(206.835 - 1.015 * 5.75 - 84.6, abs=1e-9)


def test_flesch_in_german_is_amstads() -> None:
    text = "Der Hund lief schnell. Die Frau ging nach Haus. Er kam an und sah sie. Das Kind war dort und es schlief."
    found = readability(text, "de")

    assert found.sentence_length == 5.5
    assert found.flesch == pytest.approx(180 - 5.5 - 58.5 * 1.0, abs=1e-9)


def test_readability_says_why_it_cannot_say() -> None:
    assert readability("Too short.", "en") == Readability(None, None, None, "too short: 2 words, 20 needed")
    french = readability(EASY, "fr")
    assert (french.flesch, french.sentence_length) == (None, 5.75)
    assert french.reason == "no formula for the language fr"
    assert readability("これは日本語の文章です。" * 10, "ja").sentence_length is None


def test_code_is_not_read_as_prose() -> None:
    assert readability(f"{EASY}\n```\nif reconfiguration: reinitialise(configuration)\n```", "en") == readability(
        EASY, "en"
    )


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *[("cat", 1), ("table", 2), ("makes", 1), ("walked", 1), ("wanted", 2), ("houses", 2), ("readability", 5)],
        *[("whole", 1), ("being", 2), ("science", 2), ("handled", 2), ("called", 1), ("the", 1), ("rhythm", 1)],
    ],
)
def test_english_syllables(word: str, count: int) -> None:
    assert english_syllables(word) == count


@pytest.mark.parametrize(("word", "count"), [("Haus", 1), ("Häuser", 2), ("Bedeutung", 3), ("bauen", 2), ("Straße", 2)])
def test_german_syllables(word: str, count: int) -> None:
    assert german_syllables(word) == count
