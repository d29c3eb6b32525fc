"""Log-likelihoods of a part's labelled pairs under two models, one after the other, and what they say of all pairs.

Only responses that a label names are read. The models are loaded in turn, so that memory need hold one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.domain.arrays import Floats
from curation.signals.kinds.base import Pair, Row, Source, pair_failed, pair_row
from curation.signals.model_readings import (
    TRAINED_ON_IT,
    ModelScorer,
    TrainingPrompts,
    facts_of,
    failure_of,
    preferences_of,
    read_sides_in_turn,
    remark_of,
)
from curation.signals.model_resolution import ResolvedModel, distinct_models, resolve_model
from curation.signals.params import refused

if TYPE_CHECKING:
    from curation.ml.likelihood_margins import Likelihoods
    from curation.ml.log_likelihood import ResponseLikelihood

PAIRS_AT_ONCE = 1024
LONG = 0.3  # correlation with length from which the margin per token is to be preferred (METHODS §9)


def two_policies(project_id: int, given: dict[str, Any], names: tuple[str, str]) -> list[ResolvedModel]:
    """The two policy models named by these parameters. Raises ApplicationError, also when they are one model."""
    first, second = (
        resolve_model(project_id=project_id, model_id=given[name], kind="policy", name=name) for name in names
    )
    if not distinct_models([first, second]):
        sentence = f"choose another model than the {names[0]}: a model's likelihoods say nothing beside its own."
        raise refused(names[1], sentence, "Choose another model.")
    return [first, second]


@dataclass(frozen=True)
class JudgedPair:
    """A labelled pair with the two models' readings of its sides, and the sign of what the labels say (0: nothing).

    `remembered`: one of the models was trained on its prompt, so that its word is memory and no margin (METHODS §10.1).
    """

    pair: Pair
    said: int
    remembered: bool
    first: tuple[ResponseLikelihood, ResponseLikelihood]
    second: tuple[ResponseLikelihood, ResponseLikelihood]

    @property
    def failure(self) -> str | None:
        return TRAINED_ON_IT if self.remembered else failure_of((*self.first, *self.second))

    @property
    def remark(self) -> str | None:
        return remark_of((*self.first, *self.second))


@dataclass(frozen=True)
class Margins:
    """b − a of pairs (n,): the sum form and the form per token."""

    total: Floats
    per_token: Floats


Formula = Callable[["Likelihoods", "Likelihoods"], Margins]


def margin_rows(source: Source, models: list[ResolvedModel], formula: Formula, used: dict[str, Any]) -> Iterator[Row]:
    """Rows with `margin` and `margin_per_token`, both b − a, made by `formula` of the first and the second model.

    Adds sums over all pairs to `used`, which :func:`added_up` turns into facts. Raises JobError without torch.
    """
    used["models"] = []
    totals = dict.fromkeys(_TOTALS, 0.0)
    used["totals"] = totals
    for held in _in_groups(_judged(source, models, used["models"])):
        sound = [judged for judged in held if judged.failure is None]
        margins: Iterator[tuple[float, float]] = iter(())
        if sound:
            found = formula(_likelihoods(sound, "first"), _likelihoods(sound, "second"))
            _count(totals, sound, found)
            margins = zip(found.total.tolist(), found.per_token.tolist(), strict=True)
        for judged in held:
            if judged.failure is not None:
                yield pair_failed(judged.failure, judged.pair)
                continue
            total, per_token = next(margins)
            yield pair_row(judged.pair, {"margin": total, "margin_per_token": per_token}, judged.remark)


def _judged(source: Source, models: list[ResolvedModel], loaded: list[dict[str, Any]]) -> Iterator[JudgedPair]:
    trained = [TrainingPrompts(model) for model in models]
    for record, (first, second) in read_sides_in_turn(source, [likelihood_scorer(each, loaded) for each in models]):
        remembered = any(prompts.holds(record) for prompts in trained)
        for pair, said in preferences_of(record).items():
            sides = (first[pair.a], first[pair.b]), (second[pair.a], second[pair.b])
            yield JudgedPair(pair, said, remembered, *sides)


def likelihood_scorer(
    model: ResolvedModel, loaded: list[dict[str, Any]]
) -> Callable[[], ModelScorer[ResponseLikelihood]]:
    """Loads the model when called, and adds what was loaded to `loaded`."""

    def load() -> ModelScorer[ResponseLikelihood]:
        from curation.ml.log_likelihood import LikelihoodScorer

        scorer = LikelihoodScorer(model.path, revision=model.revision)
        loaded.append(facts_of(scorer, model))
        return scorer

    return load


def _in_groups(judged: Iterator[JudgedPair]) -> Iterator[list[JudgedPair]]:
    held: list[JudgedPair] = []
    for each in judged:
        held.append(each)
        if len(held) == PAIRS_AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _likelihoods(judged: list[JudgedPair], model: str) -> Likelihoods:
    """b first and a second, so that margins are b − a."""
    from curation.ml.likelihood_margins import Likelihoods

    a, b = zip(*(getattr(each, model) for each in judged), strict=True)
    return Likelihoods(
        np.array([reading.log_likelihood for reading in b], dtype=np.float64),
        np.array([reading.log_likelihood for reading in a], dtype=np.float64),
        np.array([reading.tokens for reading in b], dtype=np.float64),
        np.array([reading.tokens for reading in a], dtype=np.float64),
    )


_FORMS = ("margin", "margin_per_token")
_TOTALS = (
    "pairs", "decided", "first_right", "second_right", "lengths", *(
        f"{form}_{what}" for form in _FORMS for what in ("right", "squares", "by_length")
    ),
)  # fmt: skip


def _count(totals: dict[str, float], judged: list[JudgedPair], margins: Margins) -> None:
    said = np.array([each.said for each in judged])
    first, second = _likelihoods(judged, "first"), _likelihoods(judged, "second")
    length = np.asarray(first.first_tokens) - np.asarray(first.second_tokens)
    found: dict[str, Any] = {
        "pairs": len(judged),
        "decided": (said != 0).sum(),
        "first_right": ((np.asarray(first.first) - np.asarray(first.second)) * said > 0).sum(),
        "second_right": ((np.asarray(second.first) - np.asarray(second.second)) * said > 0).sum(),
        "lengths": np.square(length).sum(),
    }
    for form, margin in zip(_FORMS, (margins.total, margins.per_token), strict=True):
        found[f"{form}_right"] = (margin * said > 0).sum()
        found[f"{form}_squares"] = np.square(margin).sum()
        found[f"{form}_by_length"] = (margin * length).sum()
    for name, value in found.items():
        totals[name] += float(value)


def added_up(used: list[dict[str, Any]], names: tuple[str, str]) -> dict[str, Any]:
    """One provenance of all parts: the models, accuracies against the labels, and correlations with length.

    Accuracies are shares of pairs whose labels prefer a side; a model that finds both alike is not right. Correlations
    are about zero, since which side is called b means nothing; lengths are the first model's tokens, b − a.
    """
    totals = {name: sum(each["totals"][name] for each in used) for name in _TOTALS}
    decided = totals["decided"]

    def share(name: str) -> float | None:
        return totals[name] / decided if decided else None

    correlation = {form: _correlation(totals, form) for form in _FORMS}
    tied = correlation["margin"] is not None and abs(correlation["margin"]) > LONG
    kept = {name: value for name, value in used[0].items() if name not in ("totals", "models")}
    return {
        **kept,
        **dict(zip(names, used[0]["models"], strict=False)),
        "pairs_read": int(totals["pairs"]),
        "accuracy": {
            "pairs_with_a_preference": int(decided),
            f"{names[0]}_ranks_right": share("first_right"),
            f"{names[1]}_ranks_right": share("second_right"),
            "margin_right": share("margin_right"),
            "margin_per_token_right": share("margin_per_token_right"),
        },
        "correlation_with_length": correlation,
        "recommended_column": "margin_per_token" if tied else "margin",
    }


def _correlation(totals: dict[str, float], form: str) -> float | None:
    size = math.sqrt(totals[f"{form}_squares"] * totals["lengths"])
    return totals[f"{form}_by_length"] / size if size else None
