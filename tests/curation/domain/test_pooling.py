"""Pooling by gold, r01, length: numbers by hand, planted sources (METHODS B11), and that sides do not matter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curation.domain.pooling import (
    EmpiricalCdf,
    SourceWeight,
    gold_weights,
    length_bins,
    length_matched,
    length_weights,
    pool,
    residual_margin,
    root_mean_square_scaled,
    signed_ranks,
)

Floats = npt.NDArray[np.float64]
some = st.one_of(st.just(float("nan")), st.floats(-5, 5, width=16))
tables = arrays.arrays(np.float64, st.tuples(st.just(3), st.integers(1, 20)), elements=some)
lengths = arrays.arrays(np.float64, st.integers(1, 60), elements=st.integers(-20, 20).map(float))


def equal(*weights: float) -> list[SourceWeight]:
    return [SourceWeight(right=0, gold=0, accuracy=0.5, weight=weight) for weight in weights]


def test_signed_ranks_by_hand() -> None:
    ranks = signed_ranks(np.array([-8.0, 0.0, 1.0, 1.0, np.nan]))
    np.testing.assert_allclose(ranks, [-7 / 8, 0, 0.5, 0.5, np.nan])
    np.testing.assert_allclose(root_mean_square_scaled(np.array([3.0, -4.0, np.nan])) * np.sqrt(12.5), [3, -4, np.nan])
    assert root_mean_square_scaled(np.zeros(2)).tolist() == [0, 0]


def test_gold_weights_are_shrunk_log_odds() -> None:
    gold = np.r_[np.ones(200), np.zeros(5)]
    right = np.where(np.arange(205) < 180, 1.0, -1.0)
    weight = gold_weights(right[None], gold)[0]
    assert (weight.right, weight.gold) == (180, 200)
    assert weight.accuracy == pytest.approx(190 / 220)
    assert weight.weight == pytest.approx(np.log(190 / 30))


def test_sources_without_gold_or_below_chance_have_no_weight() -> None:
    few, wrong = gold_weights(np.array([[1.0] * 10 + [np.nan] * 290, [-1.0] * 300]), np.ones(300))
    assert (few.weight, few.reason) == (0.0, "10 gold rows, 200 are needed")
    assert (wrong.weight, wrong.reason) == (0.0, "no better than chance on gold")


def test_three_planted_sources() -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice([-1.0, 1.0], size=4000)
    sources = np.stack(
        [np.where(rng.random(4000) < a, truth, -truth) * rng.exponential(size=4000) for a in (0.9, 0.7, 0.5)]
    )
    gold = np.where(np.arange(4000) < 1000, truth, np.nan)
    weights = gold_weights(sources, gold)
    assert weights[0].weight > weights[1].weight > weights[2].weight
    assert weights[2].weight < 0.15
    for scaling in ("rank", "rms"):
        pooled = pool(sources, weights, scaling=scaling)  # type: ignore[arg-type]
        accuracy = (np.sign(pooled.margin) == truth)[1000:].mean()
        assert accuracy >= 0.7
    signs = pool(np.sign(sources), weights)
    assert (np.sign(signs.margin) == truth)[1000:].mean() >= 0.89


def test_a_row_is_pooled_from_what_it_has() -> None:
    table = np.array([[2.0, np.nan, np.nan, -2.0], [1.0, 1.0, np.nan, np.nan], [5.0, 5.0, 5.0, 5.0]])
    pooled = pool(table, equal(3, 1, 0), scaling="rms")
    np.testing.assert_allclose(pooled.margin, [1, 1, np.nan, -1])
    assert pooled.used.tolist() == [2, 1, 0, 1]
    np.testing.assert_allclose(pooled.spread, [0, 0, np.nan, 0])


@given(tables, st.data())
def test_swapping_sides_negates_a_pooled_margin_exactly(table: Floats, data: st.DataObject) -> None:
    side = np.array(data.draw(st.lists(st.sampled_from([-1.0, 1.0]), min_size=table.shape[1], max_size=table.shape[1])))
    for scaling in ("rank", "rms"):
        before = pool(table, equal(1, 2.5, 0.3), scaling=scaling)  # type: ignore[arg-type]
        after = pool(table * side, equal(1, 2.5, 0.3), scaling=scaling)  # type: ignore[arg-type]
        np.testing.assert_array_equal(after.margin, before.margin * side)
        np.testing.assert_array_equal(after.spread, before.spread)
        assert (np.isnan(before.margin) == (before.used == 0)).all()


def test_nothing_to_pool_by_is_refused() -> None:
    with pytest.raises(ValueError, match="one above zero"):
        pool(np.ones((2, 3)), equal(0, 0))
    with pytest.raises(ValueError, match="sources, rows"):
        pool(np.ones(3), equal(1))


def test_r01_is_the_mid_distribution() -> None:
    cdf = EmpiricalCdf.of(np.array([3.0, 1.0, 1.0, np.nan, 2.0]))
    np.testing.assert_allclose(
        cdf(np.array([1.0, 2, 3, 1.5, -9, 9, np.nan])), [0.25, 0.625, 0.875, 0.4375, 0.25, 0.875, np.nan]
    )
    with pytest.raises(ValueError, match="at least one score"):
        EmpiricalCdf.of(np.array([np.nan]))


@given(arrays.arrays(np.float64, st.integers(1, 50), elements=st.floats(-5, 5, width=16)))
def test_r01_keeps_order_averages_half_and_mirrors(scores: Floats) -> None:
    r01 = EmpiricalCdf.of(scores)(scores)
    assert ((r01 > 0) & (r01 < 1)).all()
    assert r01.mean() == pytest.approx(0.5)
    order = np.argsort(scores)
    assert (np.diff(r01[order]) >= 0).all()
    np.testing.assert_allclose(EmpiricalCdf.of(-scores)(-scores), 1 - r01, atol=1e-12)


def test_the_residual_has_no_length_left_in_it() -> None:
    rng = np.random.default_rng(1)
    length = rng.normal(50, 100, size=500)
    result = residual_margin(0.02 * length + rng.normal(size=500), length)
    scale = np.sqrt(np.square(length).mean())
    assert result.slope == pytest.approx(0.02 * scale, rel=0.1)
    assert 0.7 < result.explained < 0.95
    assert abs(result.margin @ length) / 500 < 1e-9
    assert residual_margin(np.array([1.0, 2.0]), np.zeros(2)).margin.tolist() == [1, 2]


@given(lengths, st.data())
def test_swapping_sides_negates_a_residual_exactly(length: Floats, data: st.DataObject) -> None:
    side = np.array(data.draw(st.lists(st.sampled_from([-1.0, 1.0]), min_size=length.size, max_size=length.size)))
    margin = np.sin(np.arange(length.size))
    margin[::7] = np.nan
    before, after = residual_margin(margin, length), residual_margin(margin * side, length * side)
    np.testing.assert_array_equal(after.margin, before.margin * side)
    assert after.slope == before.slope


def test_weights_balance_who_is_longer_in_every_bin() -> None:
    rng = np.random.default_rng(2)
    length = rng.normal(40, 100, size=5000)
    weights, report = length_weights(length)
    codes = length_bins(length)
    for code, bin_ in enumerate(report):
        inside = codes == code
        assert weights[inside & (length > 0)].sum() == pytest.approx(weights[inside & (length < 0)].sum())
        assert weights[inside].sum() == pytest.approx(bin_.longer + bin_.shorter)
    assert [bin_.longer + bin_.shorter for bin_ in report] == [1000] * 5


def test_a_bin_with_one_side_only_weighs_nothing() -> None:
    weights, report = length_weights(np.array([5.0, 6.0, 0.0, np.nan]), bins=1)
    assert weights.tolist() == [0, 0, 1, 1]
    assert (report[0].longer, report[0].shorter) == (2, 0)


@given(lengths, st.integers(0, 9))
def test_matching_leaves_equal_numbers_in_every_bin(length: Floats, seed: int) -> None:
    keep = length_matched(length, bins=4, seed=seed)
    codes = length_bins(length, bins=4)
    for code in range(4):
        inside = codes == code
        sides = [int((inside & (length * side > 0)).sum()) for side in (1, -1)]
        assert [int((keep & inside & (length * side > 0)).sum()) for side in (1, -1)] == [min(sides)] * 2
    assert keep[length == 0].all()
    assert (length_matched(length, bins=4, seed=seed) == keep).all()
