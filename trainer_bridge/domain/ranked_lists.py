"""Whole orders of a prompt's responses, from votes between two of them (PRO, arXiv 2306.17492; IRPO).

Scores are Bradley–Terry's (METHODS §12). Where majorities go round in a circle there is no order, and none is made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from curation.domain.arrays import Floats

L2 = 1e-2
# Scores that differ by less came out of rounding.
SAME_SCORE = 1e-6
_STEPS = 100


class Vote(NamedTuple):
    """One comparison: `value` > 0 says that b is better, 0 that neither is."""

    a: str
    b: str
    value: float


@dataclass(frozen=True)
class RankedList:
    """Responses from best to worst. `places` are 1 for the best, equal for ties, without gaps; `scores` fall with them.

    `cyclic` tells that majorities contradict this order.
    """

    order: tuple[str, ...]
    places: tuple[int, ...]
    scores: tuple[float, ...]
    cyclic: bool = False


def votes_of_ranks(ranks: Mapping[str, int]) -> list[Vote]:
    """A vote for every two ranked responses; 1 is the best rank."""
    return [Vote(a, b, float(np.sign(ranks[a] - ranks[b]))) for a, b in combinations(sorted(ranks), 2)]


def ranked_by_votes(ids: Sequence[str], votes: Iterable[Vote]) -> RankedList | None:
    """The order of `ids` under all votes between them; None where votes do not connect them all.

    Neither the order of ids and votes nor the sides of a vote matter.
    """
    names = sorted(ids)
    place = {name: number for number, name in enumerate(names)}
    wins = np.zeros((len(names), len(names)))
    for vote in votes:
        if vote.a in place and vote.b in place:
            a, b = place[vote.a], place[vote.b]
            wins[a, b] += 0.5 - 0.5 * np.sign(vote.value)
            wins[b, a] += 0.5 + 0.5 * np.sign(vote.value)
    if not _connected(wins + wins.T > 0):
        return None
    return _in_order(dict(zip(names, bradley_terry(wins).tolist(), strict=True)), cyclic=has_cycle(wins))


def ranked_by_scores(scores: Mapping[str, float]) -> RankedList:
    """The order under numbers that say it all."""
    return _in_order(scores, cyclic=False)


def bradley_terry(wins: Floats, l2: float = L2) -> Floats:
    """Scores s that maximise Σ wins[i, j] log σ(s_i − s_j) − ½ l2 ‖s‖², by Newton's method.

    wins: (responses, responses), how often i beat j, a tie a half to each side. The scores' sum is 0.
    """
    count = wins.shape[0]
    both = wins + wins.T
    scores = np.zeros(count)
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(scores[None, :] - scores[:, None]))
        gradient = (wins - both * p).sum(axis=1) - l2 * scores
        information = both * p * (1 - p)
        hessian = np.diag(information.sum(axis=1) + l2) - information
        step = np.linalg.solve(hessian, gradient)
        # Far from the optimum a whole step may overshoot.
        scores = scores + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-12:
            break
    centred: Floats = scores - scores.mean()
    return centred


def has_cycle(wins: Floats) -> bool:
    """Whether majorities go round in a circle, a better than b, b than c, and c than a or as good as it.

    Victories are ways in one direction, ties in both; a victory that a way leads back from contradicts every order.
    """
    count = wins.shape[0]
    compared = (wins + wins.T) > 0
    reach = compared & (wins >= wins.T)
    for middle in range(count):
        reach |= reach[:, middle : middle + 1] & reach[middle : middle + 1, :]
    return bool((compared & (wins > wins.T) & reach.T).any())


def _connected(compared: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    count = compared.shape[0]
    if count == 0:
        return False
    seen, waiting = {0}, [0]
    while waiting:
        for other in np.flatnonzero(compared[waiting.pop()]).tolist():
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return len(seen) == count


def _in_order(scores: Mapping[str, float], *, cyclic: bool) -> RankedList:
    order = sorted(scores, key=lambda name: (-scores[name], name))
    places: list[int] = []
    for number, name in enumerate(order):
        tied = number > 0 and scores[order[number - 1]] - scores[name] < SAME_SCORE
        places.append(places[-1] if tied else (places[-1] if places else 0) + 1)
    # Within a tie the score's noise would put one before the other: names alone decide.
    ordered = [name for _, name in sorted(zip(places, order, strict=True))]
    return RankedList(tuple(ordered), tuple(places), tuple(scores[name] for name in ordered), cyclic)
