"""How fast an endpoint may be asked: requests and tokens per minute, shared by everybody who asks it.

A reservation is a place in a queue: what it needs is taken at once, below zero if need be, and the answer is how long
to wait before sending. Nobody polls, nobody starves, and who comes later waits longer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

SECONDS = 60.0


class Allowance(Protocol):
    """All calls come from one thread, which is not the one that made it."""

    def reserve(self, requests: int, tokens: int) -> float:
        """Take so many, and return the seconds to wait before sending; 0 is go."""
        ...

    def settle(self, requests: int, tokens: int) -> None:
        """Correct a reservation by what was used less what was reserved; negative numbers give back."""
        ...

    def close(self) -> None:
        """Nothing more is asked from this thread."""
        ...


class Reservation:
    """What one attempt takes of an allowance. `take` and `settle` run in the allowance's thread, one after the other.

    `requests` and `tokens` are what is given back in the end: all, unless somebody says otherwise.
    """

    def __init__(self, allowance: Allowance, tokens: int) -> None:
        self._allowance, self._taken = allowance, False
        self.requests, self.tokens = 1, tokens

    def take(self) -> float:
        wait = self._allowance.reserve(self.requests, self.tokens)
        self._taken = True
        return wait

    def settle(self) -> None:
        if self._taken and (self.requests or self.tokens):
            self._allowance.settle(-self.requests, -self.tokens)


def burst(per_minute: float) -> float:
    """What a full bucket holds: what one second earns, at least 1. More would break the limit after every rest."""
    return max(1.0, per_minute / SECONDS)


@dataclass
class _Bucket:
    per_minute: float | None
    available: float
    at: float

    @classmethod
    def full(cls, per_minute: float | None, at: float) -> _Bucket:
        return cls(per_minute, burst(per_minute) if per_minute is not None else 0.0, at)

    def take(self, amount: float, now: float) -> float:
        if self.per_minute is None:
            return 0.0
        rate = self.per_minute / SECONDS
        earned = self.available + max(0.0, now - self.at) * rate
        self.available = min(burst(self.per_minute), earned) - amount
        self.at = max(self.at, now)
        return max(0.0, -self.available / rate)


class LocalAllowance:
    """The allowance of one process; without limits it lets everything pass. Safe to share between threads."""

    def __init__(
        self,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._requests = _Bucket.full(requests_per_minute, clock())
        self._tokens = _Bucket.full(tokens_per_minute, clock())

    def reserve(self, requests: int, tokens: int) -> float:
        with self._lock:
            now = self._clock()
            return max(self._requests.take(requests, now), self._tokens.take(tokens, now))

    def settle(self, requests: int, tokens: int) -> None:
        with self._lock:
            now = self._clock()
            self._requests.take(requests, now)
            self._tokens.take(tokens, now)

    def close(self) -> None:
        pass
