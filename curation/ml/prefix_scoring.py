"""Read what a record's responses share once: the prompt's keys and values are kept and every response continues them.

What is shared is found in the tokens, not assumed from the template: the longest run of tokens that all rows of a
record begin with. In a decoder the states of these tokens depend on nothing after them, so they serve every row.
Where a template renders the prompt otherwise beside each response, the run is short and the rows are scored plainly.

Whether a model can continue a cache at all is found by trying it: see :func:`refusal`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
from transformers.cache_utils import DynamicLayer

from curation.ml.token_rows import TokenRow, common_prefix, padded

MINIMUM_SHARED = 32
"""Shorter runs are not worth a pass of their own."""

_PROBE = (11, 7, 3)
"""Lengths of the trial's rows: what is shared, and the two ends of different length."""


@dataclass(frozen=True)
class PrefixGroup:
    """``members`` are positions of rows that all begin with the same ``length`` tokens."""

    members: list[int]
    length: int


@dataclass
class SharedPrefix:
    """The keys and values of ``length`` tokens, read once."""

    length: int
    cache: Any

    def repeated(self, times: int) -> Any:
        """A cache for ``times`` rows, to be used once: a pass appends to what it is given."""
        cache = copy.copy(self.cache)
        # Shallow copies will do: a layer puts new tensors in the place of its old ones and never writes into them.
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        if times > 1:
            cache.batch_repeat_interleave(times)
        return cache


def group_rows(
    rows: Sequence[TokenRow], longest: Callable[[TokenRow], int], minimum: int = MINIMUM_SHARED
) -> tuple[list[PrefixGroup], list[int]]:
    """Neighbouring rows of one record as groups, and the positions of all other rows that can be scored.

    ``longest(row)`` is how many of the row's first tokens may lie in a shared prefix: the tokens that the result is
    read from must come after it. Failed rows are in neither list.
    """
    groups: list[PrefixGroup] = []
    others: list[int] = []
    able = [at for at, row in enumerate(rows) if not row.failed]
    for _, run in groupby(able, key=lambda at: rows[at].record_id):
        members = list(run)
        first = rows[members[0]].ids
        length = min((common_prefix(first, rows[at].ids) for at in members[1:]), default=0)
        length = min(length, *(longest(rows[at]) for at in members))
        if len(members) > 1 and length >= minimum:
            groups.append(PrefixGroup(members, length))
        else:
            others.extend(members)
    return groups, others


@torch.inference_mode()
def read_prefix(model: Any, ids: list[int], pad: int, device: str) -> SharedPrefix:
    """Keys and values of ``ids``, read by the model below the head: what the head makes of a prompt is not needed."""
    body = getattr(model, model.base_model_prefix, model)
    return SharedPrefix(len(ids), body(**padded([ids], pad, device), use_cache=True).past_key_values)


def refusal(model: Any, pad: int, device: str) -> str | None:
    """Why this model cannot share a prefix, or ``None`` when it can.

    The model scores two short rows in both ways; a model whose earlier tokens see later ones (an encoder), or that
    keeps no cache, gives another answer or an error. Sliding windows and recurrent states are declined unseen,
    because a short trial does not show what they do to a long prompt.
    """
    if getattr(model.config, "is_encoder_decoder", False):
        return "encoder_decoder"
    shared, *ends = _PROBE
    vocabulary = model.config.get_text_config().vocab_size
    # Any tokens but the padding do; a fixed stride keeps the trial the same every time.
    tokens = [at for at in range(0, vocabulary, max(1, vocabulary // 64)) if at != pad]
    rows = [[tokens[(at * (7 + number)) % len(tokens)] for at in range(end)] for number, end in enumerate(ends)]
    prefix = [tokens[(at * 5) % len(tokens)] for at in range(shared)]
    try:
        with torch.inference_mode():
            kept = read_prefix(model, prefix, pad, device)
            if not _plain_cache(kept.cache):
                return "no_plain_cache"
            inputs = padded(rows, pad, device, seen=shared)
            continued = _states(model, **inputs, past_key_values=kept.repeated(len(rows)), use_cache=True)
            for at, (row, end) in enumerate(zip(rows, ends, strict=True)):
                whole = _states(model, **padded([prefix + row], pad, device), use_cache=False)
                if not _agree(whole[0, shared:], continued[at, :end]):
                    return "not_causal"
    except (AttributeError, TypeError, ValueError, RuntimeError):
        # What architectures were seen to answer: no keys and values or no hidden states at all (AttributeError,
        # TypeError), a cache of states that has no length (ValueError), shapes that do not go on (RuntimeError).
        return "no_cache"
    return None


def _states(model: Any, **inputs: Any) -> torch.Tensor:
    """Last hidden states (rows, width, size), asked of the whole model: its head has to hand the cache on as well."""
    states: torch.Tensor = model(**inputs, output_hidden_states=True).hidden_states[-1]
    return states


def _plain_cache(cache: Any) -> bool:
    layers: list[Any] = getattr(cache, "layers", None) or []
    return bool(layers) and all(type(layer) is DynamicLayer for layer in layers)


def _agree(first: torch.Tensor, second: torch.Tensor) -> bool:
    tolerance = 1e-3 if first.dtype == torch.float32 else 0.1
    scale = float(first.float().abs().max())
    return first.shape == second.shape and float((first.float() - second.float()).abs().max()) <= tolerance * scale
