"""What a kind of signal must provide."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from webapp.store.canonical import Record


@dataclass(frozen=True)
class Value:
    """One response's value, or the reason why it has none. A missing value is never 0."""

    record_id: str
    response_id: str
    score: float | None
    state: str = "ok"
    reason: str | None = None


# Scores records in order and yields one value a response; also returns what was used, for the provenance.
Scorer = Callable[[Iterator[Record]], Iterator[Value]]


class SignalKind(Protocol):
    """One module of this folder provides one kind. `version` changes when the same input gives other numbers."""

    kind: str
    title: str
    description: str
    version: str
    queue: str
    params_schema: dict[str, Any]

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Check the parameters; return the signal's name and its provenance so far. Raises ApplicationError."""
        ...

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        """In a worker: make the scorer, and say what else was used (package versions, device)."""
        ...
