"""Histograms that signals and recipes share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def histogram_of(values: npt.NDArray[np.float64], *, bins: int) -> dict[str, list[Any]]:
    """Equal-width histogram: n counts and n + 1 edges; one bin around the value when all are equal."""
    if values.size == 0:
        return {"edges": [], "counts": []}
    low, high = float(values.min()), float(values.max())
    if low == high:
        return {"edges": [low - 0.5, high + 0.5], "counts": [int(values.size)]}
    counts, edges = np.histogram(values, bins=bins, range=(low, high))
    return {"edges": [float(edge) for edge in edges], "counts": [int(count) for count in counts]}
