"""A margin less what length accounts for, so that longer answers are not better for being longer.

METHODS B8 (b): m' = m − b·Δlen by least squares through the origin, since swapping sides must negate both. Where there
are enough adjudicated pairs the slope may be taken from them, for length also tells quality.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.arrays import Flags
from curation.domain.pooling import residual_margin
from curation.signals.column_params import (
    MARGIN_DEFAULTS,
    MARGIN_SCHEMA,
    SignalColumn,
    check_of_version,
    column_schema,
    margin_column,
    response_column,
    signal_schema,
)
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.pair_values import NO_MARGIN, PairValues, pair_values
from curation.signals.params import check_choice, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error

MIN_GOLD = 200
NO_LENGTH = "no_length"
DEFAULTS: dict[str, Any] = {**MARGIN_DEFAULTS, "length": None, "length_column": "", "fit_on": "all"}


class ResidualMarginSignal:
    kind = "residual_margin"
    title = "Margin free of length"
    description = (
        "Another signal's margin less the part that the difference in length explains. Use it in filters and budgets "
        "in place of that margin, so that they do not favour long answers."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("margin", "Margin free of length", signed=True),
        Column("by_length", "Part of the margin that length explains", signed=True),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            **MARGIN_SCHEMA,
            "length": signal_schema(
                "Length", "A signal of responses to free the margin of; characters if you choose none."
            ),
            "length_column": column_schema("Column of the length", "Its first number, unless you name another column."),
            "fit_on": {
                "type": "string",
                "title": "Learn the effect of length from",
                "oneOf": [
                    {"const": "all", "title": "All pairs"},
                    {"const": "adjudicated", "title": f"Adjudicated pairs (at least {MIN_GOLD})"},
                ],
                "default": "all",
            },
        },
        "required": ["margin"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="this signal")
        check_choice(given, "fit_on", ("all", "adjudicated"))
        columns = _columns(project_id, given)
        facts = {name: column.facts for name, column in columns.items()}
        name = f"{columns['margin'].signal.name}, free of length"
        return name[:160], {**facts, "fit_on": given["fit_on"]}

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("margin", "length"))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            columns = _columns(project_id, given)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, columns, given, used)

        return score, used


def _columns(project_id: int, given: dict[str, Any]) -> dict[str, SignalColumn]:
    columns = {"margin": margin_column(project_id, given)}
    if given["length"] is not None:
        columns["length"] = response_column(project_id, given, "length")
    return columns


def _score(
    source: Source, columns: dict[str, SignalColumn], given: dict[str, Any], used: dict[str, Any]
) -> Iterator[Row]:
    found = pair_values(source, columns)
    margin, length = found.values["margin"], found.values.get("length", found.lengths)
    known = np.isfinite(margin) & np.isfinite(length)
    fit_on = known & _adjudicated(source, found) if given["fit_on"] == "adjudicated" else known
    if given["fit_on"] == "adjudicated" and fit_on.sum() < MIN_GOLD:
        raise JobError(
            f"{int(fit_on.sum()):,} adjudicated pairs have a margin and a length; the effect of length is learned from "
            f"at least {MIN_GOLD}. Adjudicate more pairs, or learn it from all."
        )
    residual = residual_margin(margin, length, fit_on=fit_on)
    used.update(pairs_learned_from=int(fit_on.sum()), slope=residual.slope, share_explained=residual.explained)
    for at, pair in enumerate(found.pairs):
        if known[at]:
            free = float(residual.margin[at])
            yield pair_row(pair, {"margin": free, "by_length": float(margin[at]) - free})
        else:
            yield pair_failed(NO_LENGTH if np.isfinite(margin[at]) else NO_MARGIN, pair)


def _adjudicated(source: Source, found: PairValues) -> Flags:
    """(pairs,) which of them have an adjudicated label."""
    named = {
        (record.record_id, label.a, label.b, label.aspect)
        for record in source.records()
        for label in record.labels
        if label.source == "adjudicated"
    }
    return np.array([tuple(pair) in named for pair in found.pairs], dtype=bool)
