"""Scores of a registered reward model, one per response; a recipe uses chosen − rejected (Bradley–Terry margin)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import SCORE, Level, Row, Scope, Scorer, Source
from curation.signals.model_resolution import ResolvedModel, resolve_model
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error


class RewardScoreSignal:
    kind = "reward_score"
    title = "Reward model"
    description = "Score of each response under a registered reward model. A recipe sees the margin chosen − rejected."
    version = "1"
    queue = "ml"
    level: Level = "response"
    scope: Scope = "part"
    columns = SCORE
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "model": {
                "type": "integer",
                "format": "model",
                "kind": "reward",
                "description": "A registered reward model of the project.",
            },
            "head": {
                "type": "string",
                "maxLength": 200,
                "description": "The output to read, of a model that has one for each aspect.",
            },
        },
        "required": ["model"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        model_id = params.get("model")
        if not isinstance(model_id, int) or not params.keys() <= {"model", "head"}:
            raise ApplicationError(
                "params: give the id of a registered reward model as model, and nothing else but a head of it.",
                fields={"params.model": ["Choose a reward model."]},
            )
        model = resolve_model(project_id=project_id, model_id=model_id, kind="reward", with_heads=True)
        head = _head(model, params.get("head"))
        if head is None:
            return f"Score by {model.name}", model.facts
        return f"Score by {model.name}, {head}", {**model.facts, "head": head}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        # torch is loaded here, in a worker of the ml queue, and nowhere else.
        try:
            from curation.ml.reward_scoring import RewardScorer, ScoringError, ScoringItem
        except ImportError as error:
            raise JobError(
                "Scoring with a reward model needs torch, which this worker does not have; start it without --lite."
            ) from error
        with as_job_error(ScoringError, ApplicationError):
            # Asked again, because the data folder may have moved since the signal was requested.
            found = resolve_model(project_id=project_id, model_id=params["model"], kind="reward", with_heads=True)
            model = RewardScorer(found.path, revision=found.revision, head=_head(found, params.get("head")))

        def score(source: Source) -> Iterator[Row]:
            items = (
                ScoringItem(
                    record.record_id,
                    [{"role": message.role, "content": message.content} for message in record.prompt],
                    [(response.response_id, response.content) for response in record.responses],
                )
                for record in source.records()
            )
            for result in model.score(items):
                values = {} if result.score is None else {"score": result.score}
                yield Row(
                    result.record_id,
                    values,
                    response_id=result.response_id,
                    state=result.state,
                    reason=result.reason,
                )

        used = {name: value for name, value in model.provenance.items() if name not in ("model", "revision")}
        return score, used


def _head(model: ResolvedModel, head: Any) -> str | None:
    """The output to read. Raises ApplicationError when it must be chosen, or is not there."""
    if not model.heads and head in (None, ""):
        return None
    if head in model.heads:
        return str(head)
    wrong = "has one output; leave head out" if not model.heads else f"has the heads {', '.join(model.heads)}"
    raise ApplicationError(
        f"params.head: {model.name} {wrong}{'; choose one of them' if model.heads else ''}.",
        fields={"params.head": ["Choose one of the model's heads." if model.heads else "Leave it out."]},
    )
