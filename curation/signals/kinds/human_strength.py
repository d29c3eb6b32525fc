"""What several people's votes on a pair come to: mean, three-closest strength, entropy and agreement.

HelpSteer2's rule for the strength (arXiv 2406.08673; METHODS §4); only labels by people count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.human_strength import REASONS, Outcome, summarise_votes, three_closest
from curation.signals.kinds.base import (
    Cell,
    Column,
    Level,
    Pair,
    Row,
    Scope,
    Scorer,
    Source,
    no_params,
    pair_failed,
    pair_row,
    pairs_of,
)
from webapp.store.canonical import Record

PEOPLE = ("human", "adjudicated", "imported")
RECORDS_AT_ONCE = 4096


class HumanStrengthSignal:
    kind = "human_strength"
    title = "Human strength"
    description = (
        "Mean of people's votes on each pair, the strength of the three that agree most, their spread, entropy and "
        "agreement."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("mean", "Mean vote", signed=True),
        Column("strength", "Strength of the three closest votes", signed=True),
        Column("outcome", "Whether the three closest votes agree", "text"),
        Column("spread", "Spread of the three closest votes"),
        Column("entropy", "Entropy of the verdicts"),
        Column("agreement", "Share of people who agree"),
        Column("votes", "Votes"),
    )
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Human strength", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        return _score, {}


def _score(source: Source) -> Iterator[Row]:
    held: list[Record] = []
    for record in source.records():
        held.append(record)
        if len(held) == RECORDS_AT_ONCE:
            yield from _summarised(held)
            held = []
    yield from _summarised(held)


def _summarised(records: list[Record]) -> Iterator[Row]:
    pairs = [pair for record in records for pair in pairs_of(record)]
    number = {pair: at for at, pair in enumerate(pairs)}
    items: list[int] = []
    values: list[int] = []
    neither: list[int] = []
    for record in records:
        for label in record.labels:
            if label.source not in PEOPLE:
                continue
            at = number[Pair(record.record_id, label.a, label.b, label.aspect)]
            if label.value is None:
                neither.append(at)
            else:
                items.append(at)
                values.append(label.value)
    if not pairs:
        return
    item, value = np.array(items, dtype=np.int64), np.array(values, dtype=np.int64)
    summary = summarise_votes(item, value, items=len(pairs), neither=np.array(neither, dtype=np.int64))
    three = three_closest(item, value, items=len(pairs))
    for at, pair in enumerate(pairs):
        votes = int(summary.votes[at])
        if votes == 0:
            yield pair_failed("no_human_votes", pair)
            continue
        outcome = Outcome(int(three.outcome[at]))
        counted = outcome != Outcome.TOO_FEW
        values_of: dict[str, Cell] = {
            "mean": float(summary.mean[at]),
            "strength": float(three.strength[at]) if outcome in (Outcome.KEEP, Outcome.ZERO) else None,
            "outcome": REASONS[outcome] or "keep",
            "spread": float(three.spread[at]) if counted else None,
            "entropy": _known(summary.entropy[at]),
            "agreement": _known(summary.agreement[at]),
            "votes": float(votes),
        }
        yield pair_row(pair, values_of)


def _known(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)
