"""ShareGPT conversations with a chosen and a rejected last turn, as LLaMA-Factory reads them."""

from __future__ import annotations

from typing import Any

from curation.datasets.importers.base import Draft, Row, RowError, missing, preference, response_to, rest_of
from curation.datasets.importers.images import images_at, with_row_images
from curation.datasets.importers.messages import message_of, messages_at
from webapp.store.canonical import Message

_USED = frozenset({"conversations", "messages", "chosen", "rejected", "system", "strength", "images"})


class ShareGpt:
    key = "sharegpt"
    title = "ShareGPT conversations"

    def fits(self, row: Row) -> bool:
        turns = row.get("conversations", row.get("messages"))
        return type(turns) is list and type(row.get("chosen")) is dict and type(row.get("rejected")) is dict

    def draft(self, row: Row) -> Draft:
        prompt = messages_at(row, "messages" if "conversations" not in row and "messages" in row else "conversations")
        system = row.get("system")
        if type(system) is str and system.strip():
            prompt.insert(0, Message("system", system))
        chosen, rejected = (_last_turn(row.get(name), name) for name in ("chosen", "rejected"))
        return Draft(
            with_row_images(prompt, images_at(row.get("images"), "images")),
            [response_to(chosen), response_to(rejected)],
            preference(row),
            metadata=rest_of(row, _USED),
        )


def _last_turn(entry: Any, name: str) -> Message:
    if entry is None:
        raise missing(name)
    message = message_of(entry, name)
    if message.role != "assistant":
        raise RowError("no_assistant_turn", f"The {name} turn is not the assistant's.")
    return message
