"""Which tokens a window of calls reads once: the plan of shared prefixes, found in the tokens alone.

Rows sorted by their tokens have common prefixes beside each other. Two kinds of shared prefix come out of that order:
a **trunk** (system prompt and rubric) has rows enough behind it to fill a batch, and is read by itself; a **twig**
(the request of a pair asked in both orders, of a prompt with its responses) has few, so twigs are read side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from curation.ml.token_rows import common_prefix

Ids = list[int]


@dataclass(frozen=True)
class Twig:
    """``members`` (positions of rows) all begin with the same ``length`` tokens; a single row shares nothing more."""

    members: list[int]
    length: int


@dataclass
class Trunk:
    """``members`` begin with the same ``length`` tokens; each is in one of ``twigs`` or below one of ``trunks``."""

    members: list[int]
    length: int
    twigs: list[Twig] = field(default_factory=list)
    trunks: list[Trunk] = field(default_factory=list)


class Plan:
    """The trunks of ``rows``. ``budget`` is the tokens of a batch, ``minimum`` the shortest prefix worth a pass."""

    def __init__(self, rows: Sequence[Ids], budget: int, minimum: int) -> None:
        self._rows = rows
        self._budget = budget
        self._minimum = minimum
        self._order = sorted(range(len(rows)), key=lambda at: rows[at])
        # What each row has in common with the one before it; the last token is always a row's own.
        self._common = [0] * len(rows)
        for at in range(1, len(rows)):
            one, two = rows[self._order[at - 1]], rows[self._order[at]]
            self._common[at] = min(common_prefix(one, two), len(one) - 1, len(two) - 1)

    def root(self, kept: int) -> Trunk:
        """All rows, below the prefix of them all; ``kept`` first tokens of them all are to be had without reading."""
        length = min(self._common[1:], default=0)
        return self._trunk(0, len(self._rows), max(kept, length if length >= self._minimum else 0))

    def _trunk(self, low: int, high: int, length: int) -> Trunk:
        trunk = Trunk(self._order[low:high], length)
        for start, end in self._runs(low, high, length):
            shared = self._shared(start, end)
            if end - start == 1:
                trunk.twigs.append(Twig([self._order[start]], length))
            elif sum(len(self._rows[at]) - shared for at in self._order[start:end]) > self._budget:
                trunk.trunks.append(self._trunk(start, end, shared))
            else:
                trunk.twigs += self._twigs(start, end, length)[1]
        return trunk

    def _twigs(self, low: int, high: int, length: int) -> tuple[int, list[Twig]]:
        """How to share best, one prefix per row: (tokens that need not be read, twigs) of a run below ``length``."""
        if high - low == 1:
            return 0, [Twig([self._order[low]], length)]
        shared = self._shared(low, high)
        saved = (high - low - 1) * (shared - length)
        parts = [self._twigs(start, end, length) for start, end in self._runs(low, high, shared)]
        if sum(part for part, _ in parts) > saved:
            return sum(part for part, _ in parts), [twig for _, twigs in parts for twig in twigs]
        return saved, [Twig(self._order[low:high], shared)]

    def _runs(self, low: int, high: int, length: int) -> Iterator[tuple[int, int]]:
        """Neighbours that share ``minimum`` tokens beyond ``length``; whoever shares fewer is alone."""
        start = low
        for at in range(low + 1, high + 1):
            if at == high or self._common[at] < length + self._minimum:
                yield start, at
                start = at

    def _shared(self, low: int, high: int) -> int:
        return min(self._common[low + 1 : high], default=0)
