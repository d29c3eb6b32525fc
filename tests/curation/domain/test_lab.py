"""Samples of equal size, intervals that hold what they promise, and label errors found at a budget."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from curation.domain.lab import (
    compare,
    correctness,
    found_at_random,
    found_by_margin,
    group_order,
    over_seeds,
    reviewed_in_order,
    sample_of,
    student_quantile,
)

Floats = npt.NDArray[np.float64]


@pytest.mark.parametrize("freedom", [0.7, 1.0, 2.0, 4.0, 7.3, 30.0, 250.5, 5000.0])
@pytest.mark.parametrize("probability", [0.6, 0.9, 0.975, 0.995])
def test_quantiles_are_those_of_scipy(probability: float, freedom: float) -> None:
    assert student_quantile(probability, freedom) == pytest.approx(student.ppf(probability, freedom), rel=1e-8)
    assert student_quantile(1 - probability, freedom) == -student_quantile(probability, freedom)


@pytest.mark.parametrize(("probability", "freedom"), [(0.0, 3.0), (1.0, 3.0), (0.5, 0.0), (0.5, math.nan)])
def test_a_quantile_of_nothing_is_refused(probability: float, freedom: float) -> None:
    with pytest.raises(ValueError, match="A quantile needs"):
        student_quantile(probability, freedom)


@given(
    groups=st.lists(st.integers(0, 9), min_size=1, max_size=60),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**40),
)
def test_a_sample_is_whole_groups_but_for_the_last(groups: list[int], share: float, seed: int) -> None:
    group, order = np.array(groups), group_order(10, seed=seed)
    size = round(share * len(groups))

    rows = sample_of(group, order, size)

    assert rows.size == size == np.unique(rows).size
    drawn = np.bincount(group[rows], minlength=10)
    cut = (drawn > 0) & (drawn < np.bincount(group, minlength=10))
    assert cut.sum() <= 1
    if size:
        last = order[group[rows]].max()
        assert all(order[each] >= last for each in set(group.tolist()) - set(group[rows].tolist()))


@given(seed=st.integers(0, 1000), kept=st.sets(st.integers(0, 39), min_size=12))
def test_arms_draw_what_they_share_together(seed: int, kept: set[int]) -> None:
    order, arm = group_order(40, seed=seed), np.array(sorted(kept))

    from_all = set(sample_of(np.arange(40), order, 6).tolist())
    from_arm = {int(arm[row]) for row in sample_of(arm, order, 6)}

    # Whatever the larger arm draws, the smaller one draws too if it has it.
    assert from_all & kept <= from_arm


def test_an_arm_too_small_for_the_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="4 rows cannot be drawn from 3"):
        sample_of(np.array([0, 1, 2]), group_order(3, seed=0), 4)


@given(margins=st.lists(st.floats(-5, 5), min_size=1, max_size=30), seed=st.integers(0, 99))
def test_correctness_knows_no_sides(margins: list[float], seed: int) -> None:
    towards = np.random.default_rng(seed).choice([-1, 1], size=len(margins))

    one = correctness(np.array(margins), towards)
    other = correctness(-np.array(margins), -towards)

    assert (one == other).all()
    assert set(one.tolist()) <= {0.0, 0.5, 1.0}


def test_the_standard_error_is_that_of_a_mean() -> None:
    estimate = over_seeds(np.array([0.8, 0.82, 0.84]))

    assert (estimate.mean, estimate.se) == pytest.approx((0.82, 0.02 / math.sqrt(3)))
    with pytest.raises(ValueError, match="at least two seeds"):
        over_seeds(np.array([0.8]))


def test_the_interval_adds_the_error_of_training_and_of_gold() -> None:
    """Two seeds, three gold rows of which two share a prompt; worked out by hand."""
    raw = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 1.0]])
    arm = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])

    found = compare(arm, raw, np.array(["p", "p", "q"]))

    # By seed 1/3 and 0: s² = 1/18, times 1 + 1/2. By row 0, 1, −1/2, mean 1/6: cluster sums of deviations ±2/3.
    trained, gold = 1 / 18 * 1.5, (2 * (2 / 3) ** 2) * 2 / 9
    freedom = (trained + gold) ** 2 / (trained**2 + gold**2)
    half = student.ppf(0.975, freedom) * math.sqrt(trained + gold)
    assert (found.difference, found.low, found.high) == pytest.approx((1 / 6, 1 / 6 - half, 1 / 6 + half))
    assert found.verdict == "no_measurable_difference"


@given(seed=st.integers(0, 500))
def test_exchanging_arm_and_raw_turns_the_interval_round(seed: int) -> None:
    draw = np.random.default_rng(seed)
    arm, raw = (draw.integers(0, 3, size=(4, 12)) / 2 for _ in range(2))
    groups = draw.integers(0, 5, size=12)

    there, back = compare(arm, raw, groups), compare(raw, arm, groups)

    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    turned = {"helps": "hurts", "hurts": "helps"}
    assert turned.get(there.verdict, there.verdict) == back.verdict


def test_an_arm_is_no_better_than_itself_and_a_plain_win_helps() -> None:
    raw = np.tile([1.0, 0.0, 1.0, 0.0], (3, 5))
    groups = np.arange(20)

    assert compare(raw, raw, groups).verdict == "no_measurable_difference"
    assert compare(np.ones_like(raw), raw, groups).verdict == "helps"
    assert compare(np.zeros_like(raw), raw, groups).verdict == "hurts"


def test_subsets_drawn_by_lot_are_seldom_called_better_or_worse() -> None:
    """The promise of the interval, with a least-squares head: a fixed random half against all rows it came from."""
    draw, called, runs = np.random.default_rng(0), 0, 120
    for _ in range(runs):
        truth = draw.normal(size=10)
        x, gold = draw.normal(size=(300, 10)), draw.normal(size=(200, 10))
        said = np.sign(x @ truth) * np.where(draw.random(300) < 0.3, -1, 1)
        towards = np.sign(gold @ truth).astype(np.int64)
        half = np.flatnonzero(draw.permutation(300) < 150)
        right: dict[str, list[Floats]] = {"raw": [], "half": []}
        for seed in range(5):
            order = group_order(300, seed=int(draw.integers(2**30)) + seed)
            for name, arm in (("raw", np.arange(300)), ("half", half)):
                rows = arm[sample_of(arm, order, 75)]
                head = np.linalg.lstsq(x[rows], said[rows], rcond=None)[0]
                right[name].append(correctness(gold @ head, towards))
        found = compare(np.array(right["half"]), np.array(right["raw"]), np.arange(200))
        called += found.verdict != "no_measurable_difference"
    assert called <= 0.05 * runs


def test_reviewing_takes_the_lowest_margins_first() -> None:
    margins = np.array([-2.0, 0.5, -1.0, 3.0, 0.5])
    wrong = np.array([True, True, False, False, True])

    # Looked at: rows 0, 2 and, of the tie, 1; after asking row 1 is still wrong.
    recall, precision, left = reviewed_in_order(margins, wrong, np.array([False, True, False, False, False]), 3)

    assert (recall, precision, left) == (2 / 3, 2 / 3, 2 / 5)


def test_reviewing_without_errors_or_budget_is_refused() -> None:
    none = np.zeros(3, dtype=np.bool_)
    for wrong, budget in ((none, 1), (~none, 0), (~none, 4)):
        with pytest.raises(ValueError, match="a wrong label and a budget"):
            reviewed_in_order(np.zeros(3), wrong, none, budget)


@given(
    wrong=st.lists(st.booleans(), min_size=2, max_size=40).filter(any),
    seed=st.integers(0, 99),
    share=st.floats(0.01, 1),
)
def test_what_is_found_adds_up(wrong: list[bool], seed: int, share: float) -> None:
    draw, flags = np.random.default_rng(seed), np.array(wrong)
    budget = max(1, round(share * flags.size))
    after = flags & (draw.random(flags.size) < 0.3)

    recall, precision, left = reviewed_in_order(draw.normal(size=flags.size), flags, after, budget)

    assert recall * flags.sum() == pytest.approx(precision * budget)
    assert 0 <= recall <= 1
    assert left <= flags.mean()
    assert left >= (flags.sum() - precision * budget) / flags.size - 1e-12


def test_review_at_random_is_the_mean_and_spread_of_drawing_by_lot() -> None:
    draw = np.random.default_rng(1)
    wrong = draw.random(60) < 0.3
    after = wrong & (draw.random(60) < 0.25)

    exact = found_at_random(wrong, after, 15)

    drawn = np.array([reviewed_in_order(draw.random(60), wrong, after, 15) for _ in range(20_000)])
    for column, figure in enumerate((exact.recall, exact.precision, exact.left)):
        assert figure.mean == pytest.approx(drawn[:, column].mean(), abs=0.003)
        assert figure.se == pytest.approx(drawn[:, column].std(), rel=0.03)


def test_errors_found_by_margin_carry_the_error_of_seeds_and_of_counting() -> None:
    by_seed = np.array([[0.5, 0.4, 0.1], [0.7, 0.6, 0.1]])

    found = found_by_margin(by_seed, pairs=100, errors=20, budget=25)

    assert found.recall.mean == pytest.approx(0.6)
    assert found.recall.se == pytest.approx(math.sqrt(0.02 / 2 + 0.6 * 0.4 / 20))
    assert found.precision.se == pytest.approx(math.sqrt(0.02 / 2 + 0.25 / 25))
    assert found.left.se == pytest.approx(math.sqrt(0.09 / 100))
