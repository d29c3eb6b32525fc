"""Whether several readings of one model agree about a pair, and how far one round of it may be believed. Pure numpy.

Readings (SCIR): a judge's log-odds, implicit margins, follow-up likelihoods. Rounds (CREAM): the same scorer before and
after training. All margins are signed b − a, NaN where there is none; swapping the sides negates what is signed and
leaves everything else as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Flags, Floats, Ints
from curation.domain.pooling import root_mean_square_scaled

MIN_READINGS = 2


@dataclass(frozen=True)
class Agreement:
    """Per pair; `verdict` 0 and `agree` false where the readings name no one side. NaN with fewer than two readings."""

    verdict: Floats  # the side that all readings name: −1 a, 1 b, 0 else
    agree: Flags
    share: Floats  # of the readings that name the side most of them name
    confidence: Floats  # mean over readings of max(p, 1 − p), ½ to 1
    readings: Ints


def agreement_of(margins: Floats, *, scaled: bool) -> Agreement:
    """Of margins (readings, pairs). A margin is taken for log-odds, p = σ(m), after division by its reading's root mean
    square where `scaled`: margins in nats or points of a reward model are on scales of their own.
    """
    table = np.asarray(margins, dtype=np.float64)
    if scaled:
        table = np.stack([root_mean_square_scaled(reading) for reading in table])
    there = np.isfinite(table)
    count: Ints = there.sum(axis=0)
    for_a, for_b = (there & (table < 0)).sum(axis=0), (there & (table > 0)).sum(axis=0)
    enough = count >= MIN_READINGS
    known = np.maximum(count, 1)
    agree: Flags = enough & (np.maximum(for_a, for_b) == count)
    # max(p, 1 − p) is ½ + tanh(|m| / 2) / 2.
    confidence = np.where(there, 0.5 + np.tanh(np.abs(np.where(there, table, 0.0)) / 2) / 2, 0.0).sum(axis=0) / known
    return Agreement(
        verdict=np.where(agree, np.sign(for_b - for_a), 0.0),
        agree=agree,
        share=np.where(enough, np.maximum(for_a, for_b) / known, np.nan),
        confidence=np.where(enough, confidence, np.nan),
        readings=count,
    )


def soft_label(tau: Floats) -> Floats:
    """The probability left to the side that the newer round names, (τ + 1) / 2: 1 where both rounds rank alike.

    CREAM trains on C of the pair as labelled and 1 − C of the pair turned round.
    """
    probability: Floats = (np.asarray(tau, dtype=np.float64) + 1) / 2
    return probability
