"""Whether each prompt can be answered: length, form, answerability and noise of its last question, and harm.

The heuristic behind FiFA's quality where no language model rates prompts (METHODS §7).
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from typing import Any

from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, no_params
from curation.text.language import language
from curation.text.prompt_quality import HARM, PromptQuality, prompt_quality
from webapp.store.canonical import Record


class PromptQualitySignal:
    kind = "prompt_quality"
    title = "Quality of the prompt"
    description = (
        "How well a prompt can be answered, from 0 to 1, by its last question: its length, form and clarity, and "
        "whether it refers to what is not there. The problems say why; requests for harm are flagged, not marked down."
    )
    version = "1"
    queue = "default"
    level: Level = "record"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("quality", "Quality"),
        Column("answerable", "Can be answered"),
        Column("form", "Question or task"),
        Column("clean", "Free of noise"),
        Column("harm", "Asks for something harmful", "flag"),
        Column("problems", "Problems", "text"),
        Column("language", "Language", "text"),
    )
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Quality of the prompt", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        return _qualities, {"py3langid": importlib.metadata.version("py3langid")}


def quality_of(record: Record) -> PromptQuality:
    """Of the last thing a user said; earlier turns and the context may hold what it refers to."""
    asked = _last_question(record)
    return prompt_quality(asked, has_context=len(record.prompt) > 1 or bool(record.context))


def _last_question(record: Record) -> str:
    said = [message.content for message in record.prompt if message.role == "user"]
    return said[-1] if said else "\n\n".join(message.content for message in record.prompt)


def _qualities(source: Source) -> Iterator[Row]:
    for record in source.records():
        found = quality_of(record)
        yield Row(
            record.record_id,
            {
                "quality": found.quality,
                **{name: found.parts[name] for name in ("answerable", "form", "clean")},
                "harm": any(reason.startswith(HARM) for reason in found.reasons),
                "problems": "; ".join(found.reasons) or None,
                "language": language(_last_question(record)).code,
            },
        )
