"""Ensemble strength: golden numbers of METHODS §1 and the rules of its zones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curation.domain.strength_zones import (
    EnsembleStrength,
    Zone,
    ZoneParameters,
    ZoneThresholds,
    smoothed_labels,
    soft_labels,
    strength_report,
    thresholds_of,
    training_margins,
    zones_of,
)

GOLDEN = np.array([[1, 0.5, 2, -0.2, 0.3], [-1, -2, -0.5, -1.5, -0.8], [0.1, -0.1, 0.05, -0.02, 0]])
margins = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 40), st.integers(1, 6)), elements=st.floats(-10, 10, width=16)
)


def of_columns(mean: list[float], vote: list[float]) -> EnsembleStrength:
    return EnsembleStrength(mean=np.array(mean), std=np.ones(len(mean)), vote=np.array(vote))


def test_the_vector_of_methods_1() -> None:
    strength = EnsembleStrength.of(GOLDEN)
    np.testing.assert_allclose(strength.mean, [0.72, -1.16, 0.006], atol=1e-12)
    np.testing.assert_allclose(strength.std, [0.746726, 0.531413, 0.067409], atol=1e-6)
    np.testing.assert_allclose(strength.vote, [0.8, 0, 0.4], atol=1e-12)
    np.testing.assert_allclose(soft_labels(strength.mean), [0.672607, 0.238667, 0.5015], atol=1e-6)


def test_zones_in_their_order_of_precedence() -> None:
    strength = of_columns([-1.0, -1.0, -0.1, 0.2, 0.2001, 1.9, 2.0], [0.3, 0.4, 0.0, 0.6, 0.6, 1.0, 1.0])
    thresholds = ZoneThresholds(wrong_vote=0.3, ambiguous=0.2, strong=2.0, cap=3.0)
    expected = [Zone.WRONG, Zone.AMBIGUOUS, Zone.WRONG, Zone.AMBIGUOUS, Zone.NORMAL, Zone.NORMAL, Zone.STRONG]
    assert zones_of(strength, thresholds).tolist() == expected


def test_thresholds_are_percentiles_and_never_below_zero() -> None:
    strength = of_columns(list(range(-50, 51)), [0.5] * 101)
    assert thresholds_of(strength) == ZoneThresholds(wrong_vote=0.3, ambiguous=0.0, strong=40.0, cap=45.0)
    shifted = of_columns(list(range(101)), [0.5] * 101)
    assert thresholds_of(shifted, ZoneParameters(ambiguous_percentile=10)).ambiguous == 10.0


def test_an_ensemble_that_only_contradicts_calls_nothing_strong() -> None:
    strength = of_columns([-3.0, -2.0, -1.0], [0.0, 0.4, 0.4])
    zones = zones_of(strength, thresholds_of(strength))
    assert zones.tolist() == [Zone.WRONG, Zone.AMBIGUOUS, Zone.AMBIGUOUS]


def test_margins_are_taken_after_the_flip_and_cut() -> None:
    mean = np.array([-2.0, -2.0, 0.5, 0.5, 9.0, -9.0])
    flipped = np.array([False, True, False, True, False, True])
    assert training_margins(mean, flipped=flipped, cap=3.0).tolist() == [0.0, 2.0, 0.5, 0.0, 3.0, 3.0]


def test_smoothing_only_where_the_ensemble_disagrees() -> None:
    assert smoothed_labels(np.array([-0.1, 0.0, 2.0]), alpha=0.2).tolist() == [0.8, 1.0, 1.0]


@given(margins)
def test_swapping_sides_negates_and_flips_the_zones_inputs(d: np.ndarray) -> None:
    strength, swapped = EnsembleStrength.of(d), EnsembleStrength.of(-d)
    assert (swapped.mean == -strength.mean).all()
    assert (swapped.std == strength.std).all()
    assert (soft_labels(swapped.mean) + soft_labels(strength.mean) == 1).all()


@given(margins, st.integers(0, 2**32 - 1))
def test_every_pair_has_one_zone_and_a_margin_within_bounds(d: np.ndarray, seed: int) -> None:
    strength = EnsembleStrength.of(d)
    thresholds = thresholds_of(strength)
    zones = zones_of(strength, thresholds)
    flipped = np.random.default_rng(seed).random(len(d)) < 0.5
    treated = training_margins(strength.mean, flipped=flipped, cap=thresholds.cap)
    assert set(zones.tolist()) <= set(Zone)
    assert ((strength.mean[zones >= Zone.NORMAL]) >= 0).all()
    assert ((treated >= 0) & (treated <= thresholds.cap)).all()


def test_the_report_counts_deciles_and_sees_a_length_shortcut() -> None:
    mean = np.arange(-5.0, 20.0)
    strength = EnsembleStrength(mean=mean, std=np.ones(25), vote=np.ones(25))
    strata = np.array(["code"] * 5 + ["chat"] * 20)
    report = strength_report(strength, length_difference=3 * mean + 7, strata=strata)
    assert [group.count for group in report.groups] == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    assert (report.groups[0].low, report.groups[0].high, report.groups[0].mean) == (-5.0, -3.0, -4.0)
    assert report.share_below_zero == 0.2
    assert report.length_correlation == pytest.approx(1.0)
    assert report.mean_by_stratum == {"chat": 9.5, "code": -3.0}


def test_no_correlation_is_a_reason_not_a_number() -> None:
    strength = of_columns([1.0, 2.0], [1, 1])
    report = strength_report(strength, length_difference=np.array([4, 4]))
    assert (report.length_correlation, report.length_reason) == (
        None,
        "all margins or all length differences are equal",
    )
    assert strength_report(strength).length_reason == "no lengths were given"


def test_failed_rows_are_refused_not_averaged() -> None:
    with pytest.raises(ValueError, match="leave failed rows out"):
        EnsembleStrength.of(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="table"):
        EnsembleStrength.of(np.array([1.0]))
    with pytest.raises(ValueError, match="at least one pair"):
        thresholds_of(EnsembleStrength.of(np.empty((0, 3))))
