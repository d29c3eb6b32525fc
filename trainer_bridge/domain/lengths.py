"""Length statistics of a stream, in a few kilobytes whatever the number of rows."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from curation.domain.arrays import Ints

# Neighbouring buckets differ by this factor, so a percentile is at most 2 % above the true one.
_RATIO = 1.02
_LOG_RATIO = math.log(_RATIO)


class LengthTally:
    """Counts lengths in characters; mean and max are exact, percentiles rounded up by at most 2 %."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0
        self._max = 0
        self._buckets: dict[int, int] = {}

    def add(self, length: int) -> None:
        self.rows += 1
        self._sum += length
        self._max = max(self._max, length)
        bucket = _bucket_of(length)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1

    def percentile(self, share: float) -> int:
        """The smallest length that at least `share` (0…1) of the rows do not exceed."""
        wanted, seen = math.ceil(share * self.rows), 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                upper = 0 if bucket == 0 else math.ceil(_RATIO ** (bucket - 1))
                return min(upper, self._max)
        return 0

    def summary(self) -> dict[str, float]:
        return {
            "mean": round(self._sum / self.rows, 1) if self.rows else 0.0,
            "p50": self.percentile(0.5),
            "p95": self.percentile(0.95),
            "p99": self.percentile(0.99),
            "max": self._max,
        }


@lru_cache(maxsize=1 << 16)
def _bucket_of(length: int) -> int:
    return 0 if length < 1 else 1 + math.ceil(math.log(length) / _LOG_RATIO)


class TokenTally:
    """Counts lengths in tokens, many at once; every figure is exact. Takes 8 bytes a token of the longest."""

    def __init__(self) -> None:
        self._counts: Ints = np.zeros(0, dtype=np.int64)

    def add(self, lengths: Ints) -> None:
        found = np.bincount(lengths, minlength=len(self._counts)).astype(np.int64)
        found[: len(self._counts)] += self._counts
        self._counts = found

    def summary(self) -> dict[str, float]:
        """Mean, percentiles (the smallest length that so many rows do not exceed) and the longest."""
        rows, upto = int(self._counts.sum()), np.cumsum(self._counts)
        places = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
        return {
            "mean": round(float(self._counts @ np.arange(len(self._counts)) / rows), 1) if rows else 0.0,
            **{name: int(np.searchsorted(upto, math.ceil(share * rows))) for name, share in places.items()},
            "max": max(len(self._counts) - 1, 0),
        }
