"""What people would say on average, from a few people's answers and a judge's many: PPI++ (arXiv 2311.01453).

METHODS §11.8. The judge may be biased: people's answers correct it, and its answers only narrow the interval. People's
rows must be a random sample of the same population; a queue that chose what to ask is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from curation.domain.arrays import Floats


@dataclass(frozen=True)
class PredictionPowered:
    """A mean with its interval. `weight` is λ, how far the judge is used: 0 gives people's mean alone."""

    mean: float
    low: float
    high: float
    se: float
    weight: float
    n: int  # rows with people's answer
    extra: int  # rows with the judge's alone

    @property
    def width(self) -> float:
        return self.high - self.low


def ppi_mean(
    people: Floats, judge: Floats, judge_alone: Floats, *, weight: float | None = None, level: float = 0.95
) -> PredictionPowered:
    """The mean of people's answers. people, judge (n,) on the same rows; judge_alone (N,) on other rows.

    λ = clip(Cov₀(h, f) / ((1 + n/N) Var₁(all of f)), 0, 1) unless `weight` is given; θ̂ = λ mean(g) + mean(h − λ f);
    se² = Var₀(λ g)/N + Var₀(h − λ f)/n, indices being the degrees of freedom taken off, as ppi_py has them.
    Raises ValueError for fewer than two rows with people's answer, none with the judge's alone, or values not finite.
    """
    h, f, g = (np.asarray(column, dtype=np.float64) for column in (people, judge, judge_alone))
    if h.ndim != 1 or h.shape != f.shape or g.ndim != 1 or h.size < 2 or not g.size:
        raise ValueError("Give people's and the judge's answer on two rows or more, and the judge's on others.")
    if not all(np.isfinite(column).all() for column in (h, f, g)):
        raise ValueError("Answers are finite; leave failed rows out.")
    if not 0 < level < 1:
        raise ValueError("A confidence level lies between 0 and 1.")
    used = best_weight(h, f, g) if weight is None else weight
    rest = h - used * f
    mean = float(used * g.mean() + rest.mean())
    se = math.sqrt(float((used * g).var()) / g.size + float(rest.var()) / h.size)
    half = NormalDist().inv_cdf(0.5 + level / 2) * se
    return PredictionPowered(mean, mean - half, mean + half, se, used, int(h.size), int(g.size))


def best_weight(people: Floats, judge: Floats, judge_alone: Floats) -> float:
    """The λ that makes the interval narrowest, within 0…1; 0 for a judge that always says the same."""
    covariance = float(((people - people.mean()) * (judge - judge.mean())).mean())
    variance = float(np.concatenate([judge, judge_alone]).var(ddof=1))
    if variance == 0:
        return 0.0
    return float(min(max(covariance / ((1 + people.size / judge_alone.size) * variance), 0.0), 1.0))
