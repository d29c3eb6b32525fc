"""In which order responses are shown: drawn once from a seed, so it can be drawn again and explained later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_MASK = (1 << 64) - 1


def _numbers(seed: int) -> Iterator[int]:
    """SplitMix64: 64-bit numbers that are the same in every language and version."""
    state = seed & _MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        yield mixed ^ (mixed >> 31)


def _below(numbers: Iterator[int], bound: int) -> int:
    """A number from 0 to bound − 1, each equally likely: the uneven rest of the range is drawn again."""
    limit = (1 << 64) - (1 << 64) % bound
    return next(number for number in numbers if number < limit) % bound


def presentation_order(response_ids: Sequence[str], seed: int) -> list[str]:
    """The ids in the order they are shown: a uniform permutation that `seed` (64 bits) decides.

    It starts from the sorted ids, so the order responses happened to be stored in plays no part.
    """
    order = sorted(response_ids)
    numbers = _numbers(seed)
    for last in range(len(order) - 1, 0, -1):
        other = _below(numbers, last + 1)
        order[last], order[other] = order[other], order[last]
    return order
