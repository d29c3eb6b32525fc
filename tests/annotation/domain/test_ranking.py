"""Rankings: complete, partial, of the best few, with ties, and the votes in them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.domain.items import ItemView
from annotation.domain.questions.base import VoteDraft
from annotation.domain.questions.ranking import fits
from tests.annotation.domain.samples import (
    A,
    B,
    C,
    D,
    asked,
    facts,
    fault_of,
    item_of,
    refusal,
    response,
    stored,
    votes,
)

THREE = item_of("one", "two", "three")


class TestDefinition:
    def test_defaults(self) -> None:
        assert asked("ranking") == {
            "name": "q",
            "type": "ranking",
            "title": "q",
            "description": "",
            "required": True,
            "show_if": [],
            "required_if": [],
            "ties": True,
            "partial": False,
            "top_k": None,
            "not_rankable": True,
            "aspect": None,
        }

    @pytest.mark.parametrize("top_k", [0, 51, True, 1.0, "1", [], 10**40])
    def test_top_k_is_a_small_whole_number(self, top_k: Any) -> None:
        assert fault_of("ranking", top_k=top_k) == ("top_k", "“top_k” is null or a whole number from 1 to 50.")

    @pytest.mark.parametrize("part", ["ties", "partial", "not_rankable", "required"])
    def test_switches_are_true_or_false(self, part: str) -> None:
        assert fault_of("ranking", **{part: 1}) == (part, f"“{part}” is true or false.")

    def test_an_unknown_part_is_named(self) -> None:
        assert fault_of("ranking", tie=True) == ("tie", "“tie” is not a part of a question of type ranking.")

    @pytest.mark.parametrize(("ids", "expected"), [([], False), ([A], False), ([A, A], False), ([A, B], True)])
    def test_an_order_needs_two_different_responses(self, ids: list[str], expected: bool) -> None:
        assert fits(asked("ranking"), ItemView([response(each) for each in ids])) is expected

    def test_no_more_responses_than_there_are_ranks(self) -> None:
        fifty = [response(f"{n:032x}") for n in range(50)]
        assert fits(asked("ranking"), ItemView(fifty))
        assert not fits(asked("ranking"), ItemView([*fifty, response(A)]))


class TestAnswer:
    def test_ranks_lose_their_gaps_and_stand_in_the_order_of_ids(self) -> None:
        answer = stored(asked("ranking"), {"ranks": {C: 9, A: 50, B: 9}}, THREE)

        assert answer == {"ranks": {A: 2, B: 1, C: 1}}
        assert list(answer["ranks"]) == [A, B, C]

    def test_not_rankable(self) -> None:
        assert stored(asked("ranking"), {"outcome": "not_rankable"}, THREE) == {"outcome": "not_rankable"}
        assert votes(asked("ranking"), {"outcome": "not_rankable"}, THREE) == []

    @pytest.mark.parametrize(
        ("parts", "answer", "sentence"),
        [
            ({}, None, "Answer with an object."),
            ({}, [A, B, C], "Answer with an object."),
            ({}, {}, "Give either “ranks”, an object of response id → rank, or only “outcome”."),
            ({}, {"ranks": [1, 2, 3]}, "Give either “ranks”, an object of response id → rank, or only “outcome”."),
            (
                {},
                {"ranks": {A: 1, B: 2, C: 3}, "outcome": "not_rankable"},
                "Give either “ranks”, an object of response id → rank, or only “outcome”.",
            ),
            ({}, {"rank": {}}, "“rank” is not a part of this answer; it has ranks, outcome."),
            ({}, {"outcome": "tie"}, "“outcome” can only be “not_rankable”; give “ranks” otherwise."),
            ({"not_rankable": False}, {"outcome": "not_rankable"}, "This question does not offer “not rankable”."),
            ({}, {"ranks": {D: 1}}, f"“{D}” is not the id of one of this item's responses."),
            ({}, {"ranks": {A: 0, B: 1, C: 2}}, "A rank is a whole number from 1 (the best) to 50."),
            ({}, {"ranks": {A: 1, B: 51, C: 2}}, "A rank is a whole number from 1 (the best) to 50."),
            ({}, {"ranks": {A: True, B: 2, C: 3}}, "A rank is a whole number from 1 (the best) to 50."),
            ({}, {"ranks": {A: 1.0, B: 2, C: 3}}, "A rank is a whole number from 1 (the best) to 50."),
            ({}, {"ranks": {A: 1, B: 2}}, "Rank at least 3 of the 3 responses; 2 are ranked."),
            ({"partial": True}, {"ranks": {}}, "Rank at least 1 of the 3 responses; 0 are ranked."),
            ({"top_k": 2}, {"ranks": {A: 1}}, "Rank at least 2 of the 3 responses; 1 are ranked."),
            (
                {"ties": False},
                {"ranks": {A: 1, B: 1, C: 2}},
                "Two responses have the same rank, and this question takes no ties.",
            ),
        ],
    )
    def test_refusals(self, parts: dict[str, Any], answer: Any, sentence: str) -> None:
        assert refusal(asked("ranking", **parts), answer, THREE) == sentence

    def test_top_k_asks_for_no_more_than_there_are(self) -> None:
        assert stored(asked("ranking", top_k=9), {"ranks": {A: 1, B: 2, C: 3}}, THREE) == {"ranks": {A: 1, B: 2, C: 3}}

    def test_facts(self) -> None:
        assert facts(asked("ranking", partial=True), {"ranks": {A: 1, C: 2}}, THREE) == {
            "outcome": "ranked",
            "ranked": 2,
        }
        assert facts(asked("ranking"), {"outcome": "not_rankable"}, THREE) == {"outcome": "not_rankable", "ranked": 0}


class TestVotes:
    def test_of_a_complete_order_with_a_tie(self) -> None:
        question = asked("ranking", aspect="clarity")

        assert votes(question, {"ranks": {C: 1, A: 2, B: 2}}, THREE) == [
            VoteDraft("q", "clarity", A, B, "tie", 0, 0, 3),
            VoteDraft("q", "clarity", A, C, "preference", 1, 1, 3),
            VoteDraft("q", "clarity", B, C, "preference", 1, 1, 3),
        ]

    def test_of_a_partial_order_say_nothing_about_the_rest(self) -> None:
        assert votes(asked("ranking", partial=True), {"ranks": {C: 1, A: 2}}, THREE) == [
            VoteDraft("q", None, A, C, "preference", 1, 1, 3)
        ]

    def test_of_the_best_one_put_it_above_all_others(self) -> None:
        assert votes(asked("ranking", top_k=1), {"ranks": {B: 1}}, THREE) == [
            VoteDraft("q", None, A, B, "preference", 1, 1, 3),
            VoteDraft("q", None, B, C, "preference", -1, 1, 3),
        ]


@st.composite
def rankings(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, int], ItemView]:
    """A question, ranks that answer it, and the item they are about."""
    ids = draw(st.lists(st.text("0123456789abcdef", min_size=4, max_size=4), min_size=2, max_size=7, unique=True))
    question = asked(
        "ranking", partial=draw(st.booleans()), top_k=draw(st.none() | st.integers(1, 8)), ties=draw(st.booleans())
    )
    least = 1 if question["partial"] else len(ids)
    if question["top_k"] is not None:
        least = min(question["top_k"], len(ids))
    chosen = draw(st.lists(st.sampled_from(ids), min_size=least, unique=True))
    places = st.lists(st.integers(1, 50), min_size=len(chosen), max_size=len(chosen), unique=not question["ties"])
    return question, dict(zip(chosen, draw(places), strict=True)), ItemView([response(each) for each in ids])


@given(rankings())
def test_votes_agree_with_a_plain_reading_of_the_ranks(case: tuple[dict[str, Any], dict[str, int], ItemView]) -> None:
    question, ranks, item = case
    expected = {}
    for one, other in combinations(sorted(item.response_ids), 2):
        if one in ranks and other in ranks:
            expected[one, other] = 0 if ranks[one] == ranks[other] else 1 if ranks[other] < ranks[one] else -1
        elif question["top_k"] and one in ranks:
            expected[one, other] = -1
        elif question["top_k"] and other in ranks:
            expected[one, other] = 1

    found = votes(question, {"ranks": ranks}, item)

    assert {(vote.a, vote.b): vote.value for vote in found} == expected
    assert len(found) == len(expected)
    assert all(vote.strength == abs(vote.value or 0) and vote.steps == 3 for vote in found)
    assert all(vote.outcome == ("preference" if vote.value else "tie") for vote in found)


@given(rankings())
def test_stored_ranks_keep_the_order_and_have_no_gaps(case: tuple[dict[str, Any], dict[str, int], ItemView]) -> None:
    question, ranks, item = case

    kept = stored(question, {"ranks": ranks}, item)["ranks"]

    assert sorted(set(kept.values())) == list(range(1, len(set(ranks.values())) + 1))
    for one, other in combinations(ranks, 2):
        assert (kept[one] < kept[other]) == (ranks[one] < ranks[other])
        assert (kept[one] == kept[other]) == (ranks[one] == ranks[other])
