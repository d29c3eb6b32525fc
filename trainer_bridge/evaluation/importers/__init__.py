"""One module a benchmark's rows. A new layout is a new module here and a line in `LAYOUTS`."""

from __future__ import annotations

from collections.abc import Sequence

from trainer_bridge.evaluation.importers.base import Layout, Row
from trainer_bridge.evaluation.importers.preferences import Preferences
from trainer_bridge.evaluation.importers.rewardbench import RewardBench, RewardBench2
from trainer_bridge.evaluation.importers.rm_bench import RmBench
from trainer_bridge.evaluation.importers.rmb import RmbBestOfN, RmbPairwise

__all__ = ["LAYOUTS", "Layout", "Row", "detect"]

# In the order they are asked: the more particular layouts come first.
_ALL: tuple[Layout, ...] = (RmbPairwise(), RmbBestOfN(), RmBench(), RewardBench2(), RewardBench(), Preferences())
LAYOUTS: dict[str, Layout] = {layout.key: layout for layout in _ALL}


def detect(rows: Sequence[Row]) -> Layout | None:
    """The layout that fits most of the first rows; of equals the more particular one. None when none fits any."""
    best = max(_ALL, key=lambda layout: sum(layout.fits(row) for row in rows))
    return best if any(best.fits(row) for row in rows) else None
