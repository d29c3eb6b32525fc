"""What choosing the best of n answers by score gives, from one set of N scored answers (METHODS §18.6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from curation.domain.arrays import Floats, Labels
from trainer_bridge.domain.evaluation.measured import draw_means, within


def expected_gold(scores: Sequence[float], gold: Sequence[float]) -> Floats:
    """E[gold of the highest scored of n drawn without replacement], n = 1…N, shape (N,).

    Σ_k C(k−1, n−1) / C(N, n) · gold_(k), gold ordered by score; answers of one score share their gold, as if drawn in
    any order.
    """
    values, ordered = np.asarray(scores, dtype=np.float64), np.asarray(gold, dtype=np.float64)
    _, place = np.unique(values, return_inverse=True)
    place = place.reshape(-1)
    shared = (np.bincount(place, weights=ordered) / np.bincount(place))[np.sort(place)]
    total = values.size
    weights = np.array(
        [[math.comb(k - 1, n - 1) / math.comb(total, n) for k in range(1, total + 1)] for n in range(1, total + 1)]
    )
    found: Floats = weights @ shared
    return found


def kl_proxy(n: int) -> float:
    """log n − (n − 1)/n: the divergence in nats of best-of-n from what it draws from, at most."""
    return math.log(n) - (n - 1) / n


def best_of_n(items: Sequence[tuple[Sequence[float], Sequence[float]]], groups: Labels, *, seed: int = 0) -> list[Any]:
    """The curve over items of (scores, gold): [{"n", "kl", "value", "low", "high", "best"}], up to the fewest answers.

    `best` is what a perfect scorer would reach. Empty where there is nothing to choose from.
    """
    most = min((len(scores) for scores, _ in items), default=0)
    if most < 2:
        return []
    found = np.stack([expected_gold(scores, gold)[:most] for scores, gold in items], axis=1)
    perfect = np.stack([expected_gold(gold, gold)[:most] for _, gold in items], axis=1)
    draws = draw_means(found, groups, seed=seed)
    curve = []
    for n in range(most):
        number = within(float(found[n].mean()), draws[n], len(items))
        curve.append(
            {
                "n": n + 1,
                "kl": kl_proxy(n + 1),
                "value": number.value,
                "low": number.low,
                "high": number.high,
                "items": number.n,
                "best": float(perfect[n].mean()),
            }
        )
    return curve
