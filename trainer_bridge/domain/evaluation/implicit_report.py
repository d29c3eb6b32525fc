"""What a policy's log-likelihoods beside its reference's say: the rewards DPO taught it without naming them.

β (log π(y|x) − log π_ref(y|x)) is the implicit reward of an answer (METHODS §10.1). Pure numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.domain.arrays import Floats, Labels
from trainer_bridge.domain.evaluation.measured import mean, share, told
from trainer_bridge.domain.evaluation.pair_calibration import calibration_of
from trainer_bridge.domain.evaluation.pair_length import length_of
from trainer_bridge.domain.evaluation.rules import entries_of, rule_of
from trainer_bridge.domain.evaluation.scoreboard import scoreboard
from trainer_bridge.domain.evaluation.scored import OK, Scored, pairs_of

HISTOGRAM_BINS = 24


@dataclass(frozen=True)
class Likelihood:
    """Of one candidate: sums in nats over its tokens, under the policy and under the reference."""

    policy: float
    reference: float
    tokens: int


@dataclass(frozen=True)
class PolicyItem:
    """An item whose scores are implicit rewards, with the likelihoods they come from (empty unless it is ok)."""

    scored: Scored
    likelihoods: Sequence[Likelihood]


def implicit_reward(likelihood: Likelihood, beta: float) -> float:
    """In nats times β; comparable between answers to one prompt only."""
    return beta * (likelihood.policy - likelihood.reference)


def implicit_report(items: Sequence[PolicyItem], *, layout: str, beta: float, seed: int = 0) -> dict[str, Any]:
    """Accuracy of implicit rewards by the benchmark's rule, ranking accuracies, margins; over items that are ok."""
    sound = [item for item in items if item.scored.state == OK]
    scored = [item.scored for item in sound]
    rule, entries, pairs = rule_of(layout), entries_of(scored, layout), pairs_of(scored)
    groups = np.array([item.group for item in scored], dtype=object)

    def ranks(value: Callable[[Likelihood], float]) -> dict[str, Any]:
        """How often every right answer is likelier than every wrong one; a tie is no correct ranking."""
        return told(share(np.array([_ranks(item, value) for item in sound], dtype=np.float64), groups, seed=seed))

    return {
        "layout": layout,
        "beta": beta,
        "rule": rule.sentence,
        "overall_rule": rule.overall,
        "chance": rule.chance,
        **scoreboard(entries, rule.sections(entries), seed=seed).told(),
        "ties": sum(item.margin == 0 for item in scored),
        "ranking_accuracy": ranks(lambda one: one.policy),
        "reference_ranking_accuracy": ranks(lambda one: one.reference),
        "ranking_accuracy_per_token": ranks(lambda one: one.policy / one.tokens),
        "margin": _numbers(pairs.gaps, pairs.groups, seed),
        "margin_histogram": _histogram(pairs.gaps),
        "right_reward": _rewards(scored, groups, seed, right=True),
        "wrong_reward": _rewards(scored, groups, seed, right=False),
        "calibration": calibration_of(pairs, seed=seed),
        "length": length_of(pairs, seed=seed),
    }


def _ranks(item: PolicyItem, value: Callable[[Likelihood], float]) -> bool:
    sides = list(zip(item.likelihoods, item.scored.correct, strict=True))
    right = [value(likelihood) for likelihood, correct in sides if correct]
    wrong = [value(likelihood) for likelihood, correct in sides if not correct]
    return min(right) > max(wrong)


def _numbers(values: Floats, groups: Labels, seed: int) -> dict[str, Any]:
    """The mean with its interval, and quantiles."""
    found = told(mean(values, groups, seed=seed))
    if not values.size:
        return {**found, "p5": None, "median": None, "p95": None}
    low, middle, high = (float(quantile) for quantile in np.quantile(values, [0.05, 0.5, 0.95]))
    return {**found, "p5": low, "median": middle, "p95": high}


def _rewards(items: Sequence[Scored], groups: Labels, seed: int, *, right: bool) -> dict[str, Any]:
    means = [float(np.mean(item.right if right else item.wrong)) for item in items]
    return told(mean(np.array(means, dtype=np.float64), groups, seed=seed))


def _histogram(values: Floats) -> dict[str, Any]:
    """Counts between edges, one more of them than counts; empty without values."""
    if not values.size:
        return {"edges": [], "counts": []}
    counts, edges = np.histogram(values, bins=HISTOGRAM_BINS)
    return {"edges": edges.tolist(), "counts": counts.tolist()}
