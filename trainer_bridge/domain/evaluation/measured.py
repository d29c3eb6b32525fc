"""Numbers with intervals: Wilson's where items are independent, draws of whole prompts where they are not.

Items that share a prompt are no independent evidence, so intervals draw whole prompts. Pure numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from annotation.domain.agreement import wilson_rate
from curation.domain.arrays import Floats, Labels

DRAWS = 1000


class Measured(NamedTuple):
    """A number, its 95 % interval, and how many items it is over; three times None when it is over none."""

    value: float | None
    low: float | None
    high: float | None
    n: int


NOTHING = Measured(None, None, None, 0)


def told(number: Measured) -> dict[str, Any]:
    """As JSON: {"value", "low", "high", "n"}."""
    return number._asdict()


def share(credit: Floats, groups: Labels, *, seed: int = 0) -> Measured:
    """The mean of credits in 0…1 (items,): Wilson's interval where every prompt has one item, else drawn prompts.

    Where all draws would be the same, as of one prompt alone, they would claim to be certain; Wilson's is wider.
    """
    if not credit.size:
        return NOTHING
    prompts = np.unique(groups).size
    value = float(credit.mean())
    if prompts < credit.size:
        draws = draw_means(credit[None, :], groups, seed=seed)[0]
        if np.ptp(draws) > 0:
            return within(value, draws, int(credit.size))
    found = wilson_rate(min(value, 1.0) * prompts, prompts)
    return Measured(value, found.low, found.high, int(credit.size))


def mean(values: Floats, groups: Labels, *, seed: int = 0) -> Measured:
    """The mean of any numbers (items,), with an interval from drawn prompts."""
    if not values.size:
        return NOTHING
    return within(float(values.mean()), draw_means(values[None, :], groups, seed=seed)[0], int(values.size))


def within(value: float, draws: Floats, n: int) -> Measured:
    """A number with the middle 95 % of its draws."""
    low, high = np.quantile(draws, [0.025, 0.975])
    return Measured(value, float(low), float(high), n)


def draw_means(values: Floats, groups: Labels, *, seed: int | Sequence[int] = 0, draws: int = DRAWS) -> Floats:
    """Means of several numbers on the same items (numbers, items), each over the same draws of whole prompts.

    Returns (numbers, draws). The order of items and the names of prompts do not matter to the draws. Draws of one seed
    go together: parts that are to be drawn independently need seeds of their own, such as (seed, part).
    """
    _, group = np.unique(groups, return_inverse=True)
    group = group.reshape(-1)
    sizes = np.bincount(group).astype(np.float64)
    sums = np.stack([np.bincount(group, weights=row, minlength=sizes.size) for row in values], axis=1)
    order = np.lexsort((sizes, *sums.T[::-1]))
    sizes, sums = sizes[order], sums[order]
    rng, table = np.random.default_rng(seed), np.column_stack([sums, sizes])
    totals: Floats = np.empty((draws, table.shape[1]))
    for draw in range(draws):
        # How often each prompt is drawn; several times faster than asking for a multinomial.
        drawn = np.bincount(rng.integers(0, sizes.size, sizes.size), minlength=sizes.size)
        totals[draw] = drawn @ table
    means: Floats = (totals[:, :-1] / totals[:, -1:]).T
    return means
