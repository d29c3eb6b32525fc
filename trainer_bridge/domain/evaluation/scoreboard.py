"""Subsets, sections of subsets with fixed weights, and one overall number, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from curation.domain.arrays import Floats
from trainer_bridge.domain.evaluation.measured import DRAWS, Measured, draw_means, share, told, within


class Entry(NamedTuple):
    """What a benchmark counts once: `credit` in 0…1, a name by which two models' entries meet, and its prompt."""

    name: str
    subset: str
    group: str
    credit: float


@dataclass(frozen=True)
class Section:
    """A mean of subsets by fixed weights (METHODS §18.1: counts of examples, whatever a file holds)."""

    name: str
    weights: Mapping[str, float]


@dataclass(frozen=True)
class Subset:
    name: str
    section: str | None
    number: Measured


@dataclass(frozen=True)
class Scoreboard:
    """`overall` is the plain mean of the sections; without sections, of all entries.

    `missing` are subsets of the benchmark that the set does not hold: the overall number is then one of what there is.
    """

    overall: Measured
    accuracy: Measured
    sections: list[tuple[str, Measured]]
    subsets: list[Subset]
    missing: list[str]

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "overall": told(self.overall),
            "accuracy": told(self.accuracy),
            "sections": [{"name": name, **told(number)} for name, number in self.sections],
            "subsets": [{"name": each.name, "section": each.section, **told(each.number)} for each in self.subsets],
            "missing_subsets": self.missing,
        }


def scoreboard(entries: Sequence[Entry], sections: Sequence[Section] = (), *, seed: int = 0) -> Scoreboard:
    """The board of one model. Prompts are drawn within each subset, whose weights are fixed."""
    credit, groups = _columns(entries)
    by_subset = _by_subset(entries)
    section_of = {subset: section.name for section in sections for subset in section.weights}
    subsets = [
        Subset(name, section_of.get(name), share(*_columns(held), seed=seed))
        for name, held in sorted(by_subset.items())
    ]
    accuracy = share(credit, groups, seed=seed)
    present = [(section, {s: w for s, w in section.weights.items() if s in by_subset}) for section in sections]
    present = [(section, weights) for section, weights in present if weights]
    if not present:
        missing = [subset for section in sections for subset in section.weights]
        return Scoreboard(accuracy, accuracy, [], subsets, missing)
    draws = {name: _draws(held, (seed, at)) for at, (name, held) in enumerate(sorted(by_subset.items()))}
    values = {name: float(_columns(held)[0].mean()) for name, held in by_subset.items()}
    told_sections = []
    for section, weights in present:
        n = sum(len(by_subset[name]) for name in weights)
        told_sections.append((section.name, _combined([(values, draws, weights)], n)))
    overall = _combined([(values, draws, weights) for _, weights in present], sum(m.n for _, m in told_sections))
    missing = [subset for section in sections for subset in section.weights if subset not in by_subset]
    return Scoreboard(overall, accuracy, told_sections, subsets, missing)


def _combined(parts: list[tuple[dict[str, float], dict[str, Floats], dict[str, float]]], n: int) -> Measured:
    """The plain mean of weighted means of subsets."""
    value, drawn = 0.0, np.zeros(DRAWS)
    for values, draws, weights in parts:
        total = sum(weights.values())
        value += sum(weight * values[name] for name, weight in weights.items()) / total / len(parts)
        drawn += sum((weight * draws[name] for name, weight in weights.items()), np.zeros(DRAWS)) / total / len(parts)
    if drawn.max() == drawn.min():
        # Everything right, or everything wrong: draws would claim to be certain.
        sure = share(np.full(n, value), np.arange(n))
        return Measured(value, sure.low, sure.high, n)
    return within(value, drawn, n)


def weights_in_overall(entries: Sequence[Entry], sections: Sequence[Section]) -> dict[str, float]:
    """The weight of each entry, by name, in the overall number; they add up to 1."""
    by_subset = _by_subset(entries)
    present = [{s: w for s, w in section.weights.items() if s in by_subset} for section in sections]
    present = [weights for weights in present if weights]
    if not present:
        return {entry.name: 1 / len(entries) for entry in entries}
    found: dict[str, float] = {}
    for weights in present:
        total = sum(weights.values())
        for name, weight in weights.items():
            for entry in by_subset[name]:
                found[entry.name] = weight / total / len(present) / len(by_subset[name])
    return found


def _draws(entries: Sequence[Entry], seed: tuple[int, int]) -> Floats:
    credit, groups = _columns(entries)
    drawn: Floats = draw_means(credit[None, :], groups, seed=seed)[0]
    return drawn


def _columns(entries: Sequence[Entry]) -> tuple[Floats, Any]:
    credit = np.array([entry.credit for entry in entries], dtype=np.float64)
    return credit, np.array([entry.group for entry in entries], dtype=object)


def _by_subset(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.subset, []).append(entry)
    return found
