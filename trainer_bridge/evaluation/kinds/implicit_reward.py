"""Whether a policy's own likelihoods, beside those of its reference, put the right answer first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.signals.params import check_number, check_whole, filled_in
from trainer_bridge.domain.evaluation.implicit_report import implicit_report
from trainer_bridge.domain.evaluation.rules import credits_of
from trainer_bridge.evaluation.kinds.base import Outcome
from trainer_bridge.evaluation.kinds.params import SEED
from trainer_bridge.evaluation.models_of import policy_reader, reference_name, reference_reader
from trainer_bridge.evaluation.policy_rows import policy_items, policy_rows
from trainer_bridge.evaluation.readings import plan_parts, provenance_of, read_part
from trainer_bridge.evaluation.rows import counts_of, write_rows
from trainer_bridge.models import Evaluation
from webapp.jobs.handlers import Progress, ShardPlan

_BETA = 0.1


class ImplicitReward:
    key = "implicit_reward"
    title = "Implicit reward"
    description = (
        "How often the policy finds the right answer likelier, and the margin of the reward that its training implies "
        "beside its reference: the model it started from, or another registered policy."
    )
    model_kind = "policy"
    takes_against = "may"
    takes_judge = "no"
    takes_campaign = "no"
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "beta": {
                "type": ["number", "null"],
                "title": "β",
                "exclusiveMinimum": 0,
                "maximum": 10,
                "default": None,
                "description": "What log-ratios are multiplied by; that of the model's run when it is left out.",
            },
            "seed": SEED,
        },
        "additionalProperties": False,
    }

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        given = filled_in(params, {"beta": None, "seed": 0}, noun="the implicit reward")
        if given["beta"] is not None:
            check_number(given, "beta", 0, 10, open_ends=True)
        check_whole(given, "seed", 0, SEED["maximum"])
        return given

    def plan(self, evaluation: Evaluation, *, items: int) -> list[ShardPlan]:
        return plan_parts(items, readers=2)

    def run_part(self, evaluation: Evaluation, part: dict[str, Any], progress: Progress) -> dict[str, Any]:
        read_part(evaluation, part, [policy_reader(evaluation), reference_reader(evaluation)], progress)
        return {}

    def finish(self, evaluation: Evaluation, leaked: Mapping[int, str], results: list[dict[str, Any]]) -> Outcome:
        layout, beta = evaluation.evaluation_set.layout, _beta_of(evaluation)
        items = policy_items(evaluation, leaked, beta=beta)
        rows = policy_rows(items, credits_of([item.scored for item in items], layout))
        write_rows(evaluation, rows)
        counts = counts_of(rows)
        metrics = implicit_report(items, layout=layout, beta=beta, seed=evaluation.params["seed"])
        overall = metrics["overall"]["value"]
        message = "No item could be read." if overall is None else f"{overall:.1%} of {counts['scored']:,} items."
        loaded = {role: provenance_of(evaluation, role) for role in ("model", "reference")}
        return Outcome({**metrics, "reference": reference_name(evaluation)}, counts, loaded, message)


def _beta_of(evaluation: Evaluation) -> float:
    """As asked for, or as the model was trained, or DPO's usual one."""
    if evaluation.params["beta"] is not None:
        return float(evaluation.params["beta"])
    run = evaluation.model.run
    return float((run.config if run is not None else {}).get("beta") or _BETA)
