"""How hard DPO finds each pair to learn, and whether the policy ranks it as people do.

From checkpoints of a DPO run on other pairs (a policy trained on these measures its memory): the mean loss over the
checkpoints, and the first from which the loss stays below log 2. And from the reference alone, the loss below which
the policy would rank the pair rightly: −log σ(−β·gap of the reference) (Preference Learning Algorithms Do Not Learn
Preference Rankings; METHODS §10.1 and §10.2). DPO seldom turns round what the reference has wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.signals.kinds.base import (
    Cell,
    Column,
    Level,
    Pair,
    Row,
    Scope,
    Scorer,
    Source,
    pair_failed,
    pair_row,
    pairs_of,
)
from curation.signals.likelihoods import likelihood_scorer
from curation.signals.model_readings import (
    TRAINED_ON_IT,
    TrainingPrompts,
    failure_of,
    preferences_of,
    read_sides_in_turn,
    remark_of,
)
from curation.signals.model_resolution import ResolvedModel, distinct_models, resolve_model
from curation.signals.pair_features import NO_DIRECTION
from curation.signals.params import check_id, check_ids, check_number, filled_in, refused
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

if TYPE_CHECKING:
    from curation.ml.log_likelihood import ResponseLikelihood

DEFAULTS: dict[str, Any] = {"checkpoints": None, "reference": None, "beta": 0.1}
MOST_CHECKPOINTS = 20


class LearningDifficultySignal:
    kind = "learning_difficulty"
    title = "DPO learning difficulty"
    description = (
        "How large DPO's loss on each pair is over checkpoints of a run on other pairs, when it learned the pair, and "
        "whether policy and reference find the better response likelier. Its provenance has the ranking accuracies."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("difficulty", "Mean DPO loss over the checkpoints"),
        Column("loss", "DPO loss of the last checkpoint"),
        Column("ranking_loss", "DPO loss below which the pair is ranked rightly"),
        Column("learned", "Learned by the last checkpoint", "flag"),
        Column("learned_at", "First checkpoint that has learned it for good"),
        Column("ranked_right", "The last checkpoint finds the better side likelier", "flag"),
        Column("policy_margin", "Log-likelihood margin of the last checkpoint (nats)", signed=True),
        Column("reference_margin", "Log-likelihood margin of the reference (nats)", signed=True),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "checkpoints": {
                "type": "array",
                "items": {"type": "integer", "format": "model", "kind": "policy"},
                "minItems": 1,
                "maxItems": MOST_CHECKPOINTS,
                "description": "Checkpoints of one DPO run on other pairs, in the order of its training.",
            },
            "reference": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "The model that the run started from.",
            },
            "beta": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10, "default": 0.1},
        },
        "required": ["checkpoints", "reference"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the learning difficulty")
        check_ids(given, "checkpoints", "registered policy models", least=1, most=MOST_CHECKPOINTS)
        check_id(given, "reference", "a registered policy model")
        check_number(given, "beta", 0, 10, open_ends=True)
        reference, *checkpoints = _models(project_id, given)
        facts = {
            "checkpoints": [model.facts for model in checkpoints],
            "reference": reference.facts,
            "beta": float(given["beta"]),
        }
        return f"Learning difficulty under {checkpoints[-1].name}"[:160], facts

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        beta = float(given["beta"])
        with as_job_error(ApplicationError):
            models = _models(project_id, given)
        used: dict[str, Any] = {"models": [], "decided": 0, "ranked_right": [0] * len(models)}

        def score(source: Source) -> Iterator[Row]:
            trained = [TrainingPrompts(model) for model in models]
            loads = [likelihood_scorer(model, used["models"]) for model in models]
            for record, readings in read_sides_in_turn(source, loads):
                if any(prompts.holds(record) for prompts in trained):
                    # Losses on what a model was trained on are not held out.
                    yield from (pair_failed(TRAINED_ON_IT, pair) for pair in pairs_of(record))
                    continue
                for pair, said in preferences_of(record).items():
                    yield _row(pair, said, [(found[pair.a], found[pair.b]) for found in readings], beta, used)

        return score, used

    def add_up(self, used: list[dict[str, Any]]) -> dict[str, Any]:
        """The models, and the share of the pairs with a better side that each finds likelier on that side."""
        decided = sum(each["decided"] for each in used)
        right = np.sum([each["ranked_right"] for each in used], axis=0)
        shares = [float(count) / decided if decided else None for count in right]
        # A part without labelled pairs loads its models all the same.
        reference, *checkpoints = used[0]["models"]
        return {
            "reference": reference,
            "checkpoints": checkpoints,
            "pairs_with_a_preference": decided,
            "ranking_accuracy": {"reference": shares[0], "checkpoints": shares[1:]},
        }


def _models(project_id: int, given: dict[str, Any]) -> list[ResolvedModel]:
    """The reference and the checkpoints. Raises ApplicationError, also when one of them is named twice."""
    named = [("reference", given["reference"]), *(("checkpoints", each) for each in given["checkpoints"])]
    found = [resolve_model(project_id=project_id, model_id=each, kind="policy", name=name) for name, each in named]
    if not distinct_models(found):
        sentence = "choose other models than the reference, each once: a model's loss beside itself says nothing."
        raise refused("checkpoints", sentence, "Choose other models.")
    return found


def _row(
    pair: Pair,
    said: int,
    readings: Sequence[tuple[ResponseLikelihood, ResponseLikelihood]],
    beta: float,
    used: dict[str, Any],
) -> Row:
    """`readings` of a and b by the reference first, then by the checkpoints."""
    from curation.ml.likelihood_margins import dpo_loss, learning_difficulty

    every = [each for sides in readings for each in sides]
    failure = failure_of(every) or (NO_DIRECTION if said == 0 else None)
    if failure is not None:
        return pair_failed(failure, pair)
    reference, *checkpoints = [(b.log_likelihood or 0.0) - (a.log_likelihood or 0.0) for a, b in readings]
    # Towards the better side; a change of sign is exact.
    towards = np.array([said * (margin - reference) for margin in checkpoints])
    losses = dpo_loss(beta * towards)
    found = learning_difficulty(losses[:, None])
    used["decided"] += 1
    used["ranked_right"] = [
        count + (said * margin > 0)
        for count, margin in zip(used["ranked_right"], (reference, *checkpoints), strict=True)
    ]
    values: dict[str, Cell] = {
        "difficulty": float(found.loss[0]),
        "loss": float(losses[-1]),
        "ranking_loss": float(dpo_loss(-beta * said * reference)),
        "learned": bool(found.learned[0]),
        "learned_at": float(found.step[0] + 1) if found.learned[0] else None,
        "ranked_right": said * checkpoints[-1] > 0,
        "policy_margin": checkpoints[-1],
        "reference_margin": reference,
    }
    return pair_row(pair, values, remark_of(every))
