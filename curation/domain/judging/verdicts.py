"""From what a pairwise judge said in both orders to one verdict on a pair, and what the two orders say of the judge.

Responses are named a and b, a before b by id, never by the slot they were shown in. A reading is a log-odds that b is
better: positive for b, negated exactly when a pair's sides are swapped. A judge always reads a pair twice, with a
shown first and with b shown first (METHODS §11.2, §11.3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from annotation.domain.agreement import Rate, wilson_rate
from curation.domain.arrays import Flags, Floats
from curation.domain.judging.logistic import log_odds, sigmoid

_DRAWS = 4000


class Outcome(IntEnum):
    """What the two orders come to; the values are stored codes. Only A and B are preferences."""

    A = 0
    B = 1
    TIE = 2  # both orders say tie
    INCONSISTENT = 3  # the orders do not name the same response


SIGN: dict[Outcome, int] = {Outcome.A: -1, Outcome.B: 1, Outcome.TIE: 0, Outcome.INCONSISTENT: 0}


@dataclass(frozen=True)
class PairVerdict:
    """One judge on one pair: log-odds and probability that b is better, and the verdict both orders agree on."""

    logit: float
    p: float
    outcome: Outcome
    strength: float | None = None  # mean of five-way verdicts, −2 (a far better) … 2 (b far better)

    @property
    def consistent(self) -> bool:
        """Whether both orders name the same response."""
        return self.outcome in (Outcome.A, Outcome.B)

    @property
    def sign(self) -> int:
        """−1 for a, 1 for b, 0 for a tie and for a contradiction: those go to review."""
        return SIGN[self.outcome]


def reading(first: float, second: float, *, a_shown_first: bool) -> float:
    """The log-odds that b is better from the log-probabilities of the verdicts "first" and "second" of one order.

    Raises ValueError for values that are not finite: such an answer failed.
    """
    if not (math.isfinite(first) and math.isfinite(second)):
        raise ValueError("A verdict needs a finite log-probability for each of its two options.")
    return second - first if a_shown_first else first - second


def combine(a_first: float, b_first: float) -> PairVerdict:
    """The verdict of two readings (log-odds that b is better), one of each order: the mean logit, p = σ(logit)."""
    if not (math.isfinite(a_first) and math.isfinite(b_first)):
        raise ValueError("Both orders need a reading; a pair where one failed has failed.")
    logit = float(a_first + b_first) / 2
    outcome = Outcome(int(outcomes(np.array([a_first]), np.array([b_first]))[0]))
    return PairVerdict(logit=logit, p=float(sigmoid(np.float64(logit))), outcome=outcome)


def combine_samples(a_first: Sequence[int], b_first: Sequence[int]) -> PairVerdict:
    """The verdict of signed five-way verdicts towards b, the samples of either order; failed samples are left out.

    Each order gives (wins of b + ties/2 + 1/2) / (n + 1), and their logits are averaged, so that an order with more
    samples left does not weigh more. Raises ValueError when an order has none.
    """
    if not a_first or not b_first:
        raise ValueError("Both orders need at least one verdict; a pair where one has none has failed.")
    both = combine(log_odds(sample_share(a_first)), log_odds(sample_share(b_first)))
    strength = (sum(a_first) / len(a_first) + sum(b_first) / len(b_first)) / 2
    return PairVerdict(logit=both.logit, p=both.p, outcome=both.outcome, strength=strength)


def sample_share(signed: Sequence[int]) -> float:
    """P(b is better) by self-consistency, (wins + ties/2 + 1/2) / (n + 1): inside (0, 1) for any n (METHODS §11.3)."""
    wins = sum((value > 0) + (value == 0) / 2 for value in signed)
    return (wins + 0.5) / (len(signed) + 1)


def outcomes(a_first: Floats, b_first: Floats) -> npt.NDArray[np.int8]:
    """Outcome codes (pairs,) of readings of both orders. Raises ValueError for readings that failed."""
    one, other = _readings(a_first, b_first)
    named, swapped = np.sign(one), np.sign(other)
    same = named == swapped
    conditions = [same & (named < 0), same & (named > 0), same]
    return np.select(conditions, [Outcome.A, Outcome.B, Outcome.TIE], Outcome.INCONSISTENT).astype(np.int8)


def signs(codes: npt.NDArray[np.int8]) -> Floats:
    """(pairs,) −1 for a, 1 for b, 0 where there is no agreed preference, from outcome codes."""
    return np.array([SIGN[outcome] for outcome in Outcome], dtype=np.float64)[codes]


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval; None where the data say nothing about it."""

    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SwapReport:
    """What showing every pair in both orders says of a judge (METHODS §11.2). All rates are shares of pairs.

    A judge that knows the answer with probability q and otherwise picks the first slot with probability b gives
    consistency q + (1 − q) 2b(1 − b), first twice (1 − q) b², second twice (1 − q)(1 − b)².
    """

    n: int
    consistency: Rate  # C: both orders name the same response
    first_twice: Rate  # P11: the first slot in both orders
    second_twice: Rate  # P22
    ties: Rate  # a tie in at least one order
    first_slot: float | None  # share of all readings that name the first slot, ties half
    first_slot_bias: Interval  # b̂ = √P11 / (√P11 + √P22)
    knowledge: Interval  # q̂ = 1 − (√P11 + √P22)², cut at 0: less than that is worse than the model can be


def swap_report(a_first: Floats, b_first: Floats, *, seed: int = 0) -> SwapReport:
    """The report of readings of both orders (pairs,), each the log-odds that b is better.

    Intervals of b̂ and q̂ come from draws of the shares given their counts (Dirichlet with Jeffreys' half counts), which
    stay honest where a count is 0, as a bootstrap of the rows would not.
    """
    one, other = _readings(a_first, b_first)
    first_twice, second_twice = slots_twice(one, other)
    both = (np.sign(one) == np.sign(other)) & (one != 0)
    counts = [int(both.sum()), int(first_twice.sum()), int(second_twice.sum())]
    n = int(one.size)
    rest = n - sum(counts)
    bias, knowledge = _bias_and_knowledge(np.array([counts[1] / n, counts[2] / n])[None]) if n else (_NONE, _NONE)
    shares = np.random.default_rng(seed).dirichlet(np.array([*counts, rest]) + 0.5, size=_DRAWS)[:, 1:3]
    drawn_bias, drawn_knowledge = _bias_and_knowledge(shares)
    named = (np.sign(other) - np.sign(one) + 2) / 4
    return SwapReport(
        n=n,
        consistency=wilson_rate(counts[0], n),
        first_twice=wilson_rate(counts[1], n),
        second_twice=wilson_rate(counts[2], n),
        ties=wilson_rate(rest, n),
        first_slot=float(named.mean()) if n else None,
        first_slot_bias=_interval(bias, drawn_bias),
        knowledge=_interval(knowledge, drawn_knowledge),
    )


def slots_twice(a_first: Floats, b_first: Floats) -> tuple[Flags, Flags]:
    """Pairs on which a judge names the first slot in both orders, and the second slot in both; (pairs,) each."""
    return (a_first < 0) & (b_first > 0), (a_first > 0) & (b_first < 0)


_NONE: Floats = np.array([np.nan])


def _bias_and_knowledge(shares: Floats) -> tuple[Floats, Floats]:
    """b̂ and q̂ (draws,) from the shares P11 and P22 (draws, 2); b̂ is NaN where both are 0."""
    first, second = np.sqrt(shares[:, 0]), np.sqrt(shares[:, 1])
    total = first + second
    bias = np.where(total > 0, first / np.where(total > 0, total, 1.0), np.nan)
    return bias, np.maximum(1.0 - np.square(total), 0.0)


def _interval(estimate: Floats, draws: Floats) -> Interval:
    value = float(estimate[0])
    if math.isnan(value):
        return Interval(None, None, None)
    low, high = (float(bound) for bound in np.quantile(draws, [0.025, 0.975]))
    return Interval(value, min(low, value), max(high, value))


def _readings(a_first: Floats, b_first: Floats) -> tuple[Floats, Floats]:
    one, other = np.asarray(a_first, dtype=np.float64), np.asarray(b_first, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError("Readings are two columns of one length, one for each order.")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise ValueError("Readings are finite; leave failed pairs out, they have a state of their own.")
    return one, other
