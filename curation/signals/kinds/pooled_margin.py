"""One margin from several signals of the version, each with the weight that pairs of known verdict give it.

METHODS B11: a source weighs the log odds of its accuracy on gold, shrunk towards chance; without 200 gold pairs, or no
better than chance, it weighs nothing and the signal's details say so. Margins are put on one scale first, by the rank
of their size or their root mean square, so that no reward model speaks louder than another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.arrays import Floats
from curation.domain.pooling import PooledMargin, SourceWeight, gold_weights, pool
from curation.models import Signal
from curation.signals.column_params import SignalColumn, check_of_version, margin_column, margins_schema
from curation.signals.kinds.base import Column, Level, Pair, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.pair_values import PairValues, pair_values
from curation.signals.params import check_choice, check_ids, filled_in, refused
from curation.signals.trusted_labels import BY_PEOPLE
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error

DEFAULTS: dict[str, Any] = {"signals": None, "gold": "adjudicated", "scaling": "rank"}
LEAST, MOST = 2, 20
MIN_GOLD = 200
GOLD_SOURCES = {"adjudicated": BY_PEOPLE[:1], "human": BY_PEOPLE}
# Made of the very labels that would say how right they are.
MADE_OF_LABELS = ("human_strength", "dawid_skene")
NO_SOURCE = "no_source_has_a_margin"


class PooledMarginSignal:
    kind = "pooled_margin"
    title = "Pooled margin"
    description = (
        "One margin from several signals, each weighed by how often it is right on pairs of known verdict. A signal "
        f"without {MIN_GOLD} such pairs, or no better than chance on them, weighs nothing."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("margin", "Pooled margin", signed=True),
        Column("spread", "Spread of the sources"),
        Column("sources", "Sources that have a margin"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "signals": margins_schema(LEAST, MOST),
            "gold": {
                "type": "string",
                "title": "Known verdicts",
                "oneOf": [
                    {"const": "adjudicated", "title": "Adjudicated labels"},
                    {"const": "human", "title": "Adjudicated labels and votes of people"},
                ],
                "default": "adjudicated",
            },
            "scaling": {
                "type": "string",
                "title": "Scale",
                "oneOf": [
                    {"const": "rank", "title": "Rank of the margin's size"},
                    {"const": "rms", "title": "Margin over its root mean square"},
                ],
                "default": "rank",
            },
        },
        "required": ["signals"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the pooled margin")
        check_ids(given, "signals", "signals", least=LEAST, most=MOST)
        check_choice(given, "gold", tuple(GOLD_SOURCES))
        check_choice(given, "scaling", ("rank", "rms"))
        columns = [_column(project_id, each) for each in given["signals"]]
        facts = {"signals": [column.facts for column in columns], "gold": given["gold"], "scaling": given["scaling"]}
        return f"Pooled margin of {len(columns)} signals", facts

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("signals",))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            columns = [_column(project_id, each) for each in given["signals"]]
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            found = pair_values(source, {str(column.signal.pk): column for column in columns})
            source.alive()
            margins = np.array([found.values[str(column.signal.pk)] for column in columns])
            weights = gold_weights(margins, _gold(source, found, GOLD_SOURCES[given["gold"]]), min_gold=MIN_GOLD)
            used["weights"] = [_told(*each) for each in zip(columns, weights, strict=True)]
            if not any(weight.weight for weight in weights):
                raise JobError(_nothing_to_pool(columns, weights))
            yield from _rows(found.pairs, pool(margins, weights, scaling=given["scaling"]))

        return score, used


def _column(project_id: int, signal_id: int) -> SignalColumn:
    """The margin that a signal recommends in its provenance, else its first. Raises ApplicationError."""
    told = Signal.objects.filter(pk=signal_id).values_list("kind", "provenance").first()
    kind, provenance = told or ("", {})
    if kind in MADE_OF_LABELS:
        sentence = f"signal {signal_id} is made of the labels themselves, so they cannot say how right it is."
        raise refused("signals", sentence, "Made of the labels.")
    recommended = provenance.get("recommended_column", "")
    return margin_column(project_id, {"signals": signal_id, "signals_column": recommended}, "signals")


def _gold(source: Source, found: PairValues, sources: tuple[str, ...]) -> Floats:
    """(pairs,) above 0 where most of these sources' labels prefer b, below 0 for a, 0 where they say nothing.

    Adjudicated labels go before votes: where there is one, votes do not count.
    """
    place = {pair: at for at, pair in enumerate(found.pairs)}
    said: Floats = np.zeros((len(sources), len(found.pairs)))
    for record in source.records():
        for label in record.labels:
            at = place.get(Pair(record.record_id, label.a, label.b, label.aspect))
            if label.source in sources and label.value is not None and at is not None:
                said[sources.index(label.source), at] += (label.value > 0) - (label.value < 0)
    gold = said[-1]
    for earlier in said[-2::-1]:
        gold = np.where(earlier != 0, earlier, gold)
    return gold


def _rows(pairs: list[Pair], pooled: PooledMargin) -> Iterator[Row]:
    for at, pair in enumerate(pairs):
        if pooled.used[at] == 0:
            yield pair_failed(NO_SOURCE, pair)
            continue
        values = {
            "margin": float(pooled.margin[at]),
            "spread": float(pooled.spread[at]),
            "sources": float(pooled.used[at]),
        }
        yield pair_row(pair, values)


def _told(column: SignalColumn, weight: SourceWeight) -> dict[str, Any]:
    return {
        **column.facts,
        "weight": weight.weight,
        "gold_pairs": weight.gold,
        "right": weight.right,
        "accuracy": weight.accuracy if weight.gold else None,
        "reason": weight.reason,
    }


def _nothing_to_pool(columns: list[SignalColumn], weights: list[SourceWeight]) -> str:
    why = "; ".join(f"{each.signal.name}: {weight.reason}" for each, weight in zip(columns, weights, strict=True))
    return f"No signal can be weighed ({why}). Adjudicate pairs, or choose other signals."
