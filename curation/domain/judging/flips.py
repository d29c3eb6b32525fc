"""What a perturbation did to a judge's verdicts: how many moved to the perturbed side, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from annotation.domain.agreement import Z_95, Rate, wilson_rate
from curation.domain.arrays import Floats


@dataclass(frozen=True)
class FlipRates:
    """Over pairs judged before and after: verdicts that moved towards the perturbed side, that moved away from it,
    and the mean change of the logit towards it with its 95 % interval (None below two pairs)."""

    n: int
    towards: Rate
    away: Rate
    shift: float | None
    shift_low: float | None
    shift_high: float | None


def flip_rates(before: Floats, after: Floats) -> FlipRates:
    """From log-odds that the perturbed side is better, without and with the perturbation; both (pairs,), NaN = failed.

    A verdict moves when its sign changes, to or from 0 included. Raises ValueError for columns of other lengths.
    """
    was, became = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if was.shape != became.shape or was.ndim != 1:
        raise ValueError("Give one logit before and one after for each pair.")
    judged = np.isfinite(was) & np.isfinite(became)
    was, became = was[judged], became[judged]
    n = int(was.size)
    moved = np.sign(became) - np.sign(was)
    shift = low = high = None
    if n > 1:
        change = became - was
        shift = float(change.mean())
        half = Z_95 * math.sqrt(float(change.var(ddof=1)) / n)
        low, high = shift - half, shift + half
    return FlipRates(
        n=n,
        towards=wilson_rate(int((moved > 0).sum()), n),
        away=wilson_rate(int((moved < 0).sum()), n),
        shift=shift,
        shift_low=low,
        shift_high=high,
    )
