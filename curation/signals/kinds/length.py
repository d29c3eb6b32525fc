"""Length of each response in characters: the covariate every margin should be looked at beside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import Scorer, Value
from webapp.api.errors import ApplicationError
from webapp.store.canonical import Record


class LengthSignal:
    kind = "length"
    title = "Length in characters"
    description = "Number of characters of each response. A recipe sees the difference chosen − rejected."
    version = "1"
    queue = "default"
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if params:
            raise ApplicationError(f"params: this signal takes none, but got {', '.join(sorted(params))}.")
        return "Length in characters", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        return _lengths, {}


def _lengths(records: Iterator[Record]) -> Iterator[Value]:
    for record in records:
        for response in record.responses:
            yield Value(record.record_id, response.response_id, float(len(response.content)))
