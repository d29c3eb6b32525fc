"""DPO's implicit reward margin of each labelled pair: β times how much more the policy has moved towards b than a.

METHODS §10.1: β·d, d being the difference of the log-ratios of policy and reference. A policy that was trained on
these very pairs remembers them, so it has to be one trained on other data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source
from curation.signals.likelihoods import Margins, added_up, margin_rows, two_policies
from curation.signals.params import check_id, check_number, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

NAMES = ("policy", "reference")
DEFAULTS: dict[str, Any] = {"policy": None, "reference": None, "beta": 0.1}


class ImplicitMarginSignal:
    kind = "implicit_margin"
    title = "Implicit margin"
    description = (
        "The reward margin that a policy trained with DPO implies: β times the difference of its log-likelihoods to "
        "those of its reference. Use a policy that has not been trained on these pairs."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("margin", "Implicit margin", signed=True),
        Column("margin_per_token", "Implicit margin per token", signed=True),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "policy": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "A policy trained on other preferences than these.",
            },
            "reference": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "The model that the policy's training started from.",
            },
            "beta": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10, "default": 0.1},
        },
        "required": ["policy", "reference"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the implicit margin")
        for name in NAMES:
            check_id(given, name, "a registered policy model")
        check_number(given, "beta", 0, 10, open_ends=True)
        policy, reference = two_policies(project_id, given, NAMES)
        facts = {"policy": policy.facts, "reference": reference.facts, "beta": float(given["beta"])}
        return f"Implicit margin of {policy.name}"[:160], facts

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        beta = float(given["beta"])
        with as_job_error(ApplicationError):
            models = two_policies(project_id, given, NAMES)
        used: dict[str, Any] = {}

        def formula(policy: Any, reference: Any) -> Margins:
            from curation.ml.likelihood_margins import implicit_margin, implicit_margin_per_token

            return Margins(implicit_margin(policy, reference, beta), implicit_margin_per_token(policy, reference, beta))

        def score(source: Source) -> Iterator[Row]:
            return margin_rows(source, models, formula, used)

        return score, used

    def add_up(self, used: list[dict[str, Any]]) -> dict[str, Any]:
        return added_up(used, NAMES)
