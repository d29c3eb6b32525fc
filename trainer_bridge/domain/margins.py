"""From a label's strength to the margin a reward model is asked to reach."""

from __future__ import annotations

import math

FULL_STRENGTH = 3.0
FORMULA = "margin = min(|strength|, 3) / 3; 0.0 where a pair has no strength or its label was turned round"


def margin_of(strength: float | None) -> float:
    """The reward gap asked for, in 0…1 reward units; used as `-log sigmoid(chosen - rejected - margin)`.

    A pair without a strength gets 0.0, which is the plain loss: it claims an order and no distance. The value is
    always finite, because a trainer takes a batch's margins only when every row has one.
    """
    if strength is None or not math.isfinite(strength):
        return 0.0
    return min(abs(strength), FULL_STRENGTH) / FULL_STRENGTH
