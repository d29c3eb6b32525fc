"""Chat messages, in the vocabularies and with the typed parts that formats give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.datasets.importers.base import RowError, missing, wrong_type
from curation.datasets.importers.images import PLACEHOLDER, image_of, images_at
from webapp.store.canonical import Message

ROLES = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "chatgpt": "assistant",
    "function_call": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "observation": "tool",
    "function": "tool",
}


def messages_at(row: Mapping[str, Any], key: str) -> list[Message]:
    """A list of chat messages under a key, in either vocabulary: role/content or from/value."""
    value = row.get(key)
    if type(value) is not list:
        raise missing(key) if value is None else wrong_type(key, "a list of messages", value)
    return [message_of(entry, f"{key}[{index}]") for index, entry in enumerate(value)]


def message_of(entry: Any, where: str) -> Message:
    if type(entry) is not dict:
        raise wrong_type(where, "a message", entry)
    role = entry.get("role") or entry.get("from")
    if type(role) is not str:
        raise missing(f"{where}.role")
    known = ROLES.get(role.lower())
    if known is None:
        raise RowError("unknown_role", f"The role “{role[:40]}” in “{where}” is not one a conversation can have.")
    content = entry["content"] if "content" in entry else entry.get("value")
    images = images_at(entry.get("images"), f"{where}.images")
    if type(content) is list:
        content, more = _joined(content, where)
        images = [*(images or []), *more] or None
    if content is None and images:
        content = ""
    if type(content) is not str:
        raise missing(f"{where}.content") if content is None else wrong_type(f"{where}.content", "text", content)
    return Message(known, content, images)


def _joined(parts: list[Any], where: str) -> tuple[str, list[str]]:
    """Text and images of a message given as typed parts.

    An image part without an address stands for one of the row's own images; its place is kept in the text.
    """
    texts: list[str] = []
    images: list[str] = []
    for part in parts:
        kind = part.get("type") if type(part) is dict else None
        if kind == "text" and type(part.get("text")) is str:
            texts.append(part["text"])
        elif kind in ("image", "image_url"):
            given = next((part[key] for key in ("image_url", "image", "url") if part.get(key) is not None), None)
            if given is None:
                texts.append(PLACEHOLDER)
            else:
                images.append(image_of(given, where))
        else:
            raise RowError("wrong_type", f"The message “{where}” holds a part that is neither text nor an image.")
    return "".join(texts), images


def split_conversations(chosen: list[Message], rejected: list[Message]) -> tuple[list[Message], Message, Message]:
    """The turns two conversations share, and the assistant's last turn of each.

    Raises RowError when either does not end with the assistant, or when they part before their last turn.
    """
    for name, turns in (("chosen", chosen), ("rejected", rejected)):
        if not turns or turns[-1].role != "assistant":
            raise RowError("no_assistant_turn", f"The {name} conversation does not end with an assistant turn.")
    if chosen[:-1] != rejected[:-1]:
        raise RowError(
            "no_shared_prompt", "The two conversations differ before their last turn, so they share no prompt."
        )
    return chosen[:-1], chosen[-1], rejected[-1]
