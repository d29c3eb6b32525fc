"""The normal form, words and tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.normalise import comparable, is_unspaced, nfc, normalised, regex_tokens, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!  Don't\n\tstop", "hello world dont stop"),
        ("Hello — World… Don’t “stop”", "hello world dont stop"),
        ("a **bold** `x` [link](y)", "a bold x link y"),
        ("well-known, e-mail", "well known e mail"),
        ("What is 5-3?", "what is 5 - 3"),
        ("What is 5  *  3?", "what is 5 * 3"),
        ("5+3=8", "5 + 3 = 8"),
        ("pi is 3.14.", "pi is 3.14"),
        ("STRASSE Straße", "strasse strasse"),
        ("שלום, עולם!", "שלום עולם"),
        ("👍🏽👍", "👍 👍"),
        ("e\u0301te\u0301", "été"),
        ("zero\u200bwidth", "zerowidth"),
        ("?!", ""),
    ],
)
def test_the_normal_form(text: str, expected: str) -> None:
    assert normalised(text) == expected


def test_what_means_something_else_stays_apart() -> None:
    forms = [comparable(text) for text in ("5-3", "5*3", "5/3", "5+3", "5 3", "3.5", "35", "👍", "👎", "???", "!!!")]

    assert len(set(forms)) == len(forms)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalised(text)

    assert normalised(once) == once
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_ascii_takes_a_shorter_way_to_the_same_end(text: str) -> None:
    assert normalised(f"{text} été") == f"{normalised(text)} été".strip()
    assert words(f"{text} été") == [*words(text), "été"]
    assert regex_tokens(f"{text} été") == [*regex_tokens(text), "été"]


def test_words_and_tokens_of_several_scripts() -> None:
    assert words("It's 東京 tower, naïve e\u0301 👍") == ["It's", "東", "京", "tower", "naïve", "é"]
    assert regex_tokens("12345 x_1 👍 ab") == ["123", "45", "x", "_", "1", "👍", "ab"]
    assert is_unspaced("これは日本語です")
    assert is_unspaced("ฉันรักภาษาไทย")
    assert not is_unspaced("The word 東京 stands in an English sentence.")
    assert nfc("e\u0301") == "é"
