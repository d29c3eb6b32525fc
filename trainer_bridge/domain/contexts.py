"""Values as a system turn, and one by one (Janus, arXiv 2405.17977; METHODS §15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PARTS = ("dimension", "subdimension", "description")
WHOLE = "context"


def under_system(context: str, prompt: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The conversation with the context as its system turn, after what a system turn of its own says."""
    messages = [dict(message) for message in prompt]
    if not context:
        return messages
    if messages and messages[0]["role"] == "system":
        own = messages[0]["content"]
        return [{"role": "system", "content": f"{own}\n\n{context}" if own.strip() else context}, *messages[1:]]
    return [{"role": "system", "content": context}, *messages]


def preference_set(context: str, metadata: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values of a context by dimension: as the record names them, or the whole context as one."""
    given = metadata.get("preference_set")
    if isinstance(given, list) and given and all(_is_preference(each) for each in given):
        return [{part: each.get(part) or "" for part in PARTS} for each in given]
    return [{"dimension": WHOLE, "subdimension": "", "description": context}] if context else []


def _is_preference(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and bool(entry.get("dimension"))
        and all(isinstance(entry.get(part, ""), str) for part in PARTS)
    )
