"""One margin from several sources, and margins freed of length. Pure numpy.

Margins here are signed, b − a or chosen − rejected, NaN where a source has none for a row. Everything that makes a
margin from margins is odd: swapping a pair's sides negates it exactly. So nothing is centred; scales come from squares
and ranks from absolute values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from curation.domain.arrays import Flags, Floats, Ints
from curation.domain.quotas import rank_within

Scaling = Literal["rank", "rms"]


def signed_ranks(values: Floats) -> Floats:
    """Margins as signed mid-ranks of their size in [−1, 1]: sign × share of sizes below it (ties half); NaN stays.

    Robust to a source's scale and outliers, and odd, unlike ranks of the values themselves.
    """
    margin = np.asarray(values, dtype=np.float64)
    known = np.isfinite(margin)
    ranks: Floats = np.full(margin.size, np.nan)
    sizes = np.abs(margin[known])
    ordered = np.sort(sizes)
    below = np.searchsorted(ordered, sizes, side="left")
    up_to = np.searchsorted(ordered, sizes, side="right")
    ranks[known] = np.sign(margin[known]) * (below + up_to) / (2 * max(sizes.size, 1))
    return ranks


def root_mean_square_scaled(values: Floats) -> Floats:
    """Margins divided by their root mean square (a z-score about 0); NaN stays, all zeros stay zero."""
    margin = np.asarray(values, dtype=np.float64)
    known = np.isfinite(margin)
    scale = float(np.sqrt(np.square(margin[known]).mean())) if known.any() else 0.0
    scaled: Floats = np.where(known, margin / (scale or 1.0), np.nan)
    return scaled


@dataclass(frozen=True)
class SourceWeight:
    """What gold says about one source. `weight` is 0 for a source no better than chance, or with too little gold."""

    right: float  # gold rows whose sign it has; a margin of 0 is half right
    gold: int
    accuracy: float  # shrunk
    weight: float
    reason: str = ""


@dataclass(frozen=True)
class PooledMargin:
    """margin (rows,) is NaN where `used` is 0: there every source with a weight failed."""

    margin: Floats
    used: Ints  # sources that a row's margin was made from
    spread: Floats  # standard deviation over the used sources' scaled margins; 0 with one
    weights: list[SourceWeight]


def gold_weights(margins: Floats, gold: Floats, *, min_gold: int = 200, prior_rows: float = 20.0) -> list[SourceWeight]:
    """Log odds of each source's accuracy on gold, shrunk towards chance by `prior_rows` coin tosses.

    margins: (sources, rows). gold: (rows,) below 0, above 0, and 0 or NaN where there is no gold preference. A source
    below chance gets 0, not a negative weight: it is to be looked into, not turned round.
    """
    table, truth = _sources(margins), np.asarray(gold, dtype=np.float64)
    if truth.shape != table.shape[1:]:
        raise ValueError("Gold is one number a row.")
    side = np.sign(np.where(np.isfinite(truth), truth, 0.0))
    weights = []
    for margin in table:
        judged = np.isfinite(margin) & (side != 0)
        count = int(judged.sum())
        right = float(((1 + np.sign(margin[judged]) * side[judged]) / 2).sum())
        accuracy = (right + prior_rows / 2) / (count + prior_rows) if count + prior_rows > 0 else 0.5
        accuracy = min(max(accuracy, 1e-6), 1 - 1e-6)
        reason = f"{count} gold rows, {min_gold} are needed" if count < min_gold else ""
        if not reason and accuracy <= 0.5:
            reason = "no better than chance on gold"
        weight = 0.0 if reason else float(np.log(accuracy / (1 - accuracy)))
        weights.append(SourceWeight(right=right, gold=count, accuracy=accuracy, weight=weight, reason=reason))
    return weights


def pool(margins: Floats, weights: list[SourceWeight], *, scaling: Scaling = "rank") -> PooledMargin:
    """Weighted mean of the scaled margins (sources, rows) that a row has; rows with none are failed (NaN, used 0).

    Raises ValueError when no source has a weight: an unweighted mean is then the caller's choice, by equal weights.
    """
    table = _sources(margins)
    weight = np.array([source.weight for source in weights])
    if weight.shape != table.shape[:1] or (weight < 0).any() or not weight.any():
        raise ValueError("Pooling needs a weight for each source, and one above zero.")
    scale = signed_ranks if scaling == "rank" else root_mean_square_scaled
    scaled = np.stack([scale(margin) for margin in table])
    present = np.isfinite(scaled) & (weight[:, None] > 0)
    share = np.where(present, weight[:, None], 0.0)
    total = share.sum(axis=0)
    filled = np.where(present, scaled, 0.0)
    used = present.sum(axis=0)
    mean = (share * filled).sum(axis=0) / np.where(used > 0, total, 1.0)
    variance = (share * np.square(filled - mean)).sum(axis=0) / np.where(used > 0, total, 1.0)
    nothing = used == 0
    return PooledMargin(
        margin=np.where(nothing, np.nan, mean),
        used=used,
        spread=np.where(nothing, np.nan, np.sqrt(variance)),
        weights=weights,
    )


@dataclass(frozen=True)
class EmpiricalCdf:
    """The table that turns a reward model's scores into r01 ∈ [0, 1] (MaPPO, METHODS §10.2): stored with the signal."""

    values: Floats  # sorted, distinct
    share: Floats  # mid-distribution: share below plus half of the share at the value

    @classmethod
    def of(cls, scores: Floats) -> EmpiricalCdf:
        """From all finite scores of a corpus. Raises ValueError when there are none."""
        known = np.asarray(scores, dtype=np.float64).reshape(-1)
        known = known[np.isfinite(known)]
        if not known.size:
            raise ValueError("A distribution needs at least one score.")
        values, counts = np.unique(known, return_counts=True)
        return cls(values=values, share=(np.cumsum(counts) - counts / 2) / known.size)

    def __call__(self, scores: Floats) -> Floats:
        """r01 of scores of any shape: linear between known scores, the ends beyond them; NaN stays."""
        asked = np.asarray(scores, dtype=np.float64)
        r01: Floats = np.where(np.isfinite(asked), np.interp(asked, self.values, self.share), np.nan)
        return r01


@dataclass(frozen=True)
class Residual:
    margin: Floats  # NaN where the margin was
    slope: float  # margin per root mean square of the length difference
    explained: float  # share of the squared margin that length alone accounts for


def residual_margin(margin: Floats, length_difference: Floats, *, fit_on: Flags | None = None) -> Residual:
    """The margin less its fit on the length difference, through the origin: m' = m − b Δlen / rms(Δlen).

    Without an intercept, since swapping sides must negate both. fit_on: rows to fit by, all by default (gold, where
    there is enough: length also tells quality, and what people reward in it is then not taken away).
    """
    m, length = np.asarray(margin, dtype=np.float64), np.asarray(length_difference, dtype=np.float64)
    if m.shape != length.shape or m.ndim != 1:
        raise ValueError("Give one length difference for each margin.")
    known = np.isfinite(m) & np.isfinite(length)
    base = known if fit_on is None else known & np.asarray(fit_on, dtype=bool)
    scale = float(np.sqrt(np.square(length[base]).mean())) if base.any() else 0.0
    if scale == 0:
        return Residual(np.where(known, m, np.nan), 0.0, 0.0)
    slope = float((m[base] * (length[base] / scale)).mean())
    squares = float(np.square(m[base]).mean())
    return Residual(
        margin=np.where(known, m - slope * (length / scale), np.nan),
        slope=slope,
        explained=slope**2 / squares if squares > 0 else 0.0,
    )


def length_bins(length_difference: Floats, *, bins: int = 5) -> Ints:
    """Bin (rows,) of |Δlen| by quantiles, 0 the smallest; −1 where the lengths are equal or not known."""
    size = np.abs(np.asarray(length_difference, dtype=np.float64))
    differs = np.isfinite(size) & (size > 0)
    codes: Ints = np.full(size.size, -1, dtype=np.int64)
    if differs.any():
        edges = np.quantile(size[differs], np.linspace(0, 1, bins + 1)[1:-1])
        codes[differs] = np.searchsorted(edges, size[differs], side="left")
    return codes


@dataclass(frozen=True)
class LengthBin:
    low: float
    high: float
    longer: int  # rows whose chosen response is the longer one
    shorter: int


def length_weights(
    length_difference: Floats, *, bins: int = 5, max_weight: float = 10.0
) -> tuple[Floats, list[LengthBin]]:
    """Weights (rows,) by which chosen is longer as often as shorter inside each bin of |Δlen| (METHODS B8 a).

    length_difference: chosen − rejected. A row weighs bin / (2 × its side's count), so a bin keeps its total weight;
    no row weighs more than `max_weight`, so a bin where one side is nearly absent stays lopsided; with one side absent
    the bin weighs 0 and is to be reported. Rows of equal or unknown length weigh 1.
    """
    length = np.asarray(length_difference, dtype=np.float64)
    codes, weights, report = length_bins(length, bins=bins), np.ones(length.size), []
    for code in range(bins):
        inside = codes == code
        if not inside.any():
            continue
        longer, shorter = inside & (length > 0), inside & (length < 0)
        counts = int(longer.sum()), int(shorter.sum())
        size = np.abs(length[inside])
        report.append(LengthBin(float(size.min()), float(size.max()), *counts))
        if not all(counts):
            weights[inside] = 0.0
            continue
        for side, count in zip((longer, shorter), counts, strict=True):
            weights[side] = min(sum(counts) / (2 * count), max_weight)
    return weights, report


def length_matched(length_difference: Floats, *, bins: int = 5, seed: int) -> Flags:
    """Rows to keep (rows,) so that inside each bin of |Δlen| chosen is longer exactly as often as shorter.

    Of the more frequent side a seeded draw stays; rows of equal length stay, rows of unknown length do not.
    """
    length = np.asarray(length_difference, dtype=np.float64)
    codes = length_bins(length, bins=bins)
    keep: Flags = length == 0
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(codes >= 0))
    cell = codes[rows] * 2 + (length[rows] > 0)
    counts = np.bincount(cell, minlength=2 * bins).reshape(bins, 2)
    keep[rows] = rank_within(cell) < counts.min(axis=1)[codes[rows]]
    return keep


def _sources(margins: Floats) -> Floats:
    table = np.asarray(margins, dtype=np.float64)
    if table.ndim != 2 or np.isinf(table).any():
        raise ValueError("Margins are a table (sources, rows), NaN where a source has none.")
    return table
