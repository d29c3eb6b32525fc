"""Margins of log-likelihoods: golden vectors of METHODS.md §9 and §10, and what swapping does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.ml.likelihood_margins import (
    Likelihoods,
    cdr_margin,
    cdr_margin_per_token,
    density_ratio,
    dpo_loss,
    implicit_margin,
    implicit_margin_per_token,
    learning_difficulty,
    ranking_accuracy,
    ranking_loss,
)

POLICY, REFERENCE = Likelihoods([-12.0], [-15.5], [10], [12]), Likelihoods([-13.0], [-14.0], [10], [12])
finite = st.floats(-500, 0, allow_nan=False)


def test_density_ratio_of_methods_9() -> None:
    strong, weak = sum([-1, -2, -0.5]), sum([-1.5, -2.5, -0.4])

    assert density_ratio([strong], [weak]) == pytest.approx([0.9], abs=1e-6)
    assert density_ratio([strong], [strong]).tolist() == [0.0]
    # Against a response on which both models agree, the margins are the ratio itself and its mean per token.
    first, second = Likelihoods([strong], [-4.0], [3], [5]), Likelihoods([weak], [-4.0], [4], [5])
    assert cdr_margin(first, second) == pytest.approx([0.9], abs=1e-6)
    assert cdr_margin_per_token(first, second) == pytest.approx([0.3], abs=1e-6)


def test_implicit_margin_of_methods_10() -> None:
    margin = implicit_margin(POLICY, REFERENCE, 0.1)

    assert cdr_margin(POLICY, REFERENCE).tolist() == [2.5]
    assert margin == pytest.approx([0.25], abs=1e-6)
    assert 0.1 * density_ratio(POLICY.first, REFERENCE.first) == pytest.approx([0.1], abs=1e-6)
    assert 0.1 * density_ratio(POLICY.second, REFERENCE.second) == pytest.approx([-0.15], abs=1e-6)
    assert dpo_loss(margin) == pytest.approx([0.575939], abs=1e-6)
    # d_w / 10 + 1.5 / 12, which METHODS.md's per-token IPO is (0.225 - 5)² of.
    assert implicit_margin_per_token(POLICY, REFERENCE, 1.0) == pytest.approx([0.225], abs=1e-12)
    assert (implicit_margin_per_token(POLICY, REFERENCE, 1.0) - 5) ** 2 == pytest.approx([22.800625], abs=1e-9)


@given(st.lists(st.tuples(finite, finite, finite, finite, st.integers(1, 99), st.integers(1, 99)), min_size=1))
def test_swapping_sides_negates_every_margin(rows: list[tuple[float, float, float, float, int, int]]) -> None:
    one, two, three, four, long, short = map(list, zip(*rows, strict=True))
    policy, reference = Likelihoods(one, two, long, short), Likelihoods(three, four, long, short)
    swapped = Likelihoods(two, one, short, long), Likelihoods(four, three, short, long)

    assert (cdr_margin(policy, reference) == -cdr_margin(*swapped)).all()
    assert (cdr_margin_per_token(policy, reference) == -cdr_margin_per_token(*swapped)).all()
    assert (implicit_margin(policy, reference, 0.1) == -implicit_margin(*swapped, 0.1)).all()
    assert (implicit_margin(policy, policy, 0.1) == 0).all()


def test_a_missing_likelihood_stays_missing() -> None:
    policy = Likelihoods([np.nan, -1.0], [-2.0, -3.0])

    assert np.isnan(cdr_margin(policy, policy)).tolist() == [True, False]
    assert ranking_accuracy(policy) == 1.0
    assert ranking_accuracy(Likelihoods([np.nan], [-1.0])) is None


def test_ranking_accuracy_counts_ties_as_wrong() -> None:
    assert ranking_accuracy(Likelihoods([-1.0, -2.0, -3.0, -4.0], [-2.0, -1.0, -3.0, -5.0])) == 0.5


@given(st.tuples(finite, finite, finite, finite), st.floats(0.01, 1))
def test_a_pair_is_ranked_rightly_exactly_below_its_ranking_loss(
    values: tuple[float, float, float, float], beta: float
) -> None:
    policy, reference = Likelihoods([values[0]], [values[1]]), Likelihoods([values[2]], [values[3]])
    gap = values[0] - values[1]
    loss, bound = dpo_loss(implicit_margin(policy, reference, beta)), ranking_loss(reference, beta)

    # Where both losses are lost in rounding there is nothing to compare.
    if abs(beta * gap) > 1e-6 and max(abs(beta * (values[2] - values[3])), float(bound[0])) < 20:
        assert bool((loss < bound)[0]) == (gap > 0)


def test_learning_difficulty_counts_from_the_last_rise() -> None:
    nan = np.nan
    losses = [
        # learned at once, late, forgotten and learned again, forgotten, never, last missing, one missing
        [0.6, 0.9, 0.6, 0.5, 0.7, 0.5, 0.9],
        [0.5, 0.8, 0.8, 0.5, 0.8, 0.5, nan],
        [0.4, 0.6, 0.5, 0.9, 0.7, nan, 0.3],
    ]

    found = learning_difficulty(losses)

    assert found.step.tolist() == [0, 2, 2, -1, -1, -1, 2]
    assert found.learned.tolist() == [True, True, True, False, False, False, True]
    assert found.loss == pytest.approx([0.5, 2.3 / 3, 1.9 / 3, 1.9 / 3, 2.2 / 3, 0.5, 0.6])
    assert np.isnan(learning_difficulty([[nan], [nan]]).loss).all()
    with pytest.raises(ValueError, match="at least one checkpoint"):
        learning_difficulty([0.1, 0.2])


def test_a_margin_per_token_needs_counts() -> None:
    with pytest.raises(ValueError, match="needs the responses' token counts"):
        cdr_margin_per_token(Likelihoods([-1.0], [-2.0]), REFERENCE)
    with pytest.raises(ValueError, match="at least one token"):
        cdr_margin_per_token(Likelihoods([-1.0], [-2.0], [0], [1]), REFERENCE)
