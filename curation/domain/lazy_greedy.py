"""Greedy maximisation of a function with diminishing returns, without asking for most gains again (Minoux 1978).

A candidate's gain can only fall as others are picked, so an old gain is a bound: candidates are asked again, best
bound first and a few at a time, until the best fresh gain is no smaller than every bound. Same picks as plain greedy.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np

from curation.domain.arrays import Floats, Ints
from curation.domain.quotas import Picked

BATCH = 32


def lazy_greedy(
    bounds: Floats,
    *,
    budget: int,
    gains_of: Callable[[Ints], Floats],
    pick: Callable[[int], None],
    candidates: Ints,
) -> Picked:
    """Picks up to `budget` of `candidates`, always the one that gains most, the lowest index among equals.

    bounds: (candidates,) upper bounds of the gains. gains_of: gains of some candidates now. pick: told of each pick.
    """
    heap = [(-float(bound), int(candidate)) for bound, candidate in zip(bounds, candidates, strict=True)]
    heapq.heapify(heap)
    asked: dict[int, int] = {}  # candidate → number of picks when its gain was last asked for
    chosen: list[int] = []
    gains: list[float] = []
    while heap and len(chosen) < budget:
        bound, candidate = heap[0]
        if asked.get(candidate) == len(chosen):
            heapq.heappop(heap)
            chosen.append(candidate)
            gains.append(-bound)
            pick(candidate)
            continue
        stale: list[int] = []
        while heap and len(stale) < BATCH and asked.get(heap[0][1]) != len(chosen):
            stale.append(heapq.heappop(heap)[1])
        for gain, again in zip(gains_of(np.array(stale)), stale, strict=True):
            asked[again] = len(chosen)
            heapq.heappush(heap, (-float(gain), again))
    return Picked(indices=np.array(chosen, dtype=np.int64), scores=np.array(gains, dtype=np.float64))
