"""What goes into a model: records, the options of reading them, rows of tokens and batches under a token budget."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from curation.ml.model_folder import Device, Precision

TRUNCATED = "truncated"
"""The reason beside a value when the start of the prompt did not fit; the response was read whole."""


@dataclass(frozen=True)
class ScoringItem:
    """One record: prompt messages (``role``, ``content``) and its responses as (response_id, text)."""

    record_id: str
    prompt: Sequence[dict[str, str]]
    responses: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ScoringOptions:
    """How to score. ``token_budget`` is padded tokens per forward pass; about ``window`` responses are held at a time:
    a record's responses stay together.

    ``None`` takes the default of the device (1,024 tokens on a processor, 16,384 on a GPU) and, for ``max_length``,
    the model's own limit up to 2,048 tokens. ``shared_prefix`` reads the tokens that a record's responses have in
    common once instead of once per response, where the model allows it.
    """

    device: Device = "auto"
    precision: Precision = "auto"
    max_length: int | None = None
    token_budget: int | None = None
    window: int = 256
    shared_prefix: bool = True


@dataclass(frozen=True)
class TokenRow:
    """One rendered response. ``ids[start:]`` are the response's own tokens where the reader needs to know them.

    ``failed`` rows are never shown to the model; ``reason`` then says why.
    """

    record_id: str
    response_id: str
    ids: list[int]
    start: int = 0
    reason: str | None = None
    failed: bool = False


def batches(order: list[int], lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Split positions, sorted by length, so that longest length × batch size stays within the budget."""
    batch: list[int] = []
    for at in order:
        if batch and lengths[at] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def padded(rows: Sequence[list[int]], pad: int, device: str, seen: int = 0) -> dict[str, Any]:
    """``input_ids`` (rows, width) and ``attention_mask`` (rows, seen + width); ``seen`` tokens are cached already."""
    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), seen + width), dtype=torch.long)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : seen + len(row)] = 1
    return {"input_ids": ids.to(device), "attention_mask": mask.to(device)}


def common_prefix(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two rows begin with in common."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
