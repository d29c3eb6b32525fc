"""What pairs of log-likelihoods say: CDR and implicit margins, ranking accuracy, and how hard a pair is to learn.

Pure functions of numpy arrays. Log-likelihoods are sums over response tokens, in nats; ``nan`` marks a missing value
and stays missing in what is made of it, and no summary counts it. Margins are first − second: swapping the two
responses negates them exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from curation.domain.arrays import Floats

LEARNED_LOSS = float(np.log(2.0))
"""DPO's loss where policy and reference agree about a pair: below it, the policy has moved towards the label."""


@dataclass(frozen=True)
class Likelihoods:
    """One model's view of pairs: log-likelihoods (n,) of the first and the second response, and their token counts."""

    first: ArrayLike
    second: ArrayLike
    first_tokens: ArrayLike | None = None
    second_tokens: ArrayLike | None = None


def density_ratio(strong: ArrayLike, weak: ArrayLike) -> Floats:
    """``log π_strong(y|x) − log π_weak(y|x)`` of responses, shape (n,), in nats (Dr. SoW, arXiv 2411.02481)."""
    return _floats(strong) - _floats(weak)


def cdr_margin(strong: Likelihoods, weak: Likelihoods) -> Floats:
    """The density-ratio margin of pairs (METHODS.md §9), shape (n,), in nats. The sum form: it grows with length."""
    return density_ratio(strong.first, weak.first) - density_ratio(strong.second, weak.second)


def cdr_margin_per_token(strong: Likelihoods, weak: Likelihoods) -> Floats:
    """As :func:`cdr_margin`, each response's ratio divided by the strong model's token count (METHODS.md §9)."""
    first = density_ratio(strong.first, weak.first) / _counts(strong.first_tokens)
    return first - density_ratio(strong.second, weak.second) / _counts(strong.second_tokens)


def implicit_margin(policy: Likelihoods, reference: Likelihoods, beta: float) -> Floats:
    """DPO's implicit reward margin ``β·d`` (METHODS.md §10.1), shape (n,). Use a policy that has not seen the pairs."""
    return beta * cdr_margin(policy, reference)


def implicit_margin_per_token(policy: Likelihoods, reference: Likelihoods, beta: float) -> Floats:
    """``β`` times the difference of the responses' mean log-ratios per token, shape (n,)."""
    return beta * cdr_margin_per_token(policy, reference)


def dpo_loss(margin: ArrayLike) -> Floats:
    """``−log σ(βd)`` of implicit margins ``βd``, first response chosen; shape as given (METHODS.md §10.2)."""
    return np.logaddexp(0.0, -_floats(margin))


def ranking_accuracy(policy: Likelihoods) -> float | None:
    """Share of pairs whose first (chosen) response the policy finds likelier; a tie is not a correct ranking.

    ``None`` when no pair has both values. (Preference Learning Algorithms Do Not Learn Preference Rankings.)
    """
    gaps = density_ratio(policy.first, policy.second)
    known = gaps[~np.isnan(gaps)]
    return float((known > 0).mean()) if known.size else None


def ranking_loss(reference: Likelihoods, beta: float) -> Floats:
    """The DPO loss below which the policy ranks a pair rightly, shape (n,): ``−log σ(β·(second − first))``.

    The policy's gap is ``d`` plus the reference's, so it is positive exactly when ``d`` exceeds the reference's gap in
    the other direction. A low bound marks a pair that the reference has wrong and that is hard to turn round.
    """
    return dpo_loss(beta * density_ratio(reference.second, reference.first))


@dataclass(frozen=True)
class LearningDifficulty:
    """How hard pairs are, from losses while they were held out.

    ``loss`` (n,) is the mean held-out loss; ``nan`` when no checkpoint has one. ``step`` (n,) is the index of the first
    checkpoint from which the loss stays below the threshold to the end, or −1 where ``learned`` is false.
    """

    loss: Floats
    learned: NDArray[np.bool_]
    step: NDArray[np.int64]


def learning_difficulty(losses: ArrayLike, threshold: float = LEARNED_LOSS) -> LearningDifficulty:
    """Difficulty from losses (checkpoints, n), in the order of training; ``nan`` is a missing measurement.

    A pair that was below the threshold and rose above it again counts as learned only after its last rise; one whose
    last loss is missing is not called learned.
    """
    table = np.asarray(losses, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] == 0:
        raise ValueError("Losses are a table of checkpoints by pairs with at least one checkpoint.")
    known = ~np.isnan(table)
    counted = known.sum(axis=0)
    mean = np.where(counted > 0, np.where(known, table, 0.0).sum(axis=0) / np.maximum(counted, 1), np.nan)
    # From the end: the length of the run of losses below the threshold that reaches the last checkpoint.
    run = np.logical_and.accumulate((table < threshold)[::-1], axis=0).sum(axis=0)
    return LearningDifficulty(mean, run > 0, np.where(run > 0, table.shape[0] - run, -1))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _counts(values: Any) -> Floats:
    if values is None:
        raise ValueError("A margin per token needs the responses' token counts.")
    counts = _floats(values)
    if (counts < 1).any():
        raise ValueError("A response has at least one token.")
    return counts
