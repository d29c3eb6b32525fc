"""PPI++ against numbers of ppi_py 0.2.3 and the formula written out, and its coverage (Q1, Q2 of METHODS B10)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from curation.domain.judging.ppi import ppi_mean


def small(seed: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    people = (rng.random(40) < 0.6).astype(float)
    judge = np.where(rng.random(40) < 0.8, people, 1 - people)
    return people, judge, (rng.random(300) < 0.55).astype(float)


@pytest.mark.parametrize(
    ("weight", "mean", "low", "high"),
    [
        (None, 0.612000058913, 0.478276030462, 0.745724087364),
        (0.0, 0.625, 0.474971510114, 0.775028489886),
        (1.0, 0.593333333333, 0.429180363667, 0.757486303000),
    ],
)
def test_it_agrees_with_ppi_py(weight: float | None, mean: float, low: float, high: float) -> None:
    result = ppi_mean(*small(), weight=weight)
    assert (result.mean, result.low, result.high) == pytest.approx((mean, low, high), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_formula_of_methods_11_8(seed: int) -> None:
    h, f, g = small(seed)
    n, more = len(h), len(g)
    covariance = np.cov(h, f, ddof=0)[0, 1]
    weight = np.clip(covariance / ((1 + n / more) * np.var(np.r_[f, g], ddof=1)), 0, 1)
    theta = weight * g.mean() + (h - weight * f).mean()
    se = math.sqrt(np.var(weight * g) / more + np.var(h - weight * f) / n)
    result = ppi_mean(h, f, g, level=0.9)
    assert (result.weight, result.mean, result.se) == pytest.approx((weight, theta, se), abs=1e-12)
    assert result.width == pytest.approx(2 * 1.6448536269514722 * se)


def test_coverage_of_a_biased_judge() -> None:
    rng = np.random.default_rng(3)
    covered, widths, off = 0, [], []
    for _ in range(2000):
        truth = rng.random(5200) < 0.6
        judge = (truth ^ (rng.random(5200) < np.where(truth, 0.2, 0.1))).astype(float)
        people = truth[:200].astype(float)
        result = ppi_mean(people, judge[:200], judge[200:])
        covered += result.low <= 0.6 <= result.high
        widths.append(result.width / (2 * 1.96 * people.std() / math.sqrt(200)))
        off.append(judge.mean() - 0.6)
    assert 0.93 <= covered / 2000 <= 0.97
    assert np.mean(widths) < 0.8
    assert np.mean(off) < -0.05


def test_a_judge_that_says_nothing_adds_nothing() -> None:
    people, _, _ = small()
    result = ppi_mean(people, np.ones(40), np.ones(300))
    assert result.weight == 0
    assert result.mean == people.mean()
    contrary = ppi_mean(people, 1 - people, small()[2])
    assert contrary.weight == 0


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="two rows or more"):
        ppi_mean(np.ones(1), np.ones(1), np.ones(3))
    with pytest.raises(ValueError, match="leave failed rows out"):
        ppi_mean(np.ones(2), np.array([1, np.nan]), np.ones(3))
    with pytest.raises(ValueError, match="confidence level"):
        ppi_mean(np.ones(2), np.ones(2), np.ones(3), level=95)
