"""Marks of layout are counted outside of code, each for what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.structure import structure


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0, 0, 0)),
        ("Plain words, 2 * 3 * 4 and a - b.", (0, 0, 0, 0)),
        ("# One\n\n## Two\ntext # not one\n#hashtag", (2, 0, 0, 0)),
        ("**A title**\n\nSome **bold** words and __more__ of them.", (1, 0, 2, 0)),
        ("- one\n* two\n  + three\n1. four\n2) five\n-six", (0, 5, 0, 0)),
        ("```\n# comment\n- **item** 🙂\n```\n`**code**`", (0, 0, 0, 0)),
        ("~~~\n# open to the end", (0, 0, 0, 0)),
        ("** a **", (0, 0, 0, 0)),
        ("snake__case__name and ** no bold **", (0, 0, 0, 0)),
        ("Fine 🙂 👍🏽 👩‍👩‍👧 🇩🇪 ❤️ ™ © 1️⃣ ©️", (0, 0, 0, 6)),
        ("<b>HTML</b> is bold too", (0, 0, 1, 0)),
    ],
)
def test_marks_are_counted(text: str, expected: tuple[int, int, int, int]) -> None:
    assert structure(text) == expected


@given(st.text(alphabet="#*-_`~ ab1.\n🙂", max_size=60))
def test_counts_are_never_negative(text: str) -> None:
    assert min(structure(text)) >= 0
