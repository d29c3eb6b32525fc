"""Whole orders from votes: Bradley–Terry's scores, ties, circles, and nothing that depends on sides or order."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from trainer_bridge.domain.ranked_lists import (
    Vote,
    bradley_terry,
    has_cycle,
    ranked_by_scores,
    ranked_by_votes,
    votes_of_ranks,
)

NAMES = "abcde"
ballots = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from([-2.0, -1.0, 0.0, 1.0])).filter(
        lambda vote: vote[0] != vote[1]
    ),
    max_size=14,
).map(lambda votes: [Vote(*vote) for vote in votes])


def test_two_responses_differ_by_the_log_odds_of_their_wins() -> None:
    scores = bradley_terry(np.array([[0.0, 3.0], [1.0, 0.0]]), l2=1e-12)
    assert scores[0] - scores[1] == pytest.approx(math.log(3), abs=1e-9)
    assert scores.sum() == pytest.approx(0)


def test_scores_are_those_of_a_general_optimiser() -> None:
    draw = np.random.default_rng(3)
    wins = draw.integers(0, 6, (6, 6)).astype(float)
    np.fill_diagonal(wins, 0)

    def loss(scores: np.ndarray) -> float:
        gaps = scores[:, None] - scores[None, :]
        return float((wins * np.logaddexp(0, -gaps)).sum() + 0.5 * 1e-2 * (scores**2).sum())

    expected = minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-10}).x
    assert bradley_terry(wins) == pytest.approx(expected - expected.mean(), abs=1e-4)


def test_a_ranking_with_ties_comes_back() -> None:
    found = ranked_by_votes("abcd", votes_of_ranks({"c": 1, "a": 2, "d": 2, "b": 3}))
    assert found is not None
    assert (found.order, found.places, found.cyclic) == (("c", "a", "d", "b"), (1, 2, 2, 3), False)


@given(st.dictionaries(st.sampled_from(NAMES), st.integers(1, 4), min_size=2), st.integers(1, 3))
def test_any_ranking_however_often_given_comes_back(ranks: dict[str, int], people: int) -> None:
    found = ranked_by_votes(sorted(ranks), votes_of_ranks(ranks) * people)
    assert found is not None
    dense = {rank: place for place, rank in enumerate(sorted(set(ranks.values())), 1)}
    assert dict(zip(found.order, found.places, strict=True)) == {name: dense[rank] for name, rank in ranks.items()}
    assert not found.cyclic
    assert list(found.scores) == sorted(found.scores, reverse=True) or len(set(found.places)) < len(ranks)


@pytest.mark.parametrize(
    ("votes", "cyclic"),
    [
        ([("a", "b", -1), ("b", "c", -1), ("a", "c", -1)], False),
        ([("a", "b", -1), ("b", "c", -1), ("a", "c", 1)], True),
        ([("a", "b", -1), ("b", "c", -1), ("a", "c", 0)], True),
        ([("a", "b", 0), ("b", "c", 0), ("a", "c", 0)], False),
        ([("a", "b", -1), ("a", "b", 1), ("b", "c", -1), ("a", "c", -1)], False),
        # Three votes against one: the majority is what counts.
        ([("a", "b", -1), ("b", "c", -1), ("a", "c", -1), ("a", "c", -1), ("a", "c", 1)], False),
    ],
)
def test_circles_of_majorities_are_found(votes: list[tuple[str, str, float]], cyclic: bool) -> None:
    found = ranked_by_votes("abc", [Vote(*vote) for vote in votes])
    assert found is not None
    assert found.cyclic is cyclic


def test_a_long_circle_is_found() -> None:
    wins = np.zeros((5, 5))
    for place in range(5):
        wins[place, (place + 1) % 5] = 1
    assert has_cycle(wins)
    assert not has_cycle(np.triu(np.ones((5, 5)), 1))


def test_what_votes_do_not_connect_has_no_order() -> None:
    assert ranked_by_votes("abcd", [Vote("a", "b", 1), Vote("c", "d", 1)]) is None
    assert ranked_by_votes("", []) is None


@given(ballots)
def test_sides_and_order_of_votes_change_nothing(votes: list[Vote]) -> None:
    mirrored = [Vote(vote.b, vote.a, -vote.value) for vote in random.Random(2).sample(votes, len(votes))]
    ids = sorted({name for vote in votes for name in vote[:2]})
    one, other = ranked_by_votes(ids, votes), ranked_by_votes(ids[::-1], mirrored)
    if one is None or other is None:
        assert one is other
        return
    assert (one.order, one.places, one.cyclic) == (other.order, other.places, other.cyclic)
    assert one.scores == pytest.approx(other.scores, abs=1e-9)


def test_scores_rank_by_themselves() -> None:
    found = ranked_by_scores({"a": 1.0, "b": 3.0, "c": 1.0})
    assert (found.order, found.places, found.scores) == (("b", "a", "c"), (1, 2, 2), (3.0, 1.0, 1.0))
