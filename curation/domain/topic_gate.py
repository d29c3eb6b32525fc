"""Whether a prompt belongs to a topic, learned from examples of prompts that do and that do not. Pure numpy.

A logistic head on embeddings, both sides weighing the same, tuned and tested out of fold. Nobody should look at a
number that means something inside a topic alone without knowing how well the topic is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Floats, Points
from curation.domain.bradley_terry_heads import Heads, fit_heads

FOLDS = 5
LEAST = 50


@dataclass(frozen=True)
class TopicGate:
    """Fitted heads, and how prompts fared that they had not seen: the shares of each side called inside."""

    heads: Heads
    recall: float  # of the prompts inside
    false_alarms: float  # of the prompts outside

    def probability(self, vectors: Points) -> Floats:
        """P(inside) (rows,), between 0 and 1, of embeddings (rows, dimensions)."""
        return _probability(self.heads.predict(_with_constant(vectors)))


def fit_gate(inside: Points, outside: Points, *, seed: int) -> TopicGate:
    """From embeddings (n, d) and (m, d) of prompts. Raises ValueError for fewer than 50 of either."""
    counts = len(inside), len(outside)
    if min(counts) < LEAST:
        raise ValueError(
            f"Telling a topic needs {LEAST} prompts inside and outside; there are {counts[0]}, {counts[1]}."
        )
    features = _with_constant(np.concatenate([inside, outside]))
    target: Floats = np.repeat([1.0, 0.0], counts)
    # Equal prompts stay together, so that none is tested by a head that has seen it.
    groups = np.unique(features, axis=0, return_inverse=True)[1].reshape(-1)
    weights: Floats = np.repeat([0.5 / counts[0], 0.5 / counts[1]], counts) * sum(counts)
    fitted = fit_heads(features, groups=groups, targets=target, weights=weights, folds=FOLDS, members=1, seed=seed)
    called = _probability(fitted.margins) >= 0.5
    return TopicGate(fitted.heads, float(called[target == 1].mean()), float(called[target == 0].mean()))


def _with_constant(vectors: Points) -> Points:
    table = np.asarray(vectors, dtype=np.float32)
    return np.concatenate([table, np.ones((len(table), 1), np.float32)], axis=1)


def _probability(margins: Floats) -> Floats:
    found: Floats = np.exp(-np.logaddexp(0.0, -margins.mean(axis=1)))
    return found
