"""How much each response sounds like a language model: for finding human answers that no human wrote.

A heuristic over English habits, for choosing what to look at; never a proof about a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed, no_params
from curation.text.assistant_style import WEIGHTS, assistant_style

SIGNS = {
    "as_ai": "says it is an AI",
    "opening": "opening",
    "closing": "closing",
    "phrases": "stock phrases",
    "lists": "bold lists",
    "headings": "headings",
    "em_dashes": "em dashes",
    "apologies": "apologies",
}
TOO_SHORT = "too_short"


class AssistantStyleSignal:
    kind = "assistant_style"
    title = "Sounds like an AI"
    description = (
        "How much a response sounds like a language model, from 0 to 1, and by which habits: stock phrases, openings, "
        "bold lists. English only. Use it to choose what to look at: people write like this too."
    )
    version = "1"
    queue = "default"
    level: Level = "response"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("score", "Sounds like an AI"),
        Column("as_ai", "Says it is an AI", "flag"),
        Column("signs", "Habits, strongest first", "text"),
    )
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Sounds like an AI", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        return _styles, {}


def _styles(source: Source) -> Iterator[Row]:
    for record in source.records():
        for response in record.responses:
            style = assistant_style(response.content)
            if style.score is None:
                yield failed(TOO_SHORT, record.record_id, response_id=response.response_id)
                continue
            signs = sorted(
                (name for name, part in style.parts.items() if part > 0),
                key=lambda name: -WEIGHTS[name] * style.parts[name],
            )
            values = {
                "score": style.score,
                "as_ai": style.parts["as_ai"] > 0,
                "signs": ", ".join(SIGNS[name] for name in signs) or None,
            }
            yield Row(record.record_id, values, response_id=response.response_id)
