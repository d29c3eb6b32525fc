"""Judgments in words and the rows that contrastive unlikelihood training makes of them (CUT, arXiv 2312.14591)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

ALIGNED_P, ALIGNED_N, MISALIGNED = "aligned_p", "aligned_n", "misaligned"
VARIANTS = (ALIGNED_P, ALIGNED_N, MISALIGNED)

Messages = Sequence[Mapping[str, str]]


def variants_of(judgment: str | None, wanted: Sequence[str]) -> list[str]:
    """The rows a response makes: one of its own request when it is good, two when it is not (METHODS §17)."""
    made = (ALIGNED_P,) if judgment is None else (ALIGNED_N, MISALIGNED)
    return [variant for variant in made if variant in wanted]


def prompt_under(judgment: str, prompt: Messages) -> list[dict[str, str]]:
    """The request with a judgment that the response deserves, so that a bad response is the right one (aligned-N)."""
    asked = f"Respond so that what you write deserves this judgment:\n{judgment}"
    messages = [dict(message) for message in prompt]
    last = max((n for n, message in enumerate(messages) if message["role"] == "user"), default=None)
    if last is None:
        return [*messages, {"role": "user", "content": asked}]
    messages[last]["content"] = f"{messages[last]['content']}\n\n{asked}"
    return messages


def is_sampled(seed: int, name: str, share: float) -> bool:
    """Whether a row of this name is among a share of 0…1 of all: the same whatever the order of rows."""
    lot = hashlib.blake2b(f"{seed} {name}".encode(), digest_size=8).digest()
    return int.from_bytes(lot, "big") < share * 2**64


def judgment_text(body: Any, response_id: str) -> str | None:
    """What a text answer says about one response; None where it says nothing about it alone."""
    text = body.get(response_id) if isinstance(body, Mapping) else None
    return text if isinstance(text, str) and text.strip() else None
