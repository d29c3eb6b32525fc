"""How sure one reward model is of each pair: margins with dropout drawn anew, pass by pass (Monte-Carlo dropout).

Uncertainty-enhanced preference optimisation (UPO) trusts the pairs whose margin moves little; see
`curation.ml.mc_dropout`. The columns are those of an ensemble, whose members the passes stand in for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row, pairs_of
from curation.signals.model_readings import facts_of, failure_of, loading, read_sides, remark_of
from curation.signals.model_resolution import resolve_model
from curation.signals.params import check_id, check_number, check_whole, filled_in

DEFAULTS: dict[str, Any] = {"model": None, "passes": 20, "seed": 0, "head_dropout": None}


class RewardUncertaintySignal:
    kind = "reward_uncertainty"
    title = "Reward uncertainty"
    description = (
        "How far a reward model's margin of each pair moves when parts of the model are left out at random "
        "(Monte-Carlo dropout). A large spread beside a small mean is for people to look at."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("mean", "Mean margin", signed=True),
        Column("std", "Spread of the passes"),
        Column("lean", "Passes for minus against", signed=True),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "model": {
                "type": "integer",
                "format": "model",
                "kind": "reward",
                "description": "A registered reward model of the project.",
            },
            "passes": {"type": "integer", "minimum": 2, "maximum": 200, "default": 20},
            "seed": {"type": "integer", "minimum": 0, "default": 0},
            "head_dropout": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "exclusiveMaximum": 1,
                "default": None,
                "title": "Dropout before the score head",
                "description": "A rate such as 0.1, for models that have no dropout of their own, as most decoders.",
            },
        },
        "required": ["model"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the reward uncertainty")
        check_id(given, "model", "a registered reward model")
        check_whole(given, "passes", 2, 200)
        check_whole(given, "seed", 0, 2**53)
        if given["head_dropout"] is not None:
            check_number(given, "head_dropout", 0, 1, open_ends=True)
        model = resolve_model(project_id=project_id, model_id=given["model"], kind="reward")
        drawn = {name: given[name] for name in ("passes", "seed", "head_dropout")}
        return f"Uncertainty of {model.name}"[:160], {**model.facts, **drawn}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with loading():
            from curation.ml.mc_dropout import DropoutScorer, dropout_margin

            model = resolve_model(project_id=project_id, model_id=given["model"], kind="reward")
            scorer = DropoutScorer(
                model.path,
                passes=given["passes"],
                seed=given["seed"],
                head_dropout=given["head_dropout"],
                revision=model.revision,
            )

        def score(source: Source) -> Iterator[Row]:
            for record, found in read_sides(source, scorer):
                for pair in pairs_of(record):
                    sides = found[pair.a], found[pair.b]
                    margin = dropout_margin(*sides)
                    if margin is None:
                        yield pair_failed(failure_of(sides) or "failed", pair)
                        continue
                    values = {"mean": margin.mean, "std": margin.std, "lean": margin.lean}
                    yield pair_row(pair, values, remark_of(sides))

        return score, facts_of(scorer, model)
