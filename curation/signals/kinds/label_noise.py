"""How likely each label is wrong, by two small models that judge each other's rows while they train.

After collaborative reward modelling (CRM): mislabelled pairs are doubted early and steadily by a model that has not
trained on them, and their loss moves more; see `curation.ml.cross_filter`. The models are linear heads on frozen
features of the version itself, so the score needs no reward model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.model_readings import loading
from curation.signals.pair_features import NO_DIRECTION, PairFeatures, embedded_pairs, scored_pairs
from curation.signals.params import check_choice, check_number, check_whole, filled_in

DEFAULTS: dict[str, Any] = {"features": "embeddings", "noise_rate": 0.2, "repeats": 3, "seed": 0}
MOST_NOISE = 0.45


class LabelNoiseSignal:
    kind = "label_noise"
    title = "Label noise"
    description = (
        "How likely each label is wrong, by two small models that train on half of the prompts each and judge the "
        "other half after every epoch. Needs no reward model. Use it to ask people again where it is high."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("noise", "Probability that the label is wrong"),
        Column("fluctuation", "How far its loss moved while training"),
        Column("kept", "Share of epochs that kept the pair"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "features": {"type": "string", "enum": ["embeddings", "scores"], "default": "embeddings"},
            "noise_rate": {
                "type": "number",
                "minimum": 0,
                "maximum": MOST_NOISE,
                "default": 0.2,
                "title": "Expected share of wrong labels",
                "description": "So many of the worst pairs are left out of the training in the end.",
            },
            "repeats": {"type": "integer", "minimum": 1, "maximum": 20, "default": 3},
            "seed": {"type": "integer", "minimum": 0, "default": 0},
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the label noise")
        check_choice(given, "features", ("embeddings", "scores"))
        check_number(given, "noise_rate", 0, MOST_NOISE)
        check_whole(given, "repeats", 1, 20)
        check_whole(given, "seed", 0, 2**53)
        source = "embeddings" if given["features"] == "embeddings" else "imported scores"
        return f"Label noise by {source}", given

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            with loading():
                return _rows(_features(source, given["features"], used), given, used)

        return score, used


def _features(source: Source, features: str, used: dict[str, Any]) -> PairFeatures:
    if features == "scores":
        return scored_pairs(source)
    from curation.ml.embedding import TextEmbedder

    embedder = TextEmbedder()
    used["embeddings"] = embedder.provenance
    return embedded_pairs(source, embedder)


def _rows(found: PairFeatures, given: dict[str, Any], used: dict[str, Any]) -> Iterator[Row]:
    """Raises ScoringError when there are too few pairs with a better side."""
    from curation.ml.cross_filter import CrossFilterOptions, cross_filter

    if not found.pairs:
        # Why none can be learned from says more than that there are too few.
        return (pair_failed(reason, pair) for pair, reason in found.failures)

    said = np.sign(np.array(found.targets) - 0.5)
    decided = np.flatnonzero(np.abs(said) == 1)
    # chosen − rejected; a change of sign is exact, so the sides' names change nothing.
    rows = found.differences[decided] * said[decided, None]
    groups = np.array(found.groups)[decided]
    chosen = {name: given[name] for name in ("seed", "noise_rate", "repeats")}
    scores = cross_filter(rows, CrossFilterOptions(**chosen), groups=groups.tolist())
    used["trained_on_pairs"] = int(decided.size)
    used["mean_noise"] = float(scores.noise.mean())
    return _written(found, dict(zip(decided.tolist(), range(decided.size), strict=True)), scores)


def _written(found: PairFeatures, place: dict[int, int], scores: Any) -> Iterator[Row]:
    for at, pair in enumerate(found.pairs):
        row = place.get(at)
        if row is None:
            yield pair_failed(NO_DIRECTION, pair)
            continue
        columns = ("noise", "fluctuation", "kept")
        yield pair_row(pair, {name: float(getattr(scores, name)[row]) for name in columns})
    for pair, reason in found.failures:
        yield pair_failed(reason, pair)
