"""Objectives side by side: numbers of each aspect, and the weights they are traded off by (MODPO, arXiv 2310.03708)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Literal

from trainer_bridge.domain.said import Ratings

Norm = Literal["sum", "unit"]


def weights_of(aspects: Iterable[str], given: Mapping[str, float], norm: Norm) -> dict[str, float]:
    """A weight for each aspect, in their order by name: those given, equal ones where none are.

    `sum` makes them add up to 1, `unit` makes the vector one of length 1. Raises ValueError when all are 0.
    """
    names = sorted(set(aspects))
    weights = {name: float(given.get(name, 0.0)) if given else 1.0 for name in names}
    size = math.fsum(weights.values()) if norm == "sum" else math.hypot(*weights.values())
    if names and not size > 0:
        raise ValueError(f"None of the aspects {', '.join(names)} has a weight above 0.")
    return {name: weight / size for name, weight in weights.items()}


def mean_ratings(bodies: Iterable[Ratings]) -> dict[str, dict[str, float]]:
    """`{response id: {aspect: mean rating}}` over people; “na” is no rating, criteria count under their aspect."""
    sums: dict[str, dict[str, list[float]]] = {}
    for body in bodies:
        for response_id, row in body.items():
            own: dict[str, list[float]] = {}
            for cell, rating in row.items():
                if not isinstance(rating, str) and math.isfinite(rating):
                    own.setdefault(cell.partition("/")[0], []).append(float(rating))
            for aspect, ratings in own.items():
                sums.setdefault(response_id, {}).setdefault(aspect, []).append(math.fsum(ratings) / len(ratings))
    return {
        response_id: {aspect: math.fsum(sorted(means)) / len(means) for aspect, means in sorted(row.items())}
        for response_id, row in sums.items()
    }
