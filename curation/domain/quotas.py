"""How many rows each stratum or cluster may give, and the best rows under such limits. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Floats, Ints, Labels


@dataclass(frozen=True)
class Picked:
    """Chosen rows in the order they were picked, and for each the number it was picked by.

    `shortfall` says why there are fewer rows than the budget; empty when there are not.
    """

    indices: Ints
    scores: Floats
    shortfall: str = ""


def largest_remainder(weights: Floats, sizes: Ints, *, budget: int) -> Ints:
    """Whole quotas (strata,) proportional to `weights`, none above its size; they add up to min(budget, Σ sizes).

    What a full stratum cannot take goes to the others in the same proportion; the last units go to the largest
    remainders, the first stratum among equals. Raises ValueError for negative weights or budgets.
    """
    weight, size = np.asarray(weights, dtype=np.float64), np.asarray(sizes, dtype=np.int64)
    if weight.shape != size.shape or not np.isfinite(weight).all() or (weight < 0).any() or budget < 0:
        raise ValueError("Quotas need a weight of at least zero for each stratum, and a budget of at least zero.")
    quota: Ints = np.zeros(size.size, dtype=np.int64)
    goal = min(budget, int(size.sum()))
    while (left := goal - int(quota.sum())) > 0:
        room = size - quota
        share = np.where(room > 0, weight, 0.0)
        if share.sum() == 0:  # only strata of weight zero have room: fill them evenly
            share = (room > 0).astype(np.float64)
        exact = share * (left / share.sum())
        give = np.floor(exact + 1e-9).astype(np.int64)
        remainder = np.where(share > 0, exact - give, -1.0)
        give[np.argsort(-remainder, kind="stable")[: left - int(give.sum())]] += 1
        give = np.minimum(give, room)
        quota += give
    return quota


def cluster_balanced_quotas(sizes: Ints, *, budget: int, exponent: float = 0.5) -> Ints:
    """Quotas proportional to size^exponent (METHODS §14), so that large clusters give less than their share.

    The formula's ceilings add up to more than the budget; here remainders are ranked and the sum is exact.
    """
    size = np.asarray(sizes, dtype=np.int64)
    return largest_remainder(_powers(size, exponent), size, budget=budget)


def _powers(sizes: Ints, exponent: float) -> Floats:
    powers: Floats = np.where(sizes > 0, np.maximum(sizes, 1).astype(np.float64) ** exponent, 0.0)
    return powers


def codes_of(labels: Labels) -> tuple[Ints, Labels]:
    """Stratum code of each row (rows,), and the names in the order of the codes."""
    names, code = np.unique(labels, return_inverse=True)
    return code.reshape(-1).astype(np.int64), names


def best_under_caps(scores: Floats, clusters: Labels, *, budget: int, cap: int) -> Picked:
    """The rows with the highest scores, at most `cap` of any cluster; equal scores go by index."""
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    allowed = order[rank_within(codes_of(clusters)[0][order]) < cap]
    chosen = allowed[:budget]
    reason = f"clusters may give {cap} rows each" if chosen.size < min(budget, order.size) else ""
    return _picked(chosen, np.asarray(scores, dtype=np.float64), budget, order.size, reason)


def best_by_stratum(
    scores: Floats, strata: Labels, *, budget: int, exponent: float = 1.0, clusters: Labels | None = None, cap: int = 0
) -> Picked:
    """The best rows of each stratum, quotas by size^exponent (1: proportional, 0.5: balanced); best first overall.

    With `clusters`, no cluster gives more than `cap` rows over all strata; a stratum that caps leave short passes
    what is left to the best rows of any other.
    """
    score = np.asarray(scores, dtype=np.float64)
    stratum, names = codes_of(strata)
    cluster = codes_of(clusters)[0] if clusters is not None else np.arange(score.size)
    limit = cap if clusters is not None else 1
    order = np.argsort(-score, kind="stable")
    order = order[rank_within(cluster[order]) < limit]  # rows beyond a cluster's cap can never be among its best
    sizes = np.bincount(stratum[order], minlength=names.size)
    quota = largest_remainder(_powers(np.bincount(stratum, minlength=names.size), exponent), sizes, budget=budget)
    inside = rank_within(stratum[order]) < quota[stratum[order]]
    chosen = order[inside]
    reason = f"clusters may give {limit} rows each" if chosen.size < min(budget, score.size) else ""
    return _picked(chosen, score, budget, score.size, reason)


def random_by_quota(strata: Labels, quota: Ints, *, seed: int) -> Picked:
    """`quota[s]` rows of each stratum drawn without replacement; the score is the draw's uniform number."""
    stratum, _ = codes_of(strata)
    draw = np.random.default_rng(seed).random(stratum.size)
    order = np.argsort(-draw, kind="stable")
    chosen = order[rank_within(stratum[order]) < np.asarray(quota)[stratum[order]]]
    return Picked(indices=chosen, scores=draw[chosen])


def rank_within(codes: Ints) -> Ints:
    """For each row its place among the rows of the same code, in the order given, from 0."""
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes) if codes.size else np.zeros(0, dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    rank: Ints = np.empty(codes.size, dtype=np.int64)
    rank[order] = np.arange(codes.size) - starts[codes[order]]
    return rank


def _picked(chosen: Ints, score: Floats, budget: int, rows: int, reason: str) -> Picked:
    fewer = f"there are only {rows} candidates" if rows < budget else ""
    return Picked(indices=chosen, scores=score[chosen], shortfall=reason or fewer)
