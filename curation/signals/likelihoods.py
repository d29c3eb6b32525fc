"""Log-likelihoods of a part's labelled pairs under two models, one after the other, and what they say of all pairs.

Only responses that a label names are read. The models are loaded in turn, so that memory need hold one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.domain.arrays import Floats
from curation.signals.kinds.base import Pair, Row, Source, pair_failed, pair_row, pairs_of
from curation.signals.model_resolution import ResolvedModel, resolve_model
from curation.signals.params import refused
from webapp.jobs.handlers import JobError
from webapp.store.canonical import Record

if TYPE_CHECKING:
    from curation.ml.likelihood_margins import Likelihoods
    from curation.ml.log_likelihood import ResponseLikelihood

PAIRS_AT_ONCE = 1024
LONG = 0.3  # correlation with length from which the margin per token is to be preferred (METHODS §9)
Reading = dict[tuple[str, str], "ResponseLikelihood"]


def two_policies(project_id: int, given: dict[str, Any], names: tuple[str, str]) -> list[ResolvedModel]:
    """The two policy models named by these parameters. Raises ApplicationError, also when they are one model."""
    first, second = (
        resolve_model(project_id=project_id, model_id=given[name], kind="policy", name=name) for name in names
    )
    if first.id == second.id or (first.revision and first.revision == second.revision):
        sentence = f"choose another model than the {names[0]}: a model's likelihoods say nothing beside its own."
        raise refused(names[1], sentence, "Choose another model.")
    return [first, second]


@dataclass(frozen=True)
class JudgedPair:
    """A labelled pair with the two models' readings of its sides, and the sign of what the labels say (0: nothing)."""

    pair: Pair
    said: int
    first: tuple[ResponseLikelihood, ResponseLikelihood]
    second: tuple[ResponseLikelihood, ResponseLikelihood]

    @property
    def failure(self) -> str | None:
        each = (*self.first, *self.second)
        return next((reading.reason or "failed" for reading in each if reading.state == "failed"), None)

    @property
    def remark(self) -> str | None:
        return next((reading.reason for reading in (*self.first, *self.second) if reading.reason), None)


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
            row = pair_row(judged.pair, {"margin": total, "margin_per_token": per_token})
            yield replace(row, reason=judged.remark)


def _judged(source: Source, models: list[ResolvedModel], loaded: list[dict[str, Any]]) -> Iterator[JudgedPair]:
    first: Reading = {}
    for _, reading in _readings(source, models[0], loaded):
        first |= reading
    for record, second in _readings(source, models[1], loaded):
        directions = _directions(record)
        for pair in pairs_of(record):
            sides = (pair.record_id, pair.a), (pair.record_id, pair.b)
            yield JudgedPair(
                pair,
                directions[pair],
                (first[sides[0]], first[sides[1]]),
                (second[sides[0]], second[sides[1]]),
            )
        for response in {side for pair in pairs_of(record) for side in (pair.a, pair.b)}:
            del first[record.record_id, response]


def _readings(source: Source, model: ResolvedModel, loaded: list[dict[str, Any]]) -> Iterator[tuple[Record, Reading]]:
    """Each record that has labelled pairs, with the model's readings of their sides."""
    try:
        from curation.ml.log_likelihood import LikelihoodScorer
        from curation.ml.model_folder import ScoringError
        from curation.ml.token_rows import ScoringItem
    except ImportError as error:
        raise JobError("Likelihoods need torch, which this worker does not have; start it without --lite.") from error
    try:
        scorer = LikelihoodScorer(model.path, revision=model.revision)
    except ScoringError as error:
        raise JobError(str(error)) from error
    loaded.append({**scorer.provenance, "model": model.name, "model_id": model.id, "revision": model.revision})
    waiting: list[Record] = []

    def items() -> Iterator[ScoringItem]:
        for record in source.records():
            sides = _sides(record)
            if sides:
                waiting.append(record)
                prompt = [{"role": message.role, "content": message.content} for message in record.prompt]
                contents = {each.response_id: each.content for each in record.responses}
                yield ScoringItem(record.record_id, prompt, [(side, contents[side]) for side in sides])

    reading: Reading = {}
    for result in scorer.score(items()):
        reading[result.record_id, result.response_id] = result
        # A record's results come one after the other and it has as many as it has labelled responses.
        if len(reading) == len(_sides(waiting[0])):
            source.alive()
            yield waiting.pop(0), reading
            reading = {}


def _sides(record: Record) -> list[str]:
    return list(dict.fromkeys(side for label in record.labels for side in (label.a, label.b)))


def _directions(record: Record) -> dict[Pair, int]:
    """1 where most of a pair's labels prefer b, −1 where they prefer a, 0 where neither."""
    votes = dict.fromkeys(pairs_of(record), 0)
    for label in record.labels:
        value = label.value or 0
        votes[Pair(record.record_id, label.a, label.b, label.aspect)] += (value > 0) - (value < 0)
    return {pair: (total > 0) - (total < 0) for pair, total in votes.items()}


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
