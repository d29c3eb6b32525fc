"""Strengths by several registered reward models: mean margin, spread and vote of those that did not train on the pair.

Secrets of RLHF II (arXiv 2401.06080, §2; METHODS §1). The columns are those of the quick ensemble, so the zones of a
recipe work alike. Members have to be models of one kind, trained alike: raw margins are averaged, and of models with
different scales the largest would speak alone. Such models' margins are pooled instead (`pooled_margin`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.domain.strength_zones import EnsembleStrength
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.model_readings import (
    ModelScorer,
    TrainingPrompts,
    facts_of,
    failure_of,
    preferences_of,
    read_sides_in_turn,
    remark_of,
)
from curation.signals.model_resolution import ResolvedModel, distinct_models, resolve_model
from curation.signals.params import check_ids, filled_in, refused
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

if TYPE_CHECKING:
    from curation.ml.reward_scoring import ResponseScore

DEFAULTS: dict[str, Any] = {"models": None}
LEAST, MOST = 2, 10
# Fewer have no spread and no vote to speak of.
LEAST_VOTING = 2
TRAINED_ON_IT = "members_trained_on_it"
UNLIKE_SCALES = 3.0
_SUMS = ("pairs", "squares", "decided", "right", "by_length", "lengths")


class RewardEnsembleSignal:
    kind = "reward_ensemble"
    title = "Reward model ensemble"
    description = (
        "Mean margin, spread and vote of several registered reward models of one kind. A model that was trained here "
        "on a pair's prompt does not vote on it."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("mean", "Mean margin", signed=True),
        Column("std", "Spread of the members"),
        Column("lean", "Votes for minus against", signed=True),
        Column("members", "Members that voted"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "models": {
                "type": "array",
                "items": {"type": "integer", "format": "model", "kind": "reward"},
                "minItems": LEAST,
                "maxItems": MOST,
                "description": "Reward models trained alike: seeds, orders or folds of the same training.",
            }
        },
        "required": ["models"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the ensemble")
        check_ids(given, "models", "registered reward models", least=LEAST, most=MOST)
        models = _models(project_id, given)
        return f"Ensemble of {len(models)} reward models", {"models": [model.facts for model in models]}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        with as_job_error(ApplicationError):
            models = _models(project_id, params)
        used: dict[str, Any] = {
            "models": [],
            "sums": [dict.fromkeys(_SUMS, 0.0) for _ in models],
            "strength": dict.fromkeys(_SUMS, 0.0),
        }

        def score(source: Source) -> Iterator[Row]:
            trained = [TrainingPrompts(model) for model in models]
            loads = [_load(model, used["models"]) for model in models]
            for record, readings in read_sides_in_turn(source, loads):
                voting = [at for at, prompts in enumerate(trained) if not prompts.holds(record)]
                length = {each.response_id: len(each.content) for each in record.responses}
                for pair, said in preferences_of(record).items():
                    sides = [(readings[at][pair.a], readings[at][pair.b]) for at in voting]
                    every = [each for both in sides for each in both]
                    failure = failure_of(every) if len(voting) >= LEAST_VOTING else TRAINED_ON_IT
                    if failure is not None:
                        yield pair_failed(failure, pair)
                        continue
                    margins = np.array([(b.score or 0.0) - (a.score or 0.0) for a, b in sides])
                    strength = EnsembleStrength.of(margins[None])
                    mean, longer = float(strength.mean[0]), length[pair.b] - length[pair.a]
                    for at, margin in zip(voting, margins.tolist(), strict=True):
                        _count(used["sums"][at], margin, said, longer)
                    _count(used["strength"], mean, said, longer)
                    values = {
                        "mean": mean,
                        "std": float(strength.std[0]),
                        "lean": float(np.sign(margins).mean()),
                        "members": float(len(voting)),
                    }
                    yield pair_row(pair, values, remark_of(every))

        return score, used

    def add_up(self, used: list[dict[str, Any]]) -> dict[str, Any]:
        """The members with what each says of all pairs, the same of their mean, and whether their scales are alike."""
        members = [
            {**model, **_report([each["sums"][at] for each in used])} for at, model in enumerate(used[0]["models"])
        ]
        sizes = [member["root_mean_square"] for member in members if member["root_mean_square"]]
        return {
            "models": members,
            "ensemble": _report([each["strength"] for each in used]),
            "scales_differ": bool(sizes) and max(sizes) > UNLIKE_SCALES * min(sizes),
        }


def _models(project_id: int, given: dict[str, Any]) -> list[ResolvedModel]:
    """Raises ApplicationError, also when two of them are one model."""
    found = [
        resolve_model(project_id=project_id, model_id=each, kind="reward", name="models") for each in given["models"]
    ]
    if not distinct_models(found):
        sentence = "two of these are the same model, which would vote twice; choose different ones."
        raise refused("models", sentence, "Choose different models.")
    return found


def _load(model: ResolvedModel, loaded: list[dict[str, Any]]) -> Callable[[], ModelScorer[ResponseScore]]:
    def load() -> ModelScorer[ResponseScore]:
        from curation.ml.reward_scoring import RewardScorer

        scorer = RewardScorer(model.path, revision=model.revision)
        loaded.append(facts_of(scorer, model))
        return scorer

    return load


def _count(sums: dict[str, float], margin: float, said: int, longer: int) -> None:
    sums["pairs"] += 1
    sums["squares"] += margin**2
    sums["decided"] += said != 0
    sums["right"] += margin * said > 0
    sums["by_length"] += margin * longer
    sums["lengths"] += longer**2


def _report(parts: list[dict[str, float]]) -> dict[str, Any]:
    """Accuracy against the labels, size, and correlation with length about 0 (which side is b means nothing)."""
    total = {name: sum(part[name] for part in parts) for name in _SUMS}
    size = math.sqrt(total["squares"] * total["lengths"])
    return {
        "pairs": int(total["pairs"]),
        "accuracy": total["right"] / total["decided"] if total["decided"] else None,
        "root_mean_square": math.sqrt(total["squares"] / total["pairs"]) if total["pairs"] else None,
        "correlation_with_length": total["by_length"] / size if size else None,
    }
