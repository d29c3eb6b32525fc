"""Length, slots, families and probes: planted judges, closed forms and SciPy's exact test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

from curation.domain.judging.biases import (
    binomial_p,
    first_slot,
    first_slot_share,
    length_correlation,
    longer_rate,
    of_probe,
    self_preference,
    verbosity,
)
from curation.domain.judging.flips import flip_rates
from curation.domain.judging.logistic import sigmoid


def test_a_judge_that_picks_the_longer_response_is_flagged() -> None:
    length = np.random.default_rng(0).normal(0, 300, size=200)
    bias = verbosity(np.sign(length), length)
    assert bias.flagged
    assert bias.low is not None
    assert bias.low > 1
    assert bias.sentence.endswith("it rewards length.")
    assert longer_rate(np.sign(length), length).rate == 1.0
    assert length_correlation(np.sign(length), length).flagged


def test_the_coefficient_is_that_of_a_logistic_regression_through_the_origin() -> None:
    rng = np.random.default_rng(1)
    length = rng.normal(50, 200, size=3000)
    standardised = length / np.sqrt(np.square(length).mean())
    verdict = np.where(rng.random(3000) < sigmoid(0.7 * standardised), 1.0, -1.0)
    peer = LogisticRegression(C=25.0, fit_intercept=False, tol=1e-10).fit(standardised[:, None], verdict > 0)
    bias = verbosity(verdict, length)
    assert bias.estimate == pytest.approx(peer.coef_[0, 0], abs=1e-5)
    assert bias.low is not None
    assert bias.high is not None
    assert bias.low < 0.7 < bias.high
    # What people reward just as much is not the judge's own bias.
    assert not verbosity(verdict, length, people=verdict).flagged


def test_a_judge_that_does_not_look_at_length_is_left_alone() -> None:
    rng = np.random.default_rng(2)
    length, verdict = rng.normal(0, 100, size=400), rng.choice([-1.0, 1.0], size=400)
    assert not verbosity(verdict, length).flagged
    assert not length_correlation(verdict, length).flagged
    nothing = verbosity(verdict, np.zeros(400))
    assert (nothing.estimate, nothing.flagged) == (None, False)
    assert longer_rate(verdict, np.zeros(400)).rate is None
    with pytest.raises(ValueError, match="leave failed pairs out"):
        verbosity(np.array([np.nan]), np.ones(1))


def test_slots() -> None:
    always = first_slot(np.full(40, -1.0), np.full(40, 1.0))
    assert (always.estimate, always.flagged, always.n) == (1.0, True, 40)
    assert always.p_value == pytest.approx(2**-39)
    truth = np.tile([1.0, -1.0], 20)
    fair = first_slot(truth, truth)
    assert (fair.estimate, fair.flagged, fair.p_value) == (0.5, False, 1.0)
    # Ties say half; pairs named twice alone decide: 12 against 2.
    a_first, b_first = np.r_[-np.ones(12), np.ones(2), np.zeros(6)], np.r_[np.ones(12), -np.ones(2), np.zeros(6)]
    mixed = first_slot(a_first, b_first)
    assert mixed.estimate == pytest.approx((12 + 3) / 20)
    assert mixed.p_value == pytest.approx(binomtest(12, 14).pvalue)
    assert "prefers the second place" in first_slot_share(10, 100).sentence
    assert first_slot_share(0, 0).estimate is None


@pytest.mark.parametrize(("k", "n"), [(0, 0), (0, 1), (5, 10), (3, 10), (700, 1000), (4000, 9000), (0, 5000)])
def test_the_binomial_test_is_exact(k: int, n: int) -> None:
    expected = binomtest(k, n).pvalue if n else 1.0
    assert binomial_p(k, n) == pytest.approx(expected, rel=1e-8)


def test_a_judge_for_its_own_family() -> None:
    rng = np.random.default_rng(3)
    n = 900
    families = np.array([["llama", "qwen"], ["qwen", "gpt"], ["gpt", "llama"]])[rng.integers(0, 3, size=n)]
    people = rng.choice([-1.0, 1.0], size=n)
    own = np.where(families[:, 0] == "llama", -1.0, np.where(families[:, 1] == "llama", 1.0, 0.0))
    verdict = np.where((own != 0) & (rng.random(n) < 0.4), own, people)
    cells = {cell.author_family: cell for cell in self_preference("llama", *families.T, verdict, people)}
    assert list(cells) == ["gpt", "llama", "qwen"]
    assert cells["llama"].flagged
    assert cells["llama"].estimate == pytest.approx(0.2, abs=0.05)
    assert cells["llama"].name == "self_preference"
    assert "its own family" in cells["llama"].sentence
    assert not cells["gpt"].flagged
    assert not cells["qwen"].flagged


def test_pairs_inside_a_family_or_of_unknown_authors_say_nothing() -> None:
    a, b = np.array(["llama", "", "gpt"]), np.array(["llama", "gpt", "qwen"])
    cells = self_preference("gpt", a, b, np.array([1.0, 1, 1]), np.array([1.0, 1, -1]))
    assert [(cell.author_family, cell.n, cell.judge_rate, cell.people_rate) for cell in cells] == [
        ("gpt", 1, 0.0, 1.0),
        ("qwen", 1, 1.0, 0.0),
    ]
    assert self_preference("gpt", a[:2], b[:2], np.ones(2), np.ones(2)) == []


def test_flips_of_a_probe() -> None:
    before = np.array([-2.0, -1, -1, 0, 1, np.nan, 3])
    after = np.array([1.0, -0.5, 0, 1, -1, 5, 3])
    flips = flip_rates(before, after)
    assert (flips.n, flips.towards.rate, flips.away.rate) == (6, 3 / 6, 1 / 6)
    changes = np.array([3, 0.5, 1, 1, -2, 0])
    assert flips.shift == pytest.approx(changes.mean())
    assert flips.shift_high == pytest.approx(changes.mean() + 1.959964 * changes.std(ddof=1) / math.sqrt(6))
    assert flip_rates(np.array([np.nan]), np.ones(1)).towards.rate is None
    with pytest.raises(ValueError, match="one after for each pair"):
        flip_rates(np.ones(1), np.ones(2))


def test_a_probe_is_flagged_by_its_lower_bound() -> None:
    was = -np.ones(200)
    moved = of_probe("verbosity", "Said twice", flip_rates(was, np.where(np.arange(200) < 40, 1.0, -1.0)))
    assert (moved.estimate, moved.flagged) == (0.2, True)
    assert moved.sentence.startswith("Said twice: 20% [15%, 26%] of 200 verdicts moved towards it")
    assert not of_probe("verbosity", "Said twice", flip_rates(was, np.where(np.arange(200) < 10, 1.0, -1.0))).flagged
    assert of_probe("verbosity", "Said twice", flip_rates(was[:0], was[:0])).estimate is None


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_storage_changes_no_bias(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    verdict, people = rng.integers(-1, 2, size=n).astype(float), rng.integers(-1, 2, size=n).astype(float)
    length, side = rng.integers(-50, 50, size=n).astype(float), rng.choice([-1.0, 1.0], size=n)
    before, turned_round = (
        verbosity(verdict * turn, length * turn, people=people * turn) for turn in (np.ones(n), side)
    )
    assert turned_round.sentence == before.sentence
    assert (turned_round.estimate, turned_round.low, turned_round.high) == pytest.approx(
        (before.estimate, before.low, before.high), abs=1e-9
    )
    assert longer_rate(verdict * side, length * side) == longer_rate(verdict, length)
    assert length_correlation(verdict * side, length * side) == length_correlation(verdict, length)
    a_first, b_first = rng.normal(size=(2, n))
    turned = np.where(side < 0, -b_first, a_first), np.where(side < 0, -a_first, b_first)
    assert first_slot(*turned) == first_slot(a_first, b_first)
    authors = np.array(["x", "y", "z"])[rng.integers(0, 3, size=(2, n))]
    swapped = np.where(side < 0, authors[::-1], authors)
    assert self_preference("x", *swapped, verdict * side, people * side) == self_preference(
        "x", *authors, verdict, people
    )
