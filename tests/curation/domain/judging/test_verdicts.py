"""Verdicts of both orders: goldens of METHODS §11.2 and §11.3, J1–J3 of B10, and that storage does not matter."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curation.domain.judging.logistic import sigmoid
from curation.domain.judging.verdicts import (
    Outcome,
    combine,
    combine_samples,
    outcomes,
    reading,
    sample_share,
    signs,
    swap_report,
)

Floats = npt.NDArray[np.float64]
readings = arrays.arrays(np.float64, st.tuples(st.just(2), st.integers(1, 40)), elements=st.floats(-9, 9, width=16))


def test_the_golden_pair_of_methods_11_3() -> None:
    # Shown first, a leads by 1.1; shown second, b (the first slot) trails by 0.3.
    a_first = reading(-0.4, -1.5, a_shown_first=True)
    b_first = reading(-1.0, -0.7, a_shown_first=False)
    verdict = combine(a_first, b_first)
    assert (1 - float(sigmoid(a_first)), 1 - float(sigmoid(b_first))) == pytest.approx((0.750260, 0.574443), abs=1e-6)
    assert 1 - (float(sigmoid(a_first)) + float(sigmoid(b_first))) / 2 == pytest.approx(0.662351, abs=1e-6)
    assert 1 - verdict.p == pytest.approx(0.668188, abs=1e-6)
    assert (verdict.outcome, verdict.sign, verdict.consistent) == (Outcome.A, -1, True)


@pytest.mark.parametrize(
    ("a_first", "b_first", "outcome"),
    [
        (-2.0, -0.1, Outcome.A),
        (2.0, 0.1, Outcome.B),
        (0.0, 0.0, Outcome.TIE),
        (-5.0, 0.1, Outcome.INCONSISTENT),
        (5.0, -0.1, Outcome.INCONSISTENT),
        (0.0, 3.0, Outcome.INCONSISTENT),
    ],
)
def test_a_verdict_needs_both_orders(a_first: float, b_first: float, outcome: Outcome) -> None:
    verdict = combine(a_first, b_first)
    assert verdict.outcome == outcome
    assert verdict.consistent == (verdict.sign != 0) == (outcome in (Outcome.A, Outcome.B))


def test_an_order_that_failed_is_no_tie() -> None:
    with pytest.raises(ValueError, match="has failed"):
        combine(float("nan"), 1.0)
    with pytest.raises(ValueError, match="finite log-probability"):
        reading(-math.inf, -0.1, a_shown_first=True)
    with pytest.raises(ValueError, match="at least one verdict"):
        combine_samples([], [1])
    with pytest.raises(ValueError, match="leave failed pairs out"):
        swap_report(np.array([np.nan]), np.array([1.0]))


def test_self_consistency_of_samples() -> None:
    assert sample_share([2, 1, 1, 0, -1]) == pytest.approx((3 + 0.5 + 0.5) / 6)
    verdict = combine_samples([2, 1, 1, 0, -1], [1, 1, 0])
    expected = (math.log(4 / 2) + math.log(3 / 1)) / 2
    assert verdict.logit == pytest.approx(expected)
    assert verdict.strength == pytest.approx((0.6 + 2 / 3) / 2)
    assert verdict.outcome == Outcome.B
    assert combine_samples([-2], [1]).outcome == Outcome.INCONSISTENT
    assert combine_samples([0], [0]).outcome == Outcome.TIE
    assert combine_samples([0], [0]).p == 0.5


def test_a_judge_that_always_picks_the_first_slot() -> None:
    report = swap_report(np.full(50, -1.5), np.full(50, 1.5))
    assert report.consistency.rate == 0.0
    assert report.first_twice.rate == report.first_slot == report.first_slot_bias.estimate == 1.0
    assert report.knowledge.estimate == 0.0
    assert report.first_slot_bias.low is not None
    assert 0.8 < report.first_slot_bias.low < 1
    assert signs(outcomes(np.full(50, -1.5), np.full(50, 1.5))).tolist() == [0.0] * 50


def test_a_perfect_judge() -> None:
    truth = np.tile([1.0, -1.0], 25)
    report = swap_report(truth, truth)
    assert report.consistency.rate == 1.0
    assert report.first_slot == 0.5
    assert report.knowledge.estimate == 1.0
    assert report.first_slot_bias.estimate is None  # it never guessed


def test_knowledge_and_bias_of_the_model_are_recovered() -> None:
    rng = np.random.default_rng(0)
    n, q, b = 20_000, 0.6, 0.9
    truth = rng.choice([-1.0, 1.0], size=n)
    knows = rng.random(n) < q
    a_first = np.where(knows, truth, np.where(rng.random(n) < b, -1.0, 1.0))
    b_first = np.where(knows, truth, np.where(rng.random(n) < b, 1.0, -1.0))
    report = swap_report(a_first, b_first)
    rates = [report.consistency.rate, report.first_twice.rate, report.second_twice.rate]
    np.testing.assert_allclose(np.array(rates, dtype=float), [0.672, 0.324, 0.004], atol=0.01)
    bias, knowledge = report.first_slot_bias, report.knowledge
    assert bias.low is not None
    assert bias.high is not None
    assert bias.low < b < bias.high
    assert knowledge.low is not None
    assert knowledge.high is not None
    assert knowledge.low < q < knowledge.high
    assert bias.high - bias.low < 0.03


def test_intervals_cover() -> None:
    rng = np.random.default_rng(1)
    q, b, covered = 0.5, 0.7, 0
    shares = [q + (1 - q) * 2 * b * (1 - b), (1 - q) * b**2, (1 - q) * (1 - b) ** 2]
    for counts in rng.multinomial(200, shares, size=200):
        a_first = np.repeat([1.0, -1.0, 1.0], counts)
        b_first = np.repeat([1.0, 1.0, -1.0], counts)
        interval = swap_report(a_first, b_first).first_slot_bias
        assert interval.low is not None
        assert interval.high is not None
        covered += interval.low <= b <= interval.high
    assert covered >= 180


@given(readings, st.integers(0, 2**32 - 1))
def test_swapped_storage_negates_verdicts_and_leaves_the_report(table: Floats, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turned = rng.random(table.shape[1]) < 0.5
    a_first, b_first = table
    # Response a is called b: what was read with a first is now read with b first.
    one, other = np.where(turned, -b_first, a_first), np.where(turned, -a_first, b_first)
    side = np.where(turned, -1.0, 1.0)
    np.testing.assert_array_equal(signs(outcomes(one, other)), side * signs(outcomes(a_first, b_first)))
    for place in range(table.shape[1]):
        before, after = combine(a_first[place], b_first[place]), combine(one[place], other[place])
        assert after.logit == side[place] * before.logit
        assert after.p + before.p == 1 if turned[place] else after.p == before.p
    shuffled = rng.permutation(table.shape[1])
    assert swap_report(one, other) == swap_report(a_first[shuffled], b_first[shuffled]) == swap_report(*table)
    # And what a single signal row is classed as, a column is.
    assert outcomes(a_first, b_first).tolist() == [int(combine(*pair).outcome) for pair in table.T]


def test_nothing_judged_is_a_report_without_rates() -> None:
    report = swap_report(np.empty(0), np.empty(0))
    assert (report.n, report.consistency.rate, report.first_slot, report.knowledge.estimate) == (0, None, None, None)
