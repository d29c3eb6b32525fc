"""Labelled pairs as numbers a linear head can learn from: differences of b and a, and what the labels say.

Differences are antisymmetric, so a head without an intercept knows no sides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.signals.embeddings import part_vectors, prompt_text
from curation.signals.kinds.base import Pair, Source, pairs_of
from webapp.store.canonical import Record

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder

Floats = np.ndarray[Any, np.dtype[np.float64]]
NO_DIRECTION = "no_better_side"
# The pairs of a record that are wanted, with the share of votes for b (NaN where nobody preferred a side).
PairsOf = Callable[[Record], Iterable[tuple[Pair, float]]]


@dataclass
class PairFeatures:
    """Pairs that can be learned from or scored, and why the others cannot.

    `targets` is the share of a pair's votes for b, ties half; NaN where nobody preferred a side. `groups` numbers the
    prompts, which folds keep together.
    """

    pairs: list[Pair] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    targets: list[float] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    failures: list[tuple[Pair, str]] = field(default_factory=list)

    @property
    def differences(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """(pairs, features)."""
        return np.array(self.rows, dtype=np.float32).reshape(len(self.rows), -1)


def embedded_pairs(source: Source, embedder: TextEmbedder, pairs: PairsOf | None = None) -> PairFeatures:
    """Differences of the responses' vectors, of their cosines to the prompt, and of their log lengths.

    Of the labelled pairs, unless `pairs` names others.
    """
    found, prompts, pairs = PairFeatures(), _Numbers(), pairs or _targets
    for part in source.parts:
        vectors = part_vectors(source, part, embedder)
        for record in source.records_of(part):
            prompt = next(vectors)
            sides = {each.response_id: next(vectors) for each in record.responses}
            lengths = {each.response_id: math.log1p(len(each.content)) for each in record.responses}
            for pair, target in pairs(record):
                a, b = sides[pair.a], sides[pair.b]
                if a.vector is None or b.vector is None:
                    found.failures.append((pair, a.reason or b.reason or "no_vector"))
                    continue
                difference = b.vector - a.vector
                near = 0.0 if prompt.vector is None else float(prompt.vector @ difference)
                extra = np.array([near, lengths[pair.b] - lengths[pair.a]], dtype=np.float32)
                _add(found, pair, np.concatenate([difference, extra]), target, prompts.of(record))
        source.alive()
    return found


def scored_pairs(source: Source, pairs: PairsOf | None = None) -> PairFeatures:
    """Differences of the scores that came with the responses; a score that one side lacks makes the pair fail.

    Of the labelled pairs, unless `pairs` names others.
    """
    found, prompts, pairs = PairFeatures(), _Numbers(), pairs or _targets
    names = sorted({name for record in source.records() for each in record.responses for name in each.scores or ()})
    for record in source.records():
        scores = {each.response_id: each.scores or {} for each in record.responses}
        for pair, target in pairs(record):
            missing = next((name for name in names if name not in scores[pair.a] or name not in scores[pair.b]), None)
            if missing is not None or not names:
                found.failures.append((pair, "no_scores" if not names else "score_missing"))
                continue
            row = [scores[pair.b][name] - scores[pair.a][name] for name in names]
            _add(found, pair, np.array(row, dtype=np.float32), target, prompts.of(record))
    return found


def _add(found: PairFeatures, pair: Pair, row: Any, target: float, group: int) -> None:
    if not np.isfinite(row).all():
        found.failures.append((pair, "not_a_number"))
        return
    found.pairs.append(pair)
    found.rows.append(row)
    found.targets.append(target)
    found.groups.append(group)


def _targets(record: Record) -> Iterator[tuple[Pair, float]]:
    for pair in pairs_of(record):
        values = [
            label.value
            for label in record.labels
            if (label.a, label.b, label.aspect) == (pair.a, pair.b, pair.aspect) and label.value is not None
        ]
        said = [(1.0 if value > 0 else 0.0 if value < 0 else 0.5) for value in values]
        yield pair, sum(said) / len(said) if said else math.nan


class _Numbers:
    """A number for each prompt, the same for equal prompts."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, record: Record) -> int:
        return self._known.setdefault(prompt_text(record), len(self._known))
