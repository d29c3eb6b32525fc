"""From how much better chosen is to the numbers that losses read: margins, ODPO's offsets, KTO's weights."""

from __future__ import annotations

import math

FULL_STRENGTH = 3.0
FORMULA = "margin = min(|strength|, 3) / 3; 0.0 where a pair has no strength or its label was turned round"
LARGE_FORMULA = "margin = min(|strength|, 3); 0.0 where a pair has no strength or its label was turned round"
OFFSETS = ("log", "log1p", "identity")


def margin_of(strength: float | None) -> float:
    """The reward gap asked for, in 0…1 reward units; used as `-log sigmoid(chosen - rejected - margin)`.

    A pair without a strength gets 0.0, which is the plain loss: it claims an order and no distance. The value is
    always finite, because a trainer takes a batch's margins only when every row has one.
    """
    return large_margin_of(strength) / FULL_STRENGTH


def large_margin_of(strength: float | None) -> float:
    """The same in 0…3, the large margins of Llama 2 (METHODS §10.2)."""
    if strength is None or not math.isfinite(strength):
        return 0.0
    return min(abs(strength), FULL_STRENGTH)


def clipped_margin_of(gap: float | None, *, most: float, full: float | None = None) -> float:
    """A reward model's gap as a margin: 0 where it has none or contradicts the label, no more than `most`.

    With `full` the margin is scaled so that `most` becomes `full`.
    """
    if gap is None or not math.isfinite(gap):
        return 0.0
    clipped = min(max(gap, 0.0), most)
    return clipped if full is None or most <= 0 else clipped / most * full


def offset_of(gap: float, *, alpha: float, function: str) -> float:
    """ODPO's Δ ≥ 0 for a gap > 0 (arXiv 2402.10571; METHODS §10.2): α·log(gap), α·log(1 + gap) or α·gap.

    Raises ValueError for a gap of 0 or less, and for a logarithm below 0, which would ask for the opposite order.
    """
    if not gap > 0:
        raise ValueError("An offset needs a gap above 0.")
    offset = alpha * {"log": math.log, "log1p": math.log1p, "identity": float}[function](gap)
    if offset < 0:
        raise ValueError("The logarithm of a gap below 1 is below 0; use log1p or identity.")
    return offset


def kto_weights(desirable: int, undesirable: int) -> tuple[float, float]:
    """(desirable_weight, undesirable_weight) with `w_d n_d / (w_u n_u)` in 1…4/3 (KTO, METHODS §10.4).

    One of the two stays 1, and both do where the rows are balanced already. Counts are above 0.
    """
    ratio = desirable / undesirable
    if 1 <= ratio <= 4 / 3:
        return 1.0, 1.0
    # Rounded so that the ratio never falls below 1.
    if ratio < 1:
        return math.ceil(1e4 / ratio) / 1e4, 1.0
    return 1.0, max(math.floor(1e4 * ratio) / 1e4, 1.0)
