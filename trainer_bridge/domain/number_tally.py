"""Statistics of a stream of numbers, in a few kilobytes whatever their number."""

from __future__ import annotations

from collections import Counter
from typing import Any

_BARS = 20


class NumberTally:
    """Counts numbers; count, mean, least and most are exact, the histogram of two significant digits."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0.0
        self._least = float("inf")
        self._most = float("-inf")
        self._rounded: Counter[float] = Counter()

    def add(self, value: float) -> None:
        self.count += 1
        self._sum += value
        self._least = min(self._least, value)
        self._most = max(self._most, value)
        self._rounded[float(f"{value:.2g}")] += 1

    def summary(self) -> dict[str, Any]:
        """`{count, mean, min, max, histogram: [[from, to, count], …]}`, the last bar with its upper end."""
        if not self.count:
            return {"count": 0, "mean": None, "min": None, "max": None, "histogram": []}
        width = (self._most - self._least) / _BARS
        bars = [0] * (_BARS if width > 0 else 1)
        for value, count in self._rounded.items():
            place = int((value - self._least) / width) if width > 0 else 0
            bars[min(max(place, 0), len(bars) - 1)] += count
        edges = [round(self._least + place * width, 6) for place in range(len(bars))] + [round(self._most, 6)]
        return {
            "count": self.count,
            "mean": round(self._sum / self.count, 6),
            "min": round(self._least, 6),
            "max": round(self._most, 6),
            "histogram": [[edges[place], edges[place + 1], count] for place, count in enumerate(bars)],
        }
