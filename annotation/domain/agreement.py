"""How often people say the same about the same pair, and how sure a rate is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from math import sqrt
from typing import NamedTuple

# The two-sided 95 % quantile of the normal distribution.
Z_95 = 1.959963984540054


class Rate(NamedTuple):
    """A share with its 95 % interval; all three are None when there is nothing to take a share of."""

    rate: float | None
    low: float | None
    high: float | None
    n: int


def wilson_rate(successes: float, n: int) -> Rate:
    """`successes` of `n` with Wilson's interval, which stays inside 0…1 and is honest for small `n`.

    Successes may be halves: the interval is then somewhat too wide, never too narrow.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share.")
    if n == 0:
        return Rate(None, None, None, 0)
    share = successes / n
    spread = Z_95**2 / n
    centre = (share + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2))
    return Rate(share, max(0.0, centre - half), min(1.0, centre + half), n)


def verdict(outcome: str, value: int | None) -> str:
    """What a vote says regardless of how strongly: `a`, `b`, `tie` or `both_bad`."""
    if outcome != "preference":
        return outcome
    return "b" if value is not None and value > 0 else "a"


class Agreement(NamedTuple):
    """`overall` is over pairs of people who judged one pair of responses; `by_annotator` over one person's pairs.

    The interval treats pairs of people as independent, which they are not quite; it is a lower bound on the doubt.
    """

    overall: Rate
    by_annotator: dict[int, Rate]


def percent_agreement(judgements: Iterable[tuple[Hashable, int, str]]) -> Agreement:
    """Pairwise percent agreement from (what was judged, annotator, verdict), in any order.

    Things judged by one person only count for nothing.
    """
    groups: dict[Hashable, list[tuple[int, str]]] = defaultdict(list)
    for subject, annotator, said in judgements:
        groups[subject].append((annotator, said))
    agreeing: Counter[int] = Counter()
    pairs: Counter[int] = Counter()
    for group in groups.values():
        counts = Counter(said for _, said in group)
        for annotator, said in group:
            agreeing[annotator] += counts[said] - 1
            pairs[annotator] += len(group) - 1
    # Each pair of people was counted once from either side.
    overall = wilson_rate(agreeing.total() // 2, pairs.total() // 2)
    return Agreement(overall, {annotator: wilson_rate(agreeing[annotator], n) for annotator, n in pairs.items() if n})
