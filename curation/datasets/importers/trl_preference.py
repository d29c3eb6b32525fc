"""TRL's preference format: chosen and rejected as text or messages, with the prompt given or contained in both."""

from __future__ import annotations

import re
from typing import Any

from curation.datasets.importers.base import (
    Draft,
    Row,
    RowError,
    missing,
    preference,
    response_to,
    rest_of,
    text_at,
    wrong_type,
)
from curation.datasets.importers.images import images_at, with_row_images
from curation.datasets.importers.messages import messages_at, split_conversations
from webapp.store.canonical import Message

_LAST_WORD = re.compile(r"\S*\Z")
_USED = frozenset({"prompt", "chosen", "rejected", "strength", "images"})
_USED_WITHOUT_PROMPT = _USED - {"prompt"}


class TrlPreference:
    """Scores, margins and every other column go to the metadata under their own names."""

    key = "trl_preference"
    title = "TRL preference"

    def fits(self, row: Row) -> bool:
        chosen, rejected = row.get("chosen"), row.get("rejected")
        return type(chosen) is type(rejected) and type(chosen) in (str, list)

    def draft(self, row: Row) -> Draft:
        prompt, better, worse = _parts(row)
        kept_prompt = (
            type(row.get("prompt")) is str and type(row["chosen"]) is list and prompt[-1].content != row["prompt"]
        )
        return Draft(
            with_row_images(prompt, images_at(row.get("images"), "images")),
            [response_to(better), response_to(worse)],
            preference(row),
            metadata=rest_of(row, _USED_WITHOUT_PROMPT if kept_prompt else _USED),
        )


def _parts(row: Row) -> tuple[list[Message], Message, Message]:
    prompt = row.get("prompt")
    if type(row.get("chosen")) is str:
        chosen, rejected = text_at(row, "chosen"), text_at(row, "rejected")
        if prompt is None:
            return _split_texts(chosen, rejected)
        return _prompt_messages(row, prompt), _turn(chosen), _turn(rejected)
    if row.get("chosen") is not None and type(row["chosen"]) is not list:
        raise wrong_type("chosen", "text or a list of messages", row["chosen"])
    shared, better, worse = split_conversations(messages_at(row, "chosen"), messages_at(row, "rejected"))
    if prompt is None:
        if not shared:
            raise RowError("no_shared_prompt", "The two conversations share no turn that could be the prompt.")
        return shared, better, worse
    if type(prompt) is str and shared:
        # The prompt is repeated inside the conversations, which tell more than its text alone.
        return shared, better, worse
    return [*_prompt_messages(row, prompt), *shared], better, worse


def _prompt_messages(row: Row, prompt: Any) -> list[Message]:
    if type(prompt) is str:
        return [Message("user", prompt)]
    if type(prompt) is list:
        return messages_at(row, "prompt")
    raise missing("prompt") if prompt is None else wrong_type("prompt", "text or a list of messages", prompt)


def _split_texts(chosen: str, rejected: str) -> tuple[list[Message], Message, Message]:
    """Two texts that begin alike: the shared words are the prompt. No word is cut in two."""
    length = next((i for i, (a, b) in enumerate(zip(chosen, rejected, strict=False)) if a != b), None)
    shared = chosen[: min(len(chosen), len(rejected)) if length is None else length]
    shared = shared[: len(shared) - len(_LAST_WORD.search(shared)[0])]  # type: ignore[index]
    if not shared.strip():
        raise RowError("no_shared_prompt", "There is no prompt, and the two texts do not begin alike.")
    return [Message("user", shared.rstrip())], _turn(chosen[len(shared) :]), _turn(rejected[len(shared) :])


def _turn(text: str) -> Message:
    return Message("assistant", text)
