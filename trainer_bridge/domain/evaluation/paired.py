"""Two models on the same items: differences with intervals, from draws of whole prompts (the paired bootstrap)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from curation.domain.arrays import Floats, Labels
from trainer_bridge.domain.evaluation.measured import DRAWS, draw_means
from trainer_bridge.domain.evaluation.scoreboard import Entry, Section, weights_in_overall


class Difference(NamedTuple):
    """b − a over `n` common entries, with its 95 % interval and a two-sided p.

    p is the share of draws on the other side of 0, doubled; it is 1 for models that are never told apart.
    """

    name: str
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float
    n: int


class Comparison(NamedTuple):
    """`overall` by the benchmark's own weights, `accuracy` with all entries alike; `only_…` count entries."""

    n: int
    only_a_right: int
    only_b_right: int
    overall: Difference
    accuracy: Difference
    subsets: list[Difference]


def compare(
    a: Sequence[Entry], b: Sequence[Entry], sections: Sequence[Section] = (), *, seed: int = 0
) -> Comparison | None:
    """Compare two models over the entries both have, matched by name. None when they have none in common."""
    first = {entry.name: entry for entry in a}
    second = {entry.name: entry for entry in b}
    names = [name for name in first if name in second]
    if not names:
        return None
    entries = [first[name] for name in names]
    credit_a = np.array([first[name].credit for name in names])
    credit_b = np.array([second[name].credit for name in names])
    groups = np.array([entry.group for entry in entries], dtype=object)
    subsets = np.array([entry.subset for entry in entries], dtype=object)
    weights = weights_in_overall(entries, sections)
    found = []
    for subset in sorted(set(subsets.tolist())):
        held = subsets == subset
        found.append(_plain(subset, credit_a[held], credit_b[held], groups[held], seed))
    return Comparison(
        n=len(names),
        only_a_right=int(((credit_a == 1) & (credit_b < 1)).sum()),
        only_b_right=int(((credit_b == 1) & (credit_a < 1)).sum()),
        overall=_weighted(credit_a, credit_b, groups, subsets, weights, names, seed),
        accuracy=_plain("accuracy", credit_a, credit_b, groups, seed),
        subsets=found,
    )


def _plain(name: str, a: Floats, b: Floats, groups: Labels, seed: int) -> Difference:
    draws = draw_means((b - a)[None, :], groups, seed=seed)[0]
    return _difference(name, float(a.mean()), float(b.mean()), draws, a.size)


def _weighted(
    a: Floats,
    b: Floats,
    groups: Labels,
    subsets: Labels,
    weights: Mapping[str, float],
    names: Sequence[str],
    seed: int,
) -> Difference:
    """By fixed weights of subsets; prompts are drawn within each subset. Entries of no section weigh nothing."""
    weight = np.array([weights.get(name, 0.0) for name in names])
    draws = np.zeros(DRAWS)
    for at, subset in enumerate(sorted(set(subsets.tolist()))):
        held = subsets == subset
        draws += weight[held].sum() * draw_means((b - a)[None, held], groups[held], seed=(seed, at))[0]
    return _difference("overall", float(weight @ a), float(weight @ b), draws, int((weight > 0).sum()))


def _difference(name: str, a: float, b: float, draws: Floats, n: int) -> Difference:
    low, high = (float(bound) for bound in np.quantile(draws, [0.025, 0.975]))
    # Draws that come out at 0 but for rounding are on neither side.
    tiny = 1e-12
    below, above = int((draws <= tiny).sum()), int((draws >= -tiny).sum())
    p = min(1.0, 2 * (min(below, above) + 1) / (draws.size + 1))
    return Difference(name, a, b, b - a, low, high, p, n)
