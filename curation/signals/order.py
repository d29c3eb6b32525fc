"""Columns of signals that put things in an order, so that a budget (`select … by`), which takes the highest, takes the
first of them."""

from __future__ import annotations

from curation.signals.kinds.base import Cell, Column

PLACE = (
    Column("priority", "Priority, first in the order is highest"),
    Column("place", "Place in the order, from 1"),
)


def placed(at: int | None, count: int) -> dict[str, Cell]:
    """Values of PLACE for number `at` of `count` from 0: the priority falls from 1, and is 0 for what has no place."""
    if at is None:
        return {"priority": 0.0}
    return {"priority": (count - at) / count, "place": float(at + 1)}
