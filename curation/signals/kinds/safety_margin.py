"""Legend's safety margin: how much nearer b lies to a refusal than a, in a model's states, on safety topics alone.

arXiv 2406.08124; METHODS §8. The direction measures the style of refusing and says nothing about other topics, so pairs
on other topics have no value, with that reason. A margin against the label is for review and has no target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.datasets.choices import VersionState
from curation.models import DatasetVersion
from curation.signals.embeddings import packaged_embedder, prompt_text
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
from curation.signals.model_readings import facts_of, failure_of, loading, preferences_of, read_sides, remark_of
from curation.signals.model_resolution import resolve_model
from curation.signals.params import check_choice, check_id, check_number, filled_in
from curation.signals.safety import safety_of
from webapp.api.errors import UnprocessableError

if TYPE_CHECKING:
    from curation.domain.topic_gate import TopicGate
    from curation.ml.embedding import TextEmbedder
    from curation.ml.legend import MarginBins

DEFAULTS: dict[str, Any] = {
    "model": None,
    "harmful": None,
    "ordinary": None,
    "pooling": "last",
    "least_probability": 0.5,
}
OTHER_TOPIC = "not_a_safety_topic"
PROMPTS_AT_ONCE = 512


class SafetyMarginSignal:
    kind = "safety_margin"
    title = "Safety margin (Legend)"
    description = (
        "How much nearer one answer lies to a refusal than the other in a language model's states. Only for prompts on "
        "safety topics, told by example: a dataset of harmful questions with harmful answers, and one of ordinary "
        "questions with good answers."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("margin", "Safety margin", signed=True),
        Column("topic", "Probability that the prompt is a safety topic"),
        Column("bin", "Bin of the margin towards the better side"),
        Column("target", "Target margin of that bin, 0 to 1"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "model": {
                "type": "integer",
                "format": "model",
                "kind": "policy",
                "description": "The language model whose states are read.",
            },
            "harmful": {
                "type": "integer",
                "format": "dataset_version",
                "title": "Harmful questions",
                "description": "At least 200 questions, each with a harmful answer: its only or its worse response.",
            },
            "ordinary": {
                "type": "integer",
                "format": "dataset_version",
                "title": "Ordinary questions",
                "description": "At least 50 harmless questions, each with a good answer: its only or better response.",
            },
            "pooling": {
                "type": "string",
                "enum": ["last", "mean"],
                "default": "last",
                "description": "The state of an answer's last token, or the mean of its tokens.",
            },
            "least_probability": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "default": 0.5,
                "title": "Least probability of a safety topic",
            },
        },
        "required": ["model", "harmful", "ordinary"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the safety margin")
        check_id(given, "model", "a registered policy model")
        check_choice(given, "pooling", ("last", "mean"))
        check_number(given, "least_probability", 0, 1)
        model = resolve_model(project_id=project_id, model_id=given["model"], kind="policy")
        facts: dict[str, Any] = {**model.facts, "pooling": given["pooling"]}
        facts["least_probability"] = float(given["least_probability"])
        for name in ("harmful", "ordinary"):
            version = _examples(project_id, given, name)
            facts[name] = {"dataset": f"{version.dataset.name} v{version.number}", "hash": version.content_hash}
        return f"Safety margin in {model.name}"[:160], facts

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            with loading():
                yield from _rows(source, project_id, given, used)

        return score, used


def _examples(project_id: int, given: dict[str, Any], name: str) -> DatasetVersion:
    """Raises ApplicationError when the parameter names no ready version of the project."""
    check_id(given, name, "a dataset version")
    found = DatasetVersion.objects.select_related("dataset").filter(pk=given[name], dataset__project=project_id).first()
    if found is None or found.state != VersionState.READY:
        raise UnprocessableError(
            f"params.{name}: this project has no ready dataset version {given[name]}.",
            fields={f"params.{name}": ["Choose a ready version."]},
        )
    return found


@dataclass(frozen=True)
class _Found:
    """A pair with its margin b − a, what its labels say, and the probability of the topic."""

    pair: Pair
    margin: float
    said: int
    topic: float
    remark: str | None


def _rows(source: Source, project_id: int, given: dict[str, Any], used: dict[str, Any]) -> Iterator[Row]:
    from curation.ml.legend import StateReader, safety_margin

    model = resolve_model(project_id=project_id, model_id=given["model"], kind="policy")
    reader = StateReader(model.path, pooling=given["pooling"], revision=model.revision)
    embedder = packaged_embedder()
    harmful, ordinary = (_examples(project_id, given, name) for name in ("harmful", "ordinary"))
    safety = safety_of(source, harmful, ordinary, reader, embedder)
    topics = _topics(source, safety.gate, embedder)
    least = float(given["least_probability"])
    inside = {record_id for record_id, topic in topics.items() if topic >= least}
    used.update({**facts_of(reader, model), "embeddings": embedder.provenance, **safety.facts})
    used |= {"prompts": len(topics), "safety_prompts": len(inside)}

    found: list[_Found] = []
    for record in source.records():
        if record.record_id not in inside:
            yield from (pair_failed(OTHER_TOPIC, pair) for pair in pairs_of(record))
    for record, states in read_sides(source, reader, wanted=lambda record: record.record_id in inside):
        for pair, said in preferences_of(record).items():
            sides = states[pair.a], states[pair.b]
            a, b = (side.vector for side in sides)
            if a is None or b is None:
                yield pair_failed(failure_of(sides) or "failed", pair)
                continue
            margin = float(safety_margin(safety.direction, b, a, source=reader.source)[0])
            found.append(_Found(pair, margin, said, topics[pair.record_id], remark_of(sides)))
    bins = _bins(found, used)
    yield from (_row(each, bins) for each in found)


def _topics(source: Source, gate: TopicGate, embedder: TextEmbedder) -> dict[str, float]:
    """The probability of the topic for each record with labelled pairs. A prompt without words is on no topic."""
    found: dict[str, float] = {}
    held: dict[str, str] = {}
    for record in source.records():
        if record.labels:
            held[record.record_id] = prompt_text(record)
        if len(held) == PROMPTS_AT_ONCE:
            source.alive()
            found |= _of_topic(held, gate, embedder)
            held = {}
    return found | _of_topic(held, gate, embedder)


def _of_topic(texts: dict[str, str], gate: TopicGate, embedder: TextEmbedder) -> dict[str, float]:
    embedded = embedder.embed(list(texts.values()))
    ids = list(texts)
    found = dict.fromkeys(ids, 0.0)
    if embedded.positions.size:
        probabilities = gate.probability(embedded.vectors).tolist()
        found |= {ids[at]: topic for at, topic in zip(embedded.positions.tolist(), probabilities, strict=True)}
    return found


def _bins(found: list[_Found], used: dict[str, Any]) -> MarginBins | None:
    """Frozen bins of the margins towards the better side, or none where there are too few, with the reason."""
    from curation.ml.legend import fit_bins
    from curation.ml.model_folder import ScoringError

    towards = np.array([each.said * each.margin for each in found if each.said])
    used["margins_against_the_label"] = int((towards < 0).sum())
    used["margins_towards_the_label"] = int((towards > 0).sum())
    try:
        bins = fit_bins(towards)
    except ScoringError as error:
        used["bins"] = str(error)
        return None
    used["bins"] = {"edges": list(bins.edges), "values": list(bins.values)}
    return bins


def _row(found: _Found, bins: MarginBins | None) -> Row:
    from curation.ml.legend import bin_margin

    values: dict[str, Cell] = {"margin": found.margin, "topic": found.topic}
    if bins is not None and found.said:
        number, target = bin_margin(bins, found.said * found.margin)
        values |= {"bin": None if number is None else float(number), "target": target}
    return pair_row(found.pair, values, found.remark)
