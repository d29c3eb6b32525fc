"""The density-ratio annotator: which side a better-aligned model has become likelier to say than a weaker sibling.

Dr. SoW (arXiv 2411.02481; METHODS §9): s(x, y) = log π_strong(y|x) − log π_weak(y|x), margin s(b) − s(a) in nats. The
better-aligned one of a family has to be the strong one. The sum grows with length; the margin per token does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source
from curation.signals.likelihoods import Margins, added_up, margin_rows, two_policies
from curation.signals.params import check_id, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

NAMES = ("strong", "weak")
DEFAULTS: dict[str, Any] = {"strong": None, "weak": None}


class DensityRatioSignal:
    kind = "density_ratio"
    title = "Density ratio (CDR)"
    description = (
        "Labels pairs with two language models of one family and no reward model: the side that the better-aligned "
        "one has become likelier to say. Its provenance says whether to use the margin or the margin per token."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("margin", "Density-ratio margin (nats)", signed=True),
        Column("margin_per_token", "Density-ratio margin per token", signed=True),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "strong": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "The better-aligned model, for example one trained with DPO.",
            },
            "weak": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "Its sibling before that training.",
            },
        },
        "required": ["strong", "weak"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the density ratio")
        for name in NAMES:
            check_id(given, name, "a registered policy model")
        strong, weak = two_policies(project_id, given, NAMES)
        return f"Density ratio of {strong.name} to {weak.name}"[:160], {"strong": strong.facts, "weak": weak.facts}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        with as_job_error(ApplicationError):
            models = two_policies(project_id, {**DEFAULTS, **params}, NAMES)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            return margin_rows(source, models, _formula, used)

        return score, used

    def add_up(self, used: list[dict[str, Any]]) -> dict[str, Any]:
        return added_up(used, NAMES)


def _formula(strong: Any, weak: Any) -> Margins:
    from curation.ml.likelihood_margins import cdr_margin, cdr_margin_per_token

    return Margins(cdr_margin(strong, weak), cdr_margin_per_token(strong, weak))
