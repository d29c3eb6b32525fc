"""Length of each response in characters: the covariate every margin should be looked at beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import SCORE, Level, Row, Scope, Scorer, Source, no_params


class LengthSignal:
    kind = "length"
    title = "Length in characters"
    description = "Number of characters of each response. A recipe sees the difference chosen − rejected."
    version = "1"
    queue = "default"
    level: Level = "response"
    scope: Scope = "part"
    columns = SCORE
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Length in characters", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        return _lengths, {}


def _lengths(source: Source) -> Iterator[Row]:
    for record in source.records():
        for response in record.responses:
            values = {"score": float(len(response.content))}
            yield Row(record.record_id, values, response_id=response.response_id)
