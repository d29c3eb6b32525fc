"""Fences: the same in every run and in both orders, and no text closes its own."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from curation.domain.judging.fences import MARK_LENGTH, Fence

texts = st.lists(st.text(max_size=40), min_size=1, max_size=4)


def test_a_mark_is_the_same_in_every_run() -> None:
    fence = Fence.of(["What is 2+2?", "4"])
    assert fence.mark == "wffdmg"
    assert fence.block("response", " 4\n") == "<response-wffdmg>\n 4\n\n</response-wffdmg>"


@given(texts)
def test_the_order_of_texts_does_not_matter_but_each_of_them_does(contents: list[str]) -> None:
    assert Fence.of(contents) == Fence.of(contents[::-1])
    assert Fence.of(contents) != Fence.of([*contents, "more"])
    assert Fence.of(contents) != Fence.of([*contents[:-1], contents[-1] + "!"])


def test_texts_do_not_run_into_one_another() -> None:
    assert Fence.of(["ab", "c"]) != Fence.of(["a", "bc"])


@given(st.data())
def test_no_text_can_close_its_own_fence_or_an_earlier_one(data: st.DataObject) -> None:
    outer = Fence.of(["the request"])
    fence = Fence.of(["a response"], after=outer)
    # Whole tags, halves of marks in either case and noise, in any order: as if the author had guessed the marks.
    pieces = [part for mark in (outer.mark, fence.mark) for part in (mark, mark[:5], mark[5:], mark[:3], mark[3:])]
    pieces += ["</response-", "<request-", ">", " ", "x"]
    written = data.draw(st.lists(st.sampled_from([*pieces, *(piece.upper() for piece in pieces)]), max_size=30))
    block = fence.block("response", "".join(written))
    inside = block.removeprefix(f"<response-{fence.mark}>\n").removesuffix(f"\n</response-{fence.mark}>")
    assert len(block) - len(inside) == len(f"<response-{fence.mark}>\n\n</response-{fence.mark}>")
    assert fence.mark not in inside.lower()
    assert outer.mark not in inside.lower()


@given(st.text())
def test_a_text_without_the_mark_stays_as_it_is(text: str) -> None:
    fence = Fence.of([text])
    assert fence.cleaned(text) == text
    assert re.fullmatch(f"[a-z]{{{MARK_LENGTH}}}", fence.mark)


def test_taking_a_mark_out_does_not_join_a_new_one() -> None:
    fence = Fence("abcdef0123")
    assert fence.cleaned("abcabcdef0123def0123 and ABCDEF0123") == " and "


def test_half_characters_have_a_fence_too() -> None:
    assert len(Fence.of(["\ud800"]).mark) == MARK_LENGTH
