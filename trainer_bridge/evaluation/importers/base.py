"""What a layout of benchmark rows gives back, and the checks all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from curation.datasets.importers.base import Row, RowError, missing, text_at, wrong_type
from curation.datasets.importers.messages import messages_at
from trainer_bridge.evaluation.items import CORRECT, INCORRECT, Candidate, Item
from webapp.store.canonical import Message

__all__ = [
    "Draft",
    "Layout",
    "Row",
    "RowError",
    "answer_in",
    "item_of",
    "optional_id",
    "prompt_at",
    "stem_of",
    "texts_at",
]


class Draft(NamedTuple):
    """A row as its layout tells it. `item_id` is None where the row has none; `styles` go with the answers in order."""

    item_id: str | None
    subset: str
    prompt: Sequence[Message]
    right: Sequence[str]
    wrong: Sequence[str]
    styles: Sequence[str] = ()


class Layout(Protocol):
    """One layout. `fits` must be cheap and strict; `draft` raises RowError. `file` is the name its rows came under."""

    key: str

    def fits(self, row: Row) -> bool: ...

    def draft(self, row: Row, *, file: str) -> Draft: ...


def item_of(draft: Draft, *, item_id: str) -> Item:
    """The item of a draft. Raises RowError for empty texts, and where an answer is right and wrong at once."""
    if not any(message.content.strip() for message in draft.prompt):
        raise RowError("empty_prompt", "The prompt is empty.")
    if not draft.right or not draft.wrong:
        raise RowError("no_answer", "An item needs an answer that is right and one that is wrong.")
    for text in (*draft.right, *draft.wrong):
        if not text.strip():
            raise RowError("empty_response", "An answer is empty.")
    if not draft.styles and set(draft.right) & set(draft.wrong):
        raise RowError("identical_responses", "An answer is both right and wrong, so there is nothing to tell apart.")
    styles: Sequence[str | None] = draft.styles or [None] * max(len(draft.right), len(draft.wrong))
    return Item(
        item_id,
        draft.subset,
        [{"role": message.role, "content": message.content} for message in draft.prompt],
        [
            *(Candidate(text, CORRECT, style) for text, style in zip(draft.right, styles, strict=False)),
            *(Candidate(text, INCORRECT, style) for text, style in zip(draft.wrong, styles, strict=False)),
        ],
    )


def prompt_at(row: Mapping[str, Any], key: str = "prompt") -> list[Message]:
    """A prompt as text or as messages."""
    if type(row.get(key)) is str:
        return [Message("user", row[key])]
    return messages_at(row, key)


def texts_at(row: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts."""
    value = row.get(key)
    if type(value) is not list:
        raise missing(key) if value is None else wrong_type(key, "a list of texts", value)
    return [text_at({f"{key}[{at}]": text}, f"{key}[{at}]") for at, text in enumerate(value)]


def answer_in(value: Any, where: str) -> str:
    """The text of an answer written as {"answer": …}, as RMB does, or plainly."""
    if type(value) is dict:
        return text_at({f"{where}.answer": value.get("answer")}, f"{where}.answer")
    return text_at({where: value}, where)


def optional_id(row: Mapping[str, Any], *keys: str) -> str | None:
    """The first of these fields that holds a text or a whole number, as text."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return None


def stem_of(file: str) -> str:
    """A file's name without folders and endings."""
    return file.rpartition("/")[2].partition(".")[0]
