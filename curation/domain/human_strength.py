"""What several people's votes on one pair come to: strength of the preference, spread, and how far they agree.

Votes stand on the scale −3…+3: below 0 the first response is better, above 0 the second, 0 about the same. An answer
"neither is valid" is no vote but is counted. HelpSteer2's rule (arXiv 2406.08673; METHODS §4): the mean of the three
votes that agree most, rounded. Votes come as two columns, the item a vote belongs to and its value, in any order.
All figures change sign exactly when an item's sides are swapped. Pure numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from curation.domain.arrays import Flags, Floats, Ints

TIE = 1
VERDICTS = 3  # first, tie, second


class Outcome(IntEnum):
    """Whether the three closest votes give a preference, and if not, why; the values are stored codes."""

    KEEP = 0
    TOO_FEW = 1  # fewer than three valid votes
    SPREAD = 2  # even the three closest lie too far apart
    ZERO = 3  # they come to no preference


REASONS: dict[Outcome, str] = {
    Outcome.KEEP: "",
    Outcome.TOO_FEW: "lt3",
    Outcome.SPREAD: "spread",
    Outcome.ZERO: "zero",
}


@dataclass(frozen=True)
class ThreeClosest:
    """Per item; `three` and `spread` mean nothing where the outcome is TOO_FEW, `strength` is 0 unless KEEP."""

    outcome: npt.NDArray[np.int8]
    three: Ints  # (items, 3) sorted values
    spread: Ints  # largest − smallest of the three
    strength: Ints  # rounded mean: below 0 the first response, above 0 the second


def three_closest(item: Ints, value: Ints, *, items: int, max_spread: int = 2) -> ThreeClosest:
    """The three votes of each item that agree most, and the preference they come to (METHODS §4).

    item, value: (votes,) integers, valid votes only. Ties between triples: smaller range, then variance, then mean
    closer to that of all votes, then smaller |sum|, then the lexicographically smaller; two triples that mirror each
    other up to there (−2 −2 0 and 0 2 2) speak for neither side, and the item is ZERO.
    Raises ValueError for values that are not whole numbers, items out of range and scales too wide to rank.
    """
    item, value = _checked(item, value, items)
    order = np.lexsort((value, item))
    item, value = item[order], value[order]
    votes = np.bincount(item, minlength=items)
    outcome = np.where(votes < 3, Outcome.TOO_FEW, Outcome.KEEP).astype(np.int8)
    three: Ints = np.zeros((items, 3), dtype=np.int64)
    # Among sorted votes some window of three neighbours is always as good as any other triple, as a set of values.
    first = np.flatnonzero(item[2:] == item[:-2]) if item.size > 2 else np.empty(0, dtype=np.int64)
    of = item[first]
    key, total = _closeness(item, value, first, votes)
    has = np.flatnonzero(votes >= 3)
    starts = np.searchsorted(of, has)
    best: Ints = np.full(items, -1, dtype=np.int64)
    if has.size:
        best[has] = np.minimum.reduceat(key, starts)
        among = np.flatnonzero(key == best[of])
        winner = among[np.unique(of[among], return_index=True)[1]]
        three[has] = value[first[winner][:, None] + np.arange(3)]
        up = np.bincount(of[among], weights=total[among] > 0, minlength=items) > 0
        down = np.bincount(of[among], weights=total[among] < 0, minlength=items) > 0
        mirrored = up & down
    else:
        mirrored = np.zeros(items, dtype=bool)
    spread = three[:, 2] - three[:, 0]
    rounded = np.where(mirrored, 0, (2 * three.sum(axis=1) + 3) // 6)  # thirds are never half way
    outcome[(outcome == Outcome.KEEP) & (spread > max_spread)] = Outcome.SPREAD
    outcome[(outcome == Outcome.KEEP) & (rounded == 0)] = Outcome.ZERO
    strength = np.where(outcome == Outcome.KEEP, rounded, 0)
    return ThreeClosest(outcome=outcome, three=three, spread=spread, strength=strength)


def _closeness(item: Ints, value: Ints, first: Ints, votes: Ints) -> tuple[Ints, Ints]:
    """One whole number per window, smaller is closer, and the window's sum; exact, nothing is divided."""
    window = value[first[:, None] + np.arange(3)]
    total = window.sum(axis=1)
    sums = np.bincount(item, weights=value, minlength=votes.size).astype(np.int64)
    of = item[first]
    parts = [
        window[:, 2] - window[:, 0],
        3 * np.square(window).sum(axis=1) - np.square(total),  # nine times the variance
        np.abs(votes[of] * total - 3 * sums[of]),  # |mean of three − mean of all| × 3 × votes
        np.abs(total),
    ]
    key, capacity = np.zeros(first.size, dtype=np.int64), 1
    for part in parts:
        radix = int(part.max(initial=0)) + 1
        capacity *= radix
        if capacity > 2**62:
            raise ValueError("These votes have too wide a scale, or too many stand on one item, to be ranked.")
        key = key * radix + part
    return key, total


@dataclass(frozen=True)
class VoteSummary:
    """Per item. NaN means not known: mean and entropy of an item without votes, agreement and α below two votes."""

    votes: Ints  # valid votes
    neither: Ints  # answers that neither response is valid
    invalid: Flags  # at least two of at least three answers say so: a broken generator, not a dropped pair
    mean: Floats  # below 0 for the first response
    shares: Floats  # (items, 3) share of the verdicts first, tie, second
    entropy: Floats  # of the verdicts, nats
    agreement: Floats  # share of pairs of people with the same verdict
    alpha: Floats  # ordinal α of this item alone, see `item_alpha`


def summarise_votes(item: Ints, value: Ints, *, items: int, neither: Ints | None = None) -> VoteSummary:
    """Counts, means and agreement of every item. neither: (answers,) the items of answers "neither is valid".

    The mean of `alpha` weighted by votes, over items with at least two, is the ordinal α of the whole set.
    """
    item, value = _checked(item, value, items)
    votes = np.bincount(item, minlength=items)
    bad = np.bincount(np.asarray(neither if neither is not None else [], dtype=np.int64), minlength=items)
    counts = np.bincount(item * VERDICTS + verdict_of(value), minlength=items * VERDICTS).reshape(items, VERDICTS)
    known, several = votes > 0, votes > 1
    shares = counts / np.where(known, votes, 1)[:, None]
    return VoteSummary(
        votes=votes,
        neither=bad,
        invalid=(bad >= 2) & (bad + votes >= 3),
        mean=np.where(known, np.bincount(item, weights=value, minlength=items) / np.where(known, votes, 1), np.nan),
        shares=shares,
        entropy=np.where(known, entropy(shares), np.nan),
        agreement=np.where(
            several, (counts * (counts - 1)).sum(axis=1) / np.where(several, votes * (votes - 1), 1), np.nan
        ),
        alpha=item_alpha(item, value, items=items),
    )


def verdict_of(value: Ints) -> Ints:
    """0 first is better, 1 tie, 2 second is better."""
    return np.sign(np.asarray(value)).astype(np.int64) + TIE


def entropy(shares: Floats) -> Floats:
    """Entropy in nats of each row of shares (rows, classes), the same whichever side a class stands for."""
    terms = np.where(shares > 0, -shares * np.log(np.where(shares > 0, shares, 1.0)), 0.0)
    return _mirrored_sum(terms) + 0.0


def _mirrored_sum(table: Floats) -> Floats:
    """Row sums that are the same to the last bit when columns come in reverse."""
    halves: Floats = (table + table[:, ::-1]).sum(axis=1) / 2
    return halves


def item_alpha(item: Ints, value: Ints, *, items: int, mirrored: bool = True) -> Floats:
    """Krippendorff's ordinal α of each item (items,): 1 − its disagreement / that expected by chance over all votes.

    1 where nobody in the whole set differs, NaN below two votes. mirrored: chance is that of all votes and of their
    mirror images, because ranks depend on how often a value occurs, and which side is called first must not matter.
    """
    votes = np.bincount(item, minlength=items)
    several = votes > 1
    alpha: Floats = np.full(items, np.nan)
    if not several.any():
        return alpha
    widest = int(np.abs(value).max())
    levels = 2 * widest + 1
    counts = np.bincount(item * levels + value + widest, minlength=items * levels)
    counts = counts.reshape(items, levels)[several].astype(np.float64)
    totals = counts.sum(axis=0)
    if mirrored:
        totals = totals + totals[::-1]
    middle = np.cumsum(totals) - totals / 2
    distance = np.square(middle[:, None] - middle[None, :])
    expected = float(totals @ distance @ totals) / (totals.sum() * (totals.sum() - 1))
    observed = np.einsum("ic,ic->i", counts @ distance, counts) / (votes[several] * (votes[several] - 1))
    differs = bool(observed.any())
    alpha[several] = 1.0 - observed / expected if differs else 1.0
    return alpha


def _checked(item: Ints, value: Ints, items: int) -> tuple[Ints, Ints]:
    of, said = np.asarray(item), np.asarray(value)
    if of.ndim != 1 or of.shape != said.shape:
        raise ValueError("Votes are two columns of one length: the item and the value.")
    if of.size and (of.min() < 0 or of.max() >= items):
        raise ValueError(f"A vote's item lies outside of 0…{items - 1}.")
    if not np.array_equal(said, np.floor(said)):
        raise ValueError("Votes are whole numbers; answers without one are left out.")
    return of.astype(np.int64), said.astype(np.int64)
