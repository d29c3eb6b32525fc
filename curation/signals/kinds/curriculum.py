"""The order of a curriculum: pairs from easy to hard, and the stage of each.

Easy is a large margin chosen − rejected; pairs that the margin contradicts come last, for they are the hardest or
mislabelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from curation.domain.selection import curriculum
from curation.signals.column_params import (
    MARGIN_DEFAULTS,
    MARGIN_SCHEMA,
    SignalColumn,
    check_of_version,
    margin_column,
)
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, pair_failed, pair_row
from curation.signals.order import PLACE, placed
from curation.signals.pair_features import NO_DIRECTION
from curation.signals.pair_values import NO_MARGIN, pair_values
from curation.signals.params import check_whole, filled_in
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error

DEFAULTS: dict[str, Any] = {**MARGIN_DEFAULTS, "stages": 3}


class CurriculumSignal:
    kind = "curriculum"
    title = "Curriculum: easy to hard"
    description = (
        "Puts pairs in order from clear to close by another signal's margin, in stages of equal size. Take the first "
        "stages by a filter, or the easiest pairs by a budget on the priority."
    )
    version = "1"
    queue = "default"
    level: Level = "pair"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        *PLACE,
        Column("stage", "Stage, 1 the easiest"),
        Column("margin", "Chosen − rejected"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            **MARGIN_SCHEMA,
            "stages": {"type": "integer", "minimum": 1, "maximum": 100, "default": 3},
        },
        "required": ["margin"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the curriculum")
        check_whole(given, "stages", 1, 100)
        margin = margin_column(project_id, given)
        return f"Curriculum by {margin.signal.name}"[:160], {"margin": margin.facts, "stages": given["stages"]}

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("margin",))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            margin = margin_column(project_id, given)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            yield from _score(source, margin, given["stages"], used)

        return score, used


def _score(source: Source, column: SignalColumn, stages: int, used: dict[str, Any]) -> Iterator[Row]:
    found = pair_values(source, {"margin": column})
    margin = found.toward_chosen("margin")
    known = np.flatnonzero(np.isfinite(margin))
    picked, stage = curriculum(margin[known], stages=stages)
    used.update(pairs=int(known.size), contradicted=int((margin[known] < 0).sum()))
    at_place = {int(known[row]): at for at, row in enumerate(picked.indices)}
    for at, pair in enumerate(found.pairs):
        if at not in at_place:
            yield pair_failed(NO_DIRECTION if found.direction[at] == 0 else NO_MARGIN, pair)
            continue
        place = at_place[at]
        values = {**placed(place, len(at_place)), "stage": float(stage[place]) + 1, "margin": float(margin[at])}
        yield pair_row(pair, values)
