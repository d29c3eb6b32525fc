"""How much likelier a language model finds what a pleased user says next than what a displeased one says (FLR).

arXiv 2409.13948; METHODS §16.2. No judge is asked and nothing is generated: a policy reads follow-ups in six respects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.domain.judging.follow_ups import DIMENSIONS, FOLLOW_UPS_VERSION, PER_DIMENSION
from curation.signals.kinds.base import SCORE, Column, Level, Row, Scope, Scorer, Source
from curation.signals.model_readings import facts_of, loading, scoring_item
from curation.signals.model_resolution import ResolvedModel, resolve_model
from curation.signals.params import check_id, check_whole, filled_in, refused
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

DEFAULTS: dict[str, Any] = {"model": None, "dimensions": list(DIMENSIONS), "per_dimension": PER_DIMENSION}
ROWS_PER_SHARD = 256


class FollowUpLikelihoodSignal:
    kind = "follow_up_likelihood"
    title = "Follow-up likelihood"
    description = (
        "How much likelier a language model finds what a pleased user would say after a response than what a "
        "displeased one would, in up to six respects. Needs no reward model; written for English conversations."
    )
    version = "1"
    queue = "ml"
    level: Level = "response"
    scope: Scope = "part"
    columns = SCORE
    rows_per_shard = ROWS_PER_SHARD
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "model": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "A registered language model, best one trained on conversations.",
            },
            "dimensions": {
                "type": "array",
                "items": {
                    "type": "string",
                    "oneOf": [{"const": each.name, "title": each.title} for each in DIMENSIONS.values()],
                },
                "minItems": 1,
                "uniqueItems": True,
                "title": "Respects",
                "default": list(DIMENSIONS),
            },
            "per_dimension": {
                "type": "integer",
                "title": "Follow-ups of either kind",
                "description": "Fewer are faster: each response costs twice as many for each respect.",
                "minimum": 1,
                "maximum": PER_DIMENSION,
                "default": PER_DIMENSION,
            },
        },
        "required": ["model"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = _checked(params)
        model = _model(project_id, given)
        asked = {name: given[name] for name in ("dimensions", "per_dimension")}
        return f"Follow-ups by {model.name}"[:160], {**model.facts, **asked, "follow_ups": FOLLOW_UPS_VERSION}

    def columns_for(self, *, project_id: int, params: dict[str, Any]) -> tuple[Column, ...]:
        """The score, and one column for each dimension asked for."""
        chosen = (DIMENSIONS[name] for name in _checked(params)["dimensions"])
        return (*SCORE, *(Column(each.name, each.title) for each in chosen))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        with as_job_error(ApplicationError):
            given = _checked(params)
            model = _model(project_id, given)
        with loading():
            # torch is loaded here, in a worker of the ml queue, and nowhere else.
            from curation.ml.follow_up_likelihood import FollowUps, FollowUpScorer

            some = slice(given["per_dimension"])
            chosen = [DIMENSIONS[name] for name in given["dimensions"]]
            follow_ups = [FollowUps(each.name, each.positive[some], each.negative[some]) for each in chosen]
            reader = FollowUpScorer(model.path, follow_ups, revision=model.revision)

        def score(source: Source) -> Iterator[Row]:
            records = source.records()
            items = (scoring_item(record, [each.response_id for each in record.responses]) for record in records)
            for found in reader.score(items):
                source.alive()
                values = {} if found.score is None else {"score": found.score, **found.scores}
                yield Row(
                    found.record_id, values, response_id=found.response_id, state=found.state, reason=found.reason
                )

        return score, facts_of(reader, model)


def _checked(params: dict[str, Any]) -> dict[str, Any]:
    given = filled_in(params, DEFAULTS, noun="the follow-up likelihood")
    check_id(given, "model", "a registered policy model")
    names = given["dimensions"]
    known = isinstance(names, list) and all(isinstance(name, str) and name in DIMENSIONS for name in names)
    if not known or not names or len(set(names)) < len(names):
        raise refused("dimensions", f"list some of {', '.join(DIMENSIONS)}, each once.", "Choose some.")
    check_whole(given, "per_dimension", 1, PER_DIMENSION)
    return given


def _model(project_id: int, given: dict[str, Any]) -> ResolvedModel:
    return resolve_model(project_id=project_id, model_id=given["model"], kind="policy", name="model")
