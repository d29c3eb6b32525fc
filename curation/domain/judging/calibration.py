"""Whether a judge's 80 % is 80 %: Brier score, log loss, calibration error, and Platt's scaling (METHODS §11.7).

Pairs are taken as logits towards the response that people prefer: the target is then always 1, and storing a pair the
other way round changes nothing. Pure numpy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Floats, Labels
from curation.domain.judging.logistic import fit_logistic, sigmoid, softplus

BINS = 15
FOLDS = 5
# Fewer prompt groups than this can be fitted, but not fitted and tested.
MIN_GROUPS = 10


@dataclass(frozen=True)
class CurvePoint:
    """One bin of about equal count: mean confidence in the response named, and how often people prefer it."""

    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True)
class Calibration:
    """p′ = σ(slope · logit + intercept). A slope below 1 tells an overconfident judge, one below 0 a perverse one."""

    slope: float
    intercept: float = 0.0

    def __call__(self, logit: Floats) -> Floats:
        """Calibrated log-odds of any shape; NaN stays."""
        calibrated: Floats = self.slope * np.asarray(logit, dtype=np.float64) + self.intercept
        return calibrated


def brier(towards: Floats) -> float:
    """Mean of (1 − p)² over pairs, p the probability of what people prefer: ¼ for a judge that never knows."""
    return float(np.square(1 - sigmoid(towards)).mean())


def log_loss(towards: Floats) -> float:
    """Mean of −ln p over pairs, in nats: ln 2 for a judge that never knows."""
    return float(softplus(-np.asarray(towards, dtype=np.float64)).mean())


def reliability_curve(towards: Floats, *, bins: int = BINS) -> list[CurvePoint]:
    """Bins of equal count by confidence max(p, 1 − p), least sure first; a logit of 0 is half right.

    Equal confidences share their accuracy before they are cut into bins, or the order of rows would decide.
    """
    logit = np.asarray(towards, dtype=np.float64)
    sizes, place = np.unique(np.abs(logit), return_inverse=True)
    place = place.reshape(-1)
    right = np.bincount(place, weights=(np.sign(logit) + 1) / 2) / np.maximum(np.bincount(place), 1)
    ordered = np.sort(place)
    confidence = sigmoid(sizes)
    return [
        CurvePoint(float(confidence[part].mean()), float(right[part].mean()), int(part.size))
        for part in np.array_split(ordered, bins)
        if part.size
    ]


def expected_calibration_error(towards: Floats, *, bins: int = BINS) -> float:
    """Mean distance between confidence and accuracy over bins of equal count."""
    points = reliability_curve(towards, bins=bins)
    total = sum(point.n for point in points)
    return sum(point.n * abs(point.confidence - point.accuracy) for point in points) / total


def fit_pair_calibration(towards: Floats) -> Calibration:
    """The slope for pairs, through the origin: an intercept would favour the response that happens to be called b."""
    logit = np.asarray(towards, dtype=np.float64)
    return Calibration(_fit(logit[:, None], np.ones(logit.size), always=True)[0])


def fit_platt(logit: Floats, positive: Floats) -> Calibration:
    """Platt's scaling of single responses, slope and intercept, from logits and targets in 0…1, both (rows,)."""
    x = np.column_stack([np.asarray(logit, dtype=np.float64), np.ones(np.size(logit))])
    slope, intercept = _fit(x, np.asarray(positive, dtype=np.float64), always=False)
    return Calibration(slope, intercept)


def _fit(x: Floats, target: Floats, *, always: bool) -> list[float]:
    """Coefficients by maximum likelihood or, where they would be infinite, by Platt's softened targets (1999, §2.2).

    always: every target is 1 by the way pairs are written, so that both sides together have as many of either.
    """
    fit = fit_logistic(x, target)
    if not fit.converged:
        ones = target.size if always else float(target.sum())
        zeros = target.size if always else float(target.size - target.sum())
        fit = fit_logistic(x, target * (ones + 1) / (ones + 2) + (1 - target) / (zeros + 2))
    return [float(value) for value in fit.coefficients]


def out_of_fold(towards: Floats, groups: Labels, *, folds: int = FOLDS, seed: int = 0) -> Floats | None:
    """Calibrated logits (pairs,), each by a slope fitted on other prompt groups; None below `MIN_GROUPS` groups."""
    logit = np.asarray(towards, dtype=np.float64)
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    if names.size < MIN_GROUPS:
        return None
    fold = (np.random.default_rng(seed).permutation(names.size) % folds)[group.reshape(-1)]
    calibrated: Floats = np.empty(logit.size)
    for held in range(folds):
        test = fold == held
        calibrated[test] = fit_pair_calibration(logit[~test])(logit[test])
    return calibrated
