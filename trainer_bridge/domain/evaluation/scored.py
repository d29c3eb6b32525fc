"""An item with what a model said of its candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from curation.domain.arrays import Floats, Labels

OK = "ok"


@dataclass(frozen=True)
class Scored:
    """Scores of one item's candidates; None where the model failed. Lengths are characters.

    `state` is ok, failed or leaked; numbers are over items that are ok.
    """

    index: int
    item_id: str
    group: str
    subset: str
    state: str
    reason: str | None
    scores: Sequence[float | None]
    correct: Sequence[bool]
    lengths: Sequence[int]

    @property
    def right(self) -> list[float]:
        """Scores of the correct candidates. Raises ValueError where the model failed: leave such items out."""
        return self._side(correct=True)

    @property
    def wrong(self) -> list[float]:
        """Scores of the incorrect candidates, likewise."""
        return self._side(correct=False)

    @property
    def margin(self) -> float:
        """The worst correct score minus the best incorrect one."""
        return min(self.right) - max(self.wrong)

    def _side(self, *, correct: bool) -> list[float]:
        found = [score for score, right in zip(self.scores, self.correct, strict=True) if right == correct]
        known = [score for score in found if score is not None]
        if len(known) < len(found):
            raise ValueError("A failed candidate has no score; leave its item out.")
        return known


@dataclass(frozen=True)
class Pairs:
    """Every pair of a correct and an incorrect candidate, columns (pairs,), correct minus incorrect."""

    gaps: Floats
    lengths: Floats
    groups: Labels

    def __len__(self) -> int:
        return int(self.gaps.size)


def pairs_of(items: Sequence[Scored]) -> Pairs:
    """Pairs of items that are ok."""
    found = [pair for item in items if item.state == OK for pair in _pairs(item)]
    gaps, lengths, groups = zip(*found, strict=True) if found else ((), (), ())
    return Pairs(np.array(gaps, dtype=np.float64), np.array(lengths, dtype=np.float64), np.array(groups, dtype=object))


def _pairs(item: Scored) -> Iterator[tuple[float, int, str]]:
    columns = list(zip(item.scores, item.lengths, item.correct, strict=True))
    right = [(score, length) for score, length, correct in columns if correct]
    wrong = [(score, length) for score, length, correct in columns if not correct]
    for (good, good_length), (bad, bad_length) in product(right, wrong):
        if good is not None and bad is not None:
            yield good - bad, good_length - bad_length, item.group
