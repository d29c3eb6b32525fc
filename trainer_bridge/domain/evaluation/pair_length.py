"""How far length explains which answer scores higher (METHODS B8): it should not."""

from __future__ import annotations

from typing import Any

import numpy as np

from curation.domain.arrays import Floats
from trainer_bridge.domain.evaluation.measured import Measured, draw_means, share, told, within
from trainer_bridge.domain.evaluation.scored import Pairs

BINS = 5


def length_of(pairs: Pairs, *, seed: int = 0) -> dict[str, Any] | None:
    """Over pairs of a right and a wrong answer, lengths in characters; a tie of scores counts half. None without pairs.

    `bins` are of equal count by |Δlength|. `longer_preferred` is the share of pairs of different lengths whose longer
    answer scores higher, beside the share whose longer answer is right. `correlation` is that of gaps of scores with
    gaps of lengths about zero, since which answer comes first means nothing.
    """
    if not len(pairs):
        return None
    credit = (1 + np.sign(pairs.gaps)) / 2
    longer, shorter = pairs.lengths > 0, pairs.lengths < 0
    uneven = longer | shorter
    prefers_longer = np.where(longer, credit, 1 - credit)

    def over(values: Floats, where: Any) -> dict[str, Any]:
        return told(share(values[where], pairs.groups[where], seed=seed))

    return {
        "n": len(pairs),
        "right_longer": over(credit, longer),
        "right_shorter": over(credit, shorter),
        "share_right_longer": over(longer.astype(np.float64), uneven),
        "longer_preferred": over(prefers_longer, uneven),
        "correlation": told(correlation(pairs, seed=seed)),
        "bins": [
            {
                "from": int(np.abs(pairs.lengths[part]).min()),
                "to": int(np.abs(pairs.lengths[part]).max()),
                **over(credit, part),
            }
            for part in _bins(np.abs(pairs.lengths))
        ],
    }


def _bins(sizes: Floats) -> list[Any]:
    """Positions of about equal count; equal sizes stay together, so that the order of rows decides nothing."""
    edges = np.unique(np.quantile(sizes, np.linspace(0, 1, BINS + 1)))
    place = np.clip(np.searchsorted(edges, sizes, side="left") - 1, 0, max(len(edges) - 2, 0))
    return [np.flatnonzero(place == at) for at in np.unique(place)]


def correlation(pairs: Pairs, *, seed: int = 0) -> Measured:
    """Of gaps of scores with gaps of lengths, about zero, with an interval from drawn prompts."""
    products = np.stack([pairs.gaps * pairs.lengths, pairs.gaps**2, pairs.lengths**2])
    means = products.mean(axis=1)
    if not means[1] or not means[2]:
        return Measured(None, None, None, len(pairs))
    draws = draw_means(products, pairs.groups, seed=seed)
    sizes = np.sqrt(draws[1] * draws[2])
    drawn = np.divide(draws[0], sizes, out=np.zeros_like(sizes), where=sizes > 0)
    return within(float(means[0] / np.sqrt(means[1] * means[2])), drawn, len(pairs))
