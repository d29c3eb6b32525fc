"""A win rate as it would be if both sides wrote equally long (Dubois et al. 2024, arXiv 2404.04475; METHODS §18.4).

A logistic regression of the preference on an intercept and ``tanh(Δ)``, where Δ is the difference of lengths in
characters over its standard deviation (ddof 1); the controlled rate is the regression's at Δ = 0, ``σ(intercept)``.
The published metric also has a term for each instruction's difficulty, fitted on files that are not here.
"""

from __future__ import annotations

import numpy as np

from curation.domain.arrays import Floats
from trainer_bridge.domain.evaluation.measured import DRAWS, NOTHING, Measured, within

# Past this the published metric and the raw one tell different stories: a share, 10 points.
MOST_GAP = 0.1
# A weak pull to 0 (precision of a normal prior), so that a side that always wins has a finite intercept.
_PULL = 0.01
_ROUNDS = 50
_AT_ONCE = 100


def controlled_win_rate(credit: Floats, gaps: Floats, *, seed: int = 0) -> Measured:
    """The rate at equal length with an interval from drawn prompts.

    ``credit`` (prompts,) is 1 where the policy wins, ½ for a tie; ``gaps`` (prompts,) the policy's length minus the
    other's, in characters. Without a spread of lengths there is nothing to control for, and the rate is the raw one.
    """
    if not credit.size:
        return NOTHING
    spread = float(gaps.std(ddof=1)) if gaps.size > 1 else 0.0
    pull_of_length = np.tanh(gaps / spread) if spread else np.zeros_like(gaps)
    counts = np.ones((1, credit.size))
    value = float(_sigmoid(_intercepts(credit, pull_of_length, counts))[0])
    rng, even = np.random.default_rng(seed), np.full(credit.size, 1 / credit.size)
    draws = np.concatenate(
        [
            _sigmoid(_intercepts(credit, pull_of_length, rng.multinomial(credit.size, even, size=_AT_ONCE)))
            for _ in range(DRAWS // _AT_ONCE)
        ]
    )
    return within(value, draws, int(credit.size))


def _intercepts(credit: Floats, lengths: Floats, counts: Floats) -> Floats:
    """(draws,) of the regressions in which each prompt counts ``counts`` (draws, prompts) times.

    Newton's method on the log-likelihood of fractional outcomes, all draws at once: two weights, so a few rounds.
    """
    intercept, slope = np.zeros(len(counts)), np.zeros(len(counts))
    for _ in range(_ROUNDS):
        expected = _sigmoid(intercept[:, None] + slope[:, None] * lengths)
        missing, curve = counts * (credit - expected), counts * expected * (1 - expected)
        up, along = missing.sum(axis=1) - _PULL * intercept, missing @ lengths - _PULL * slope
        across, mixed = curve.sum(axis=1) + _PULL, curve @ lengths
        down = curve @ lengths**2 + _PULL
        scale = across * down - mixed**2
        step = (down * up - mixed * along) / scale, (across * along - mixed * up) / scale
        intercept, slope = intercept + step[0], slope + step[1]
        if max(np.abs(each).max() for each in step) < 1e-9:
            break
    return intercept


def _sigmoid(values: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-values))
    return found
