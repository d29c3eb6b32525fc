"""What the small server serves: anything that completes a conversation and can tell how probable its tokens were."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from curation.ml.judging.calls import Call


@dataclass(frozen=True)
class Token:
    """A token of the reply, its log-probability, and (text, log-probability) of the most probable at its place."""

    text: str
    log_prob: float
    top: list[tuple[str, float]]


@dataclass(frozen=True)
class Completion:
    """A reply. `finish_reason` is "stop" or "length"."""

    text: str
    tokens: list[Token] = field(default_factory=list)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    finish_reason: str = "stop"


class ChatModel(Protocol):
    """What is served; called from several threads."""

    name: str

    def complete(self, call: Call, top: int) -> Completion:
        """The reply to a call; its tokens are told when `top` is at least 1. Raises Refusal."""
        ...


class Refusal(Exception):
    """A request that is answered with an error."""

    def __init__(self, message: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code = status, code
