"""Scores of a registered reward model, one per response; a recipe uses chosen − rejected (Bradley–Terry margin)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import SCORE, Level, Row, Scope, Scorer, Source
from curation.signals.model_resolution import resolve_model
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError


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
            }
        },
        "required": ["model"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        model_id = params.get("model")
        if not isinstance(model_id, int) or set(params) != {"model"}:
            raise ApplicationError(
                "params: give the id of a registered reward model as model, and nothing else.",
                fields={"params.model": ["Choose a reward model."]},
            )
        model = resolve_model(project_id=project_id, model_id=model_id, kind="reward")
        return f"Score by {model.name}", {"model_id": model.id, "model": model.name, "revision": model.revision}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        # torch is loaded here, in a worker of the ml queue, and nowhere else.
        try:
            from curation.ml.reward_scoring import RewardScorer, ScoringError, ScoringItem
        except ImportError as error:
            raise JobError(
                "Scoring with a reward model needs torch, which this worker does not have; start it without --lite."
            ) from error
        try:
            # Asked again, because the data folder may have moved since the signal was requested.
            found = resolve_model(project_id=project_id, model_id=params["model"], kind="reward")
            model = RewardScorer(found.path, revision=found.revision)
        except (ScoringError, ApplicationError) as error:
            raise JobError(str(error)) from error

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
