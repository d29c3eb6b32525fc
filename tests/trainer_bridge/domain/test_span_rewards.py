"""Marks as labels and rewards of parts (METHODS §5), rewards on tokens, and what an edit took out, emoji included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_bridge.domain.said import Mark, Omission
from trainer_bridge.domain.span_rewards import (
    Rewards,
    density_of_category,
    mark_reward,
    removed_spans,
    slices_to,
    span_rewards,
    token_rewards,
)

ALBUM = "Released in 2018, the album Bloom was recorded in Los Angeles, and it features Ariana Grande on one track."
SECOND = "It sold well."
TEXT = f"{ALBUM} {SECOND}"
DENSITIES = {"irrelevant": "sub_sentence", "unverifiable": "sentence", "missing_answer": "response"}
words = st.lists(st.sampled_from(["a", "bb", "👩‍👩‍👧", "é", "x.", "🙂"]), max_size=12)
spaces = st.sampled_from([" ", "\n", "  "])


def mark(quote: str, category: str, text: str = TEXT) -> Mark:
    start = text.index(quote)
    return Mark("r", start, start + len(quote), category, quote)


def test_a_faultless_text_earns_every_reward_at_the_end_of_its_parts() -> None:
    found = span_rewards(TEXT, [], [], {})

    # The paper's vector cuts the first sentence at its twelfth token: [0, 11].
    assert [TEXT[part.start : part.end] for part in found.sub_sentences] == [
        "Released in 2018, the album Bloom was recorded in Los Angeles,",
        "and it features Ariana Grande on one track.",
        SECOND,
    ]
    assert {part.label for part in (*found.sub_sentences, *found.sentences, found.response)} == {"O"}
    ends = [len("Released in 2018, the album Bloom was recorded in Los Angeles,"), len(ALBUM), len(TEXT)]
    assert [offset for offset, _ in found.points] == ends
    assert [reward for _, reward in found.points] == pytest.approx([0.3, 0.3 + 0.5, 0.3 + 0.5 + 0.3])


def test_faults_cost_what_they_would_have_earned() -> None:
    marks = [mark("it features Ariana Grande on", "irrelevant"), mark("sold well", "unverifiable")]

    found = span_rewards(TEXT, marks, [Omission("r", "missing_answer")], DENSITIES)

    assert [part.label for part in found.sub_sentences] == ["O", "NF-ERR", "O"]
    # Nobody checked the facts of what is irrelevant: such a sentence has no reward.
    assert [(part.label, part.reward) for part in found.sentences] == [("Ignore", None), ("F-ERR", -0.5)]
    assert (found.response.label, found.response.categories) == ("ERR", ("missing_answer",))
    assert [reward for _, reward in found.points] == pytest.approx([0.3, -0.3, 0.3 - 0.5 - 0.3])


def test_a_short_mark_of_a_sub_sentence_labels_nothing_and_costs_nothing() -> None:
    short, long = mark("features Ariana Grande on", "irrelevant"), mark("it features Ariana Grande on", "irrelevant")

    assert {part.label for part in span_rewards(TEXT, [short], [], DENSITIES).sub_sentences} == {"O"}
    assert mark_reward(TEXT, short, "sub_sentence", Rewards()) == 0.0
    assert mark_reward(TEXT, long, "sub_sentence", Rewards()) == -0.3
    assert mark_reward(TEXT, mark("sold", "unverifiable"), "sentence", Rewards()) == -0.5


@pytest.mark.parametrize(
    ("category", "density"),
    [("irrelevant", "sub_sentence"), ("wrong_grounding", "sentence"), ("tone", "response"), ("new", "sub_sentence")],
)
def test_a_category_has_a_density(category: str, density: str) -> None:
    assert density_of_category(category, ("wrong_grounding", "unverifiable"), ("tone",)) == density


@given(words, spaces)
def test_parts_slice_the_text_whatever_is_in_it(given_words: list[str], space: str) -> None:
    text = space.join(given_words)
    found = span_rewards(text, [], [], {})
    for parts in (found.sub_sentences, found.sentences):
        assert " ".join(text[part.start : part.end] for part in parts).split() == text.split()
    total = 0.3 * len(found.sub_sentences) + 0.5 * len(found.sentences) + 0.3
    assert sum(reward for _, reward in found.points) == pytest.approx(total)
    assert all(0 <= offset <= len(text) for offset, _ in found.points)


def test_rewards_go_to_the_token_that_ends_a_part() -> None:
    # Tokens of "Hi 🙂. Bye" with white space before words, as byte-level tokenizers cut.
    tokens = [(0, 2), (2, 4), (4, 5), (5, 9)]
    assert token_rewards([(5, 0.8), (9, 1.1)], tokens) == [0.0, 0.0, 0.8, 1.1]
    # A special token holds no character; a part that ends within a token is that token's.
    assert token_rewards([(1, 1.0)], [(0, 0), (0, 5)]) == [0.0, 1.0]
    assert token_rewards([(3, 1.0)], []) == []


@given(st.lists(st.integers(1, 4), min_size=1, max_size=10), st.data())
def test_no_reward_is_lost_on_tokens(lengths: list[int], data: st.DataObject) -> None:
    ends = [sum(lengths[: place + 1]) for place in range(len(lengths))]
    tokens = list(zip([0, *ends], ends, strict=False))
    points = [(data.draw(st.integers(1, ends[-1])), float(number)) for number in range(4)]
    assert sum(token_rewards(points, tokens)) == pytest.approx(sum(reward for _, reward in points))


def test_an_edit_masks_the_words_it_took_out() -> None:
    before = "The capital of 🇫🇷 France is Lyon, a very old city."
    after = "The capital of 🇫🇷 France is Paris, an old city."

    spans = removed_spans(before, after)

    assert [before[start:end] for start, end in spans] == ["Lyon, a very"]
    assert removed_spans("one two", "one and two") == []
    assert removed_spans("one two", "one two") == []


@given(words, words, spaces)
def test_a_mask_holds_whole_words_and_what_is_left_is_in_the_edit(old: list[str], new: list[str], space: str) -> None:
    before, after = space.join(old), " ".join(new)
    spans = removed_spans(before, after)
    assert all(before[start:end].strip() == before[start:end] != "" for start, end in spans)
    masked = {offset for start, end in spans for offset in range(start, end)}
    left = "".join(" " if offset in masked else character for offset, character in enumerate(before)).split()
    rest = iter(after.split())
    assert all(any(word == each for each in rest) for word in left)


@pytest.mark.parametrize(
    ("start", "end", "quote", "true"),
    [(0, 2, "👍🏽", True), (0, 2, None, True), (0, 1, "👍🏽", False), (2, 2, "", False), (3, 9, None, False)],
)
def test_marks_are_held_to_the_text(start: int, end: int, quote: str | None, true: bool) -> None:
    assert slices_to("👍🏽 ok", Mark("r", start, end, "c", quote)) is true
