"""A noise score for labels from two heads that judge each other's rows (after collaborative reward modelling, CRM).

The rows are split in two, prompt groups whole. Each half trains a small Bradley-Terry head on its own rows; after every
epoch each head is shown the other half and says which of its rows look mislabelled, and the other head then trains
without the worst of them, a share that grows from 0 to ``noise_rate``. No row is ever judged by a head that has
trained on it. The score is the probability that the label is wrong as the judging head saw it, averaged over the
epochs after the warm-up and over repeated splits: mislabelled rows are doubted early and steadily.

Heads are linear without an intercept: an intercept would learn which side is chosen more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from curation.domain.arrays import Floats
from curation.ml.model_folder import ScoringError

MINIMUM_ROWS = 40
_FIRST_DECAY, _SECOND_DECAY, _TINY = 0.9, 0.999, 1e-8
"""Adam's constants."""


@dataclass(frozen=True)
class CrossFilterOptions:
    """``noise_rate`` is the share of a half that is left out in the end: the expected share of wrong labels.

    ``repeats`` splits are averaged, ``warm_up`` of the ``epochs`` train on all rows and do not count.
    """

    seed: int
    noise_rate: float = 0.2
    repeats: int = 3
    epochs: int = 24
    warm_up: int = 4
    batch_size: int = 64
    learning_rate: float = 0.02
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        if not 0 <= self.noise_rate < 0.5:
            raise ValueError("The noise rate is at least 0 and below one half.")
        if not 0 < self.warm_up < self.epochs or self.repeats < 1 or self.batch_size < 1:
            raise ValueError("Repeats and batches are at least 1, and the warm-up is shorter than the training.")


@dataclass(frozen=True)
class NoiseScores:
    """Per row, shapes (n,); rows that were not ``known`` (a missing feature) are ``nan`` in all others.

    ``noise`` in [0, 1] is the judging head's mean probability that the label is wrong; ``fluctuation`` the population
    standard deviation, over epochs, of the loss under the head that trains on the row's half; ``kept`` the share of
    epochs after the warm-up in which the judging head left the row in.
    """

    noise: Floats
    fluctuation: Floats
    kept: Floats
    known: NDArray[np.bool_]


def cross_filter(
    differences: ArrayLike, options: CrossFilterOptions, *, groups: Sequence[Any] | None = None
) -> NoiseScores:
    """Score rows from features of chosen − rejected, shape (n, d); ``groups`` (n,) are prompts that stay together.

    Raises :class:`ScoringError` when fewer than 40 rows, or fewer than two groups, have all features.
    """
    table = np.asarray(differences, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError("Differences are a table of rows by features.")
    known = np.isfinite(table).all(axis=1)
    names = np.arange(len(table)) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    rows, names = _scaled(table[known]), names[known]
    if len(rows) < MINIMUM_ROWS:
        raise ScoringError(f"Cross-filtering needs at least {MINIMUM_ROWS} rows with features; there are {len(rows)}.")
    if len(np.unique(names)) < 2:
        raise ScoringError("Cross-filtering needs at least two prompts: one for each half.")
    totals = np.zeros((3, len(rows)))
    for repeat in range(options.repeats):
        generator = np.random.default_rng([options.seed, repeat])
        totals += _one_split(rows, _first_half(names, generator), options, generator)
    columns = np.full((3, len(table)), np.nan)
    columns[:, known] = totals / options.repeats
    return NoiseScores(columns[0], columns[1], columns[2], known)


def _scaled(rows: Floats) -> Floats:
    """Columns of root mean square 1. They are not centred: a swapped pair must stay the negative of the pair."""
    size = np.sqrt((rows**2).mean(axis=0)) if len(rows) else np.ones(rows.shape[1])
    return rows / np.where(size > 0, size, 1.0)


def _first_half(names: NDArray[Any], generator: np.random.Generator) -> NDArray[np.bool_]:
    """Whole groups, drawn until they hold about half of the rows; neither half is empty."""
    kinds, counts = np.unique(names, return_counts=True)
    order = generator.permutation(len(kinds))
    before = np.cumsum(counts[order]) - counts[order]
    chosen = order[(before < len(names) / 2) & (np.arange(len(order)) < len(order) - 1)]
    return np.isin(names, kinds[chosen])


def _one_split(
    rows: Floats, first: NDArray[np.bool_], options: CrossFilterOptions, generator: np.random.Generator
) -> Floats:
    """Noise, fluctuation and kept share (3, n) of one split."""
    halves = [np.flatnonzero(first), np.flatnonzero(~first)]
    heads = [_Head(rows.shape[1], options) for _ in halves]
    training = [half.copy() for half in halves]
    wrong = np.zeros(len(rows))
    kept = np.zeros(len(rows))
    losses: list[Floats] = []
    for epoch in range(options.epochs):
        for head, chosen in zip(heads, training, strict=True):
            head.train(rows, generator.permutation(chosen))
        ramp = min(1.0, max(0, epoch + 1 - options.warm_up) / max(1, (options.epochs - options.warm_up) / 2))
        own = np.empty(len(rows))
        for number, half in enumerate(halves):
            margins = rows[half] @ heads[1 - number].weights
            keep = len(half) - int(options.noise_rate * ramp * len(half))
            training[number] = half[np.argsort(-margins, kind="stable")[:keep]]
            own[half] = np.logaddexp(0.0, -(rows[half] @ heads[number].weights))
            if epoch >= options.warm_up:
                wrong[half] += _sigmoid(-margins)
                kept[training[number]] += 1
        if epoch >= options.warm_up:
            losses.append(own)
    counted = len(losses)
    return np.stack([wrong / counted, np.std(losses, axis=0), kept / counted])


class _Head:
    """Logistic regression on differences, all of them labelled 1, by Adam with decoupled weight decay."""

    def __init__(self, width: int, options: CrossFilterOptions) -> None:
        self.weights = np.zeros(width)
        self._options = options
        self._first, self._second, self._steps = np.zeros(width), np.zeros(width), 0

    def train(self, rows: Floats, order: NDArray[np.intp]) -> None:
        """One epoch over ``order``."""
        options = self._options
        for start in range(0, len(order), options.batch_size):
            batch = rows[order[start : start + options.batch_size]]
            gradient = -(_sigmoid(-(batch @ self.weights)) @ batch) / len(batch)
            self._steps += 1
            self._first += (1 - _FIRST_DECAY) * (gradient - self._first)
            self._second += (1 - _SECOND_DECAY) * (gradient**2 - self._second)
            mean = self._first / (1 - _FIRST_DECAY**self._steps)
            scale = np.sqrt(self._second / (1 - _SECOND_DECAY**self._steps)) + _TINY
            self.weights -= options.learning_rate * (mean / scale + options.weight_decay * self.weights)


def _sigmoid(values: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -values))
