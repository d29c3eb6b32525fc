"""How much of a response is taken over from its prompt or the passages it was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from curation.text.normalise import normalised, words

N = 8


class Overlap(NamedTuple):
    """`share` of the response's n-grams that stand in a source, and the longest run of words taken over."""

    share: float | None
    longest: int | None
    reason: str | None = None


def quote_overlap(response: str, sources: Sequence[str], *, n: int = N) -> Overlap:
    """Share of the word n-grams of a response that stand in any one of the sources, 0 to 1, in normal form.

    A response of fewer than n words has no n-gram: None, with the reason.
    """
    taken = words(normalised(response))
    if len(taken) < n:
        return Overlap(None, None, f"too short: {len(taken)} words, {n} needed")
    grams: set[tuple[str, ...]] = set()
    for source in sources:
        given = words(normalised(source))
        grams.update(zip(*(given[place:] for place in range(n)), strict=False))
    quoted = [gram in grams for gram in zip(*(taken[place:] for place in range(n)), strict=False)]
    longest = run = 0
    for hit in quoted:
        run = run + 1 if hit else 0
        longest = max(longest, run)
    return Overlap(sum(quoted) / len(quoted), longest + n - 1 if longest else 0)
