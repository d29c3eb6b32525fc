"""Comparing recipes by the heads their pairs train: samples, intervals, label errors found. Pure numpy.

Every seed draws half of the prompts, without replacement, and every arm is made from that half alone; all arms then
train on as many pairs as the smallest has, in one order of the prompts, so that what they share is drawn together. The
spread over halves estimates the error of all pairs being one sample (half-sampling, the delete-half jackknife of Shao &
Wu 1989, doi 10.1214/aos/1176347263). A difference counts only when it exceeds that error and the one of a finite gold
set. A plain t-interval over seeds would shrink with their number and call any fixed subset, even one drawn by lot,
better or worse: seeds share their pairs and their gold (Nadeau & Bengio 2003, doi 10.1023/A:1024068626366).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from curation.domain.arrays import Flags, Floats, Ints, Labels, Points

Verdict = Literal["helps", "no_measurable_difference", "hurts"]


def group_order(groups: int, *, seed: int) -> Floats:
    """(groups,) when each prompt group is drawn; the same for every arm of a seed."""
    return np.random.default_rng([seed, 11]).random(groups)


def sample_of(group: Ints, order: Floats, size: int) -> Ints:
    """(size,) rows of an arm, ascending: whole groups in their order, only the last may be cut.

    `group` (rows,) are places in `order`. Raises ValueError when the arm has fewer rows than `size`.
    """
    rows = group.size
    if rows < size:
        raise ValueError(f"{size} rows cannot be drawn from {rows}: arms of equal size are as small as the smallest.")
    first: Ints = np.lexsort((np.arange(rows), group, order[group]))[:size]
    return np.sort(first)


def correctness(margins: Points, towards: Ints) -> Floats:
    """(rows,) 1 where a margin b − a points to the better side (`towards` 1: b, −1: a), ½ where it is 0, else 0."""
    agreement: Floats = (np.sign(np.asarray(margins, dtype=np.float64)) * towards + 1.0) / 2.0
    return agreement


@dataclass(frozen=True)
class Estimate:
    """A mean with its standard error."""

    mean: float
    se: float


def over_seeds(values: Floats) -> Estimate:
    """Mean over seeds and s / √n, s with n − 1. Raises ValueError for fewer than two."""
    if values.size < 2:
        raise ValueError("A standard error needs at least two seeds.")
    return Estimate(float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size))


@dataclass(frozen=True)
class Comparison:
    """A paired difference in accuracy with its 95 % interval."""

    difference: float
    low: float
    high: float
    verdict: Verdict


def compare(arm: Floats, raw: Floats, groups: Labels, *, level: float = 0.95) -> Comparison:
    """An arm against raw from their correctness (seeds, gold rows), paired by seed and row; `groups` of the rows.

    Variance of the mean difference: s² (1 + 1/n) over n seeds, s² being that of a half-sample and 1/n of having only n
    of them, plus that of the gold set, clustered by group. Degrees of freedom by Welch and Satterthwaite.
    """
    differences = arm - raw
    seeds = differences.shape[0]
    mean = float(differences.mean())
    trained = float(differences.mean(axis=1).var(ddof=1)) * (1.0 + 1.0 / seeds)
    gold, clusters = _clustered_variance(differences.mean(axis=0), groups)
    total = trained + gold
    if total == 0.0:
        return Comparison(mean, mean, mean, _verdict(mean, mean))
    freedom = total**2 / (trained**2 / (seeds - 1) + gold**2 / max(clusters - 1, 1))
    half = student_quantile(0.5 + level / 2, freedom) * math.sqrt(total)
    return Comparison(mean, mean - half, mean + half, _verdict(mean - half, mean + half))


def _verdict(low: float, high: float) -> Verdict:
    if low > 0:
        return "helps"
    return "hurts" if high < 0 else "no_measurable_difference"


def _clustered_variance(values: Floats, groups: Labels) -> tuple[float, int]:
    """Variance of the mean of rows that come in groups, and the number of groups."""
    _, group = np.unique(groups, return_inverse=True)
    sums = np.bincount(group.reshape(-1), weights=values - values.mean())
    clusters = sums.size
    if clusters < 2:
        return 0.0, clusters
    return float(np.square(sums).sum()) * clusters / (clusters - 1) / values.size**2, clusters


@dataclass(frozen=True)
class ErrorsFound:
    """What looking again at some pairs finds: shares of the wrong labels found, of the looks that found one, and of
    labels that are wrong afterwards."""

    recall: Estimate
    precision: Estimate
    left: Estimate


def reviewed_in_order(margins: Floats, wrong: Flags, wrong_after: Flags, budget: int) -> tuple[float, float, float]:
    """Recall, precision and share left after the `budget` pairs with the lowest margins towards their label were
    looked at. Ties are taken in the order of the rows. Raises ValueError when no label is wrong."""
    if not wrong.any() or not 0 < budget <= wrong.size:
        raise ValueError("Looking for errors needs a wrong label and a budget of one to all pairs.")
    seen = np.argsort(margins, kind="stable")[:budget]
    found = int(wrong[seen].sum())
    after = wrong.copy()
    after[seen] = wrong_after[seen]
    return found / int(wrong.sum()), found / budget, float(after.mean())


def found_by_margin(by_seed: Floats, *, pairs: int, errors: int, budget: int) -> ErrorsFound:
    """From (seeds, 3) recall, precision and left: means, with errors of the seeds and of counting so many pairs."""

    def estimate(column: int, counted: int) -> Estimate:
        values = by_seed[:, column]
        mean = float(values.mean())
        counting = mean * (1 - mean) / counted
        return Estimate(mean, math.sqrt(float(values.var(ddof=1)) / values.size + counting))

    return ErrorsFound(estimate(0, errors), estimate(1, budget), estimate(2, pairs))


def found_at_random(wrong: Flags, wrong_after: Flags, budget: int) -> ErrorsFound:
    """The same for pairs drawn by lot without replacement: exact mean and standard deviation of one such draw."""
    pairs, errors = wrong.size, int(wrong.sum())

    def drawn(values: Floats) -> Estimate:
        correction = (pairs - budget) / max(pairs - 1, 1)
        return Estimate(budget * float(values.mean()), math.sqrt(budget * correction * float(values.var())))

    found = drawn(wrong.astype(np.float64))
    change = drawn(wrong_after.astype(np.float64) - wrong)
    return ErrorsFound(
        recall=Estimate(found.mean / errors, found.se / errors),
        precision=Estimate(found.mean / budget, found.se / budget),
        left=Estimate((errors + change.mean) / pairs, change.se / pairs),
    )


def student_quantile(probability: float, freedom: float) -> float:
    """The t with P(T ≤ t) = probability, for any degrees of freedom above 0; bisection on the exact distribution."""
    if not 0 < probability < 1 or not freedom > 0:
        raise ValueError("A quantile needs a probability inside 0…1 and degrees of freedom above 0.")
    if probability < 0.5:
        return -student_quantile(1 - probability, freedom)
    low, high = 0.0, 1.0
    while _student_cdf(high, freedom) < probability:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_cdf(middle, freedom) < probability else (low, middle)
    return (low + high) / 2


def _student_cdf(t: float, freedom: float) -> float:
    """For t ≥ 0, by the regularised incomplete beta function (Abramowitz & Stegun 26.7.1)."""
    square = t * t
    if square < freedom:
        return 0.5 + 0.5 * _incomplete_beta(square / (freedom + square), 0.5, freedom / 2)
    return 1 - 0.5 * _incomplete_beta(freedom / (freedom + square), freedom / 2, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) by its continued fraction (Abramowitz & Stegun 26.5.8), from the far end; 400 terms are plenty."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    value = 1.0
    for term in range(400, 0, -1):
        m = term // 2
        if term % 2:
            share = -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            share = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))
        value = 1 + share * x / value
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) / (a * value)
