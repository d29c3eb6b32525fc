"""How often a reward model puts the right answer first, by the benchmark's own rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.signals.params import check_whole, filled_in
from trainer_bridge.domain.evaluation.reward_report import reward_report
from trainer_bridge.domain.evaluation.rules import credits_of
from trainer_bridge.evaluation.kinds.base import Outcome
from trainer_bridge.evaluation.kinds.params import HEAD, SEED, check_head
from trainer_bridge.evaluation.models_of import reward_reader
from trainer_bridge.evaluation.readings import plan_parts, provenance_of, read_part
from trainer_bridge.evaluation.reward_rows import reward_rows, scored_items
from trainer_bridge.evaluation.rows import counts_of, write_rows
from trainer_bridge.models import Evaluation
from webapp.jobs.handlers import Progress, ShardPlan


class RewardAccuracy:
    key = "reward_accuracy"
    title = "Reward model accuracy"
    description = (
        "How often the reward model scores the right answer highest, over the whole set and by subset, with "
        "calibration, best of n, and how far length explains its scores."
    )
    model_kind = "reward"
    takes_against = "no"
    takes_judge = "no"
    takes_campaign = "no"
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {"head": HEAD, "seed": SEED},
        "additionalProperties": False,
    }

    def complete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        given = filled_in(params, {"head": None, "seed": 0}, noun="reward model accuracy")
        check_head(given)
        check_whole(given, "seed", 0, SEED["maximum"])
        return given

    def plan(self, evaluation: Evaluation, *, items: int) -> list[ShardPlan]:
        return plan_parts(items, readers=1)

    def run_part(self, evaluation: Evaluation, part: dict[str, Any], progress: Progress) -> dict[str, Any]:
        read_part(evaluation, part, [reward_reader(evaluation)], progress)
        return {}

    def finish(self, evaluation: Evaluation, leaked: Mapping[int, str], results: list[dict[str, Any]]) -> Outcome:
        layout, items = evaluation.evaluation_set.layout, scored_items(evaluation, leaked)
        rows = reward_rows(items, credits_of(items, layout))
        write_rows(evaluation, rows)
        counts = counts_of(rows)
        metrics = reward_report(items, layout=layout, seed=evaluation.params["seed"])
        overall = metrics["overall"]["value"]
        message = "No item could be scored." if overall is None else f"{overall:.1%} of {counts['scored']:,} items."
        return Outcome(metrics, counts, {"model": provenance_of(evaluation, "model")}, message)
