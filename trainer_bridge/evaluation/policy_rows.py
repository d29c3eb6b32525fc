"""Rows of policies: each item with its candidates' likelihoods under policy and reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trainer_bridge.domain.evaluation.implicit_report import Likelihood, PolicyItem, implicit_reward
from trainer_bridge.evaluation.items import iter_items
from trainer_bridge.evaluation.readings import failure_of, iter_readings
from trainer_bridge.evaluation.reward_rows import row_of, scored_item
from trainer_bridge.models import Evaluation


def policy_items(evaluation: Evaluation, leaked: Mapping[int, str], *, beta: float) -> list[PolicyItem]:
    """Every item in order, with what both models said of its candidates. Texts are not kept, their lengths are."""
    found = []
    items = iter_items(evaluation.evaluation_set)
    both = zip(items, iter_readings(evaluation, "model"), iter_readings(evaluation, "reference"), strict=True)
    for index, (item, policy, reference) in enumerate(both):
        failure = failure_of([*policy, *reference])
        likelihoods = [] if failure else [_likelihood(one, other) for one, other in zip(policy, reference, strict=True)]
        scores = [implicit_reward(likelihood, beta) for likelihood in likelihoods]
        scored = scored_item(index, item, scores or [None] * len(policy), failure, leaked.get(index))
        found.append(PolicyItem(scored, likelihoods))
    return found


def _likelihood(policy: dict[str, Any], reference: dict[str, Any]) -> Likelihood:
    return Likelihood(policy["value"], reference["value"], policy["tokens"])


def policy_rows(items: Sequence[PolicyItem], credits: Sequence[float | None]) -> list[dict[str, Any]]:
    """The rows to be kept, as `ROWS` has them; `score` is the implicit reward."""
    return [
        row_of(
            item.scored,
            credit,
            [
                {
                    "score": score,
                    "log_likelihood": likelihood.policy,
                    "reference": likelihood.reference,
                    "tokens": likelihood.tokens,
                }
                for score, likelihood in zip(item.scored.scores, item.likelihoods, strict=True)
            ]
            if item.likelihoods
            else [{} for _ in item.scored.scores],
        )
        for item, credit in zip(items, credits, strict=True)
    ]
