"""What masked texts become when the hidden names are put back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.unmasking import Unmasking, unmasked

PART = st.sampled_from(["a", "b ", "█", "███", "é", "😀", "\n"])


@given(st.lists(PART, max_size=8), st.lists(PART, max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_unmasking_brings_back_exactly_what_was_hidden(before: list[str], after: list[str], cut: int, put: int) -> None:
    hidden = "".join((*before, "███████", *after))
    original = "".join((*before, "ChatGPT", *after))

    assert unmasked(hidden, hidden, original) == original
    assert unmasked("new " + hidden, hidden, original) == "new " + original
    assert unmasked(hidden + " new", hidden, original) == original + " new"
    kept = unmasked(hidden[:cut] + "x" + hidden[put:], hidden, original)
    assert len(kept) == len(hidden[:cut]) + 1 + len(hidden[put:])


def test_texts_of_another_length_are_no_masks() -> None:
    answer = {"edits": [{"response": "r", "text": "███", "sha256": "x"}]}

    assert Unmasking({"r": "███"}, {"r": "four"}).answer("edit", answer) is answer
    assert Unmasking({"r": "███"}, {}).answer("edit", answer) is answer
    assert Unmasking({"r": "███"}, {"r": "six"}).answer("edit", answer)["edits"][0]["text"] == "six"


def test_a_long_text_is_unmasked_quickly() -> None:
    words = " ".join(f"word{n}" for n in range(40_000))
    hidden, original = f"I am ███████. {words}", f"I am ChatGPT. {words}"

    assert unmasked(hidden.replace("word500 ", ""), hidden, original) == original.replace("word500 ", "")
