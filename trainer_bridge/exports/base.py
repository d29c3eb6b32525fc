"""What a format must say about itself, and the pair it turns into a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


@dataclass(frozen=True)
class Pair:
    """One kept pair of a snapshot: `prompt` as messages, the two answers as text, `split` train or test."""

    prompt: list[dict[str, str]]
    chosen: str
    rejected: str
    strength: float | None
    split: str
    # A recipe made the label soft or gave the pair another weight, which no format here can say.
    is_treated: bool = False


@dataclass(frozen=True)
class Column:
    name: str
    description: str


class Format(Protocol):
    """A file format of one trainer. `schema` fixes the columns and their order in every file."""

    key: str
    title: str
    trainer: str
    columns: tuple[Column, ...]
    schema: pa.Schema
    over_long: str

    def row(self, pair: Pair) -> dict[str, Any]:
        """The pair as one row of `schema`; every value is set."""
        ...


def assistant(content: str) -> list[dict[str, str]]:
    """An answer as the conversation that continues the prompt."""
    return [{"role": "assistant", "content": content}]
