"""One question to a model and what came back: the interface between judges and the backends that answer them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol


class BackendError(Exception):
    """The backend cannot answer at all (no such model, no log-probabilities). The message is one sentence."""


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn. `temperature` 0 takes the most probable token every time."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 512
    seed: int = 0


@dataclass(frozen=True)
class Call:
    """One question: a conversation of (role, content), and how it is to be answered.

    With `options` nothing is generated: the answer holds the log-probability of each option as the next token.
    `lead` is what the assistant's turn begins with. `schema` is the JSON schema of the reply, enforced where the
    backend can and only asked for elsewhere.
    """

    messages: tuple[tuple[str, str], ...]
    options: tuple[str, ...] = ()
    lead: str = ""
    schema: Mapping[str, Any] | None = None
    sampling: Sampling = Sampling()


@dataclass(frozen=True)
class Answer:
    """What came back. `log_probs` are natural logarithms over the whole vocabulary, one per option.

    A `reason` ("context_too_long", "http_500") says that it failed; then there is nothing else to rely on. Tokens that
    a backend reports as read from its cache are counted in `prompt_tokens` too.
    """

    text: str = ""
    log_probs: Mapping[str, float] | None = None
    reason: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class JudgeBackend(Protocol):
    """Answers calls. `identity` is what answers depend on and keys contain; `provenance` adds device and versions."""

    @property
    def identity(self) -> Mapping[str, Any]: ...

    @property
    def provenance(self) -> Mapping[str, Any]: ...

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        """Answers under the callers' numbers, in any order.

        Calls are pulled when there is room for them, never all at once. `None` says that there is nothing to ask
        before an answer under way is handed out; while none is under way, the caller gives calls or ends.
        Raises BackendError.
        """
        ...


def call_key(identity: Mapping[str, Any], call: Call) -> bytes:
    """SHA-256 of everything the answer depends on: 32 bytes."""
    facts = {"identity": identity, "call": asdict(call)}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False, default=dict).encode()).digest()
