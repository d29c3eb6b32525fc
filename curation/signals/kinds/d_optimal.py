"""Which pairs would teach a reward model the most, one after another: D-optimal order for Bradley–Terry.

METHODS §13: each pick raises log det of the information about a linear head on sentence embeddings the most, so that
after a pair its likes say little new. The head's features are those of the quick ensemble.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.arrays import Floats
from curation.domain.information import d_optimal
from curation.signals.column_params import (
    MARGIN_DEFAULTS,
    MARGIN_SCHEMA,
    SignalColumn,
    check_of_version,
    margin_column,
    signal_schema,
)
from curation.signals.embeddings import packaged_embedder
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.order import PLACE, placed
from curation.signals.pair_features import PairFeatures, embedded_pairs
from curation.signals.pair_values import NO_MARGIN, pair_values
from curation.signals.params import check_number, check_whole, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

DEFAULTS: dict[str, Any] = {**MARGIN_DEFAULTS, "ordered": 500, "precision": 1.0}


class DOptimalSignal:
    kind = "d_optimal"
    title = "Most informative pairs (D-optimal)"
    description = (
        "Puts pairs in the order in which their labels would teach a reward model most, each beside those before it. "
        "Use the priority in a budget, or to choose what people label next."
    )
    version = "1"
    queue = "ml"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (*PLACE, Column("information", "What its label would teach (nats)"))
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "margin": signal_schema(
                "Margin",
                "A margin in log odds, such as the quick ensemble's mean: pairs it is sure of teach less. Without one "
                "every pair is taken as open.",
                holds="margin",
            ),
            "margin_column": MARGIN_SCHEMA["margin_column"],
            "ordered": {
                "type": "integer",
                "minimum": 1,
                "maximum": 5000,
                "default": 500,
                "title": "Pairs to put in order",
                "description": "At least the budget; the others come after all of these, with priority 0.",
            },
            "precision": {
                "type": "number",
                "minimum": 0.001,
                "maximum": 1000,
                "default": 1.0,
                "title": "Prior precision of the weights",
                "description": "Higher spreads the choice less over directions that few pairs show.",
            },
        },
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the D-optimal order")
        check_whole(given, "ordered", 1, 5000)
        check_number(given, "precision", 0.001, 1000)
        margin = _margin(project_id, given)
        facts = {"margin": margin.facts} if margin else {}
        return "Most informative pairs", {**facts, "ordered": given["ordered"], "precision": given["precision"]}

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("margin",))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            margin = _margin(project_id, given)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, margin, given, used)

        return score, used


def _margin(project_id: int, given: dict[str, Any]) -> SignalColumn | None:
    return None if given["margin"] is None else margin_column(project_id, given)


def _score(source: Source, margin: SignalColumn | None, given: dict[str, Any], used: dict[str, Any]) -> Iterator[Row]:
    embedder = packaged_embedder()
    used["embeddings"] = embedder.provenance
    features = embedded_pairs(source, embedder)
    for pair, reason in features.failures:
        yield pair_failed(reason, pair)
    p = _probabilities(source, margin, features)
    known = np.flatnonzero(np.isfinite(p))
    if known.size:
        found = d_optimal(
            features.differences[known], p[known], budget=given["ordered"], precision=float(given["precision"])
        )
        used["pairs"] = int(known.size)
        used["information_of_the_first"] = float(found.picked.scores.sum()) / 2
        place = {int(known[row]): at for at, row in enumerate(found.picked.indices)}
    for at, pair in enumerate(features.pairs):
        if not np.isfinite(p[at]):
            yield pair_failed(NO_MARGIN, pair)
            continue
        values = placed(place.get(at), int(known.size))
        if at in place:
            # A gain is twice the expected information.
            values["information"] = float(found.picked.scores[place[at]]) / 2
        yield pair_row(pair, values)


def _probabilities(source: Source, margin: SignalColumn | None, features: PairFeatures) -> Floats:
    """P(b is preferred) of the pairs that have features, NaN where the margin is missing."""
    if margin is None:
        return np.full(len(features.pairs), 0.5)
    values = pair_values(source, {"margin": margin})
    of_pair = dict(zip(values.pairs, values.values["margin"].tolist(), strict=True))
    log_odds = np.array([of_pair[pair] for pair in features.pairs])
    # The same for both signs: swapping sides gives exactly 1 − p.
    small = np.exp(-np.abs(log_odds))
    p: Floats = np.where(log_odds >= 0, 1 / (1 + small), small / (1 + small))
    return p
