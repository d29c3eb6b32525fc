"""Replies in batches: each row drawn as its own call says, whatever is generated beside it.

transformers' own ``generate`` runs the loop; what a row's next token is, is decided here. At temperature 0 it is the
most probable one. Otherwise Gumbel noise is added to the tempered log-probabilities and the largest sum wins, which is
a draw from them (Gumbel 1954; the "Gumbel-max trick"). The noise comes from a generator of the row's own, seeded with
the call's seed and tokens, so a reply depends neither on its neighbours nor on their order.

Penalties and temperatures that a model's files suggest are not applied: a call says all there is to sampling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessor, LogitsProcessorList

from curation.ml.judging.calls import Sampling
from curation.ml.token_rows import batches


@dataclass(frozen=True)
class Prompt:
    """Tokens to continue, and how."""

    ids: list[int]
    sampling: Sampling


@dataclass(frozen=True)
class Reply:
    """What was generated after row ``at``: tokens with the end-of-sequence token, or why there are none."""

    at: int
    ids: list[int] = field(default_factory=list)
    reason: str | None = None


class ReplyGenerator:
    """One loaded causal language model. ``token_budget`` is padded tokens of a batch with its replies."""

    def __init__(self, model: Any, tokenizer: Any, pad: int, device: str, *, token_budget: int) -> None:
        self._model = model
        self._pad = pad
        self._device = device
        self._ends = _ends(model, tokenizer)
        model.generation_config = GenerationConfig(pad_token_id=pad, eos_token_id=sorted(self._ends) or None)
        self.token_budget = token_budget

    def generate(self, prompts: Sequence[Prompt]) -> Iterator[list[Reply]]:
        """Every prompt once, a batch of like length and like limit after the other."""
        lengths = [len(prompt.ids) + prompt.sampling.max_tokens for prompt in prompts]

        def limit(at: int) -> int:
            return prompts[at].sampling.max_tokens

        order = sorted(range(len(prompts)), key=lambda at: (limit(at), lengths[at], prompts[at].ids))
        for _, run in groupby(order, key=limit):
            for batch in batches(list(run), lengths, self.token_budget):
                yield self._batch_or_less(prompts, batch)

    def _batch_or_less(self, prompts: Sequence[Prompt], batch: list[int]) -> list[Reply]:
        try:
            return self._batch(prompts, batch)
        except torch.OutOfMemoryError:
            if len(batch) == 1:
                return [Reply(batch[0], reason="out_of_memory")]
        # Outside the handler, so that the failed attempt's tensors are free before the next one.
        if self._device == "cuda":
            torch.cuda.empty_cache()
        middle = len(batch) // 2
        return [*self._batch_or_less(prompts, batch[:middle]), *self._batch_or_less(prompts, batch[middle:])]

    @torch.inference_mode()
    def _batch(self, prompts: Sequence[Prompt], batch: list[int]) -> list[Reply]:
        rows = [prompts[at] for at in batch]
        width = max(len(row.ids) for row in rows)
        # The next token stands beside the last one of every row, so the padding is on the left.
        ids = torch.tensor([[self._pad] * (width - len(row.ids)) + row.ids for row in rows])
        mask = torch.tensor([[0] * (width - len(row.ids)) + [1] * len(row.ids) for row in rows])
        drawing = Drawing(rows)
        output = self._model.generate(
            input_ids=ids.to(self._device),
            attention_mask=mask.to(self._device),
            logits_processor=LogitsProcessorList([drawing]),
            max_new_tokens=rows[0].sampling.max_tokens,
            do_sample=False,
        )
        replies = zip(batch, output[:, width:].tolist(), drawing.failed.tolist(), strict=True)
        return [
            Reply(at, reason="not_a_number") if bad else Reply(at, self._until_end(new)) for at, new, bad in replies
        ]

    def _until_end(self, ids: list[int]) -> list[int]:
        last = next((at for at, token in enumerate(ids) if token in self._ends), len(ids) - 1)
        return ids[: last + 1]


class Drawing(LogitsProcessor):
    """Scores (rows, vocabulary) whose largest is the token that each row draws; ``failed`` rows met a NaN."""

    def __init__(self, rows: Sequence[Prompt]) -> None:
        self._sampled = [
            (at, row.sampling, _seeded(row)) for at, row in enumerate(rows) if row.sampling.temperature > 0
        ]
        self.failed = torch.zeros(len(rows), dtype=torch.bool)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.failed |= torch.isnan(scores).any(dim=-1).cpu()
        scores = scores.float()
        for at, sampling, generator in self._sampled:
            log_probs = torch.log_softmax(scores[at].cpu().double() / sampling.temperature, dim=-1)
            noise = -torch.empty_like(log_probs).exponential_(generator=generator).log()
            scores[at] = (_nucleus(log_probs, sampling.top_p) + noise).to(scores)
        return scores


def _nucleus(log_probs: torch.Tensor, top_p: float) -> torch.Tensor:
    """The fewest most probable tokens that hold ``top_p``; the others get probability 0."""
    if top_p >= 1:
        return log_probs
    ordered, order = log_probs.sort(descending=True)
    before = ordered.exp().cumsum(dim=-1) - ordered.exp()
    return log_probs.index_fill(0, order[before >= top_p], -torch.inf)


def _seeded(row: Prompt) -> torch.Generator:
    # The tokens are part of the seed: with one noise for all rows, a sample of pairs would err in one direction.
    content = hashlib.sha256(f"{row.sampling.seed} {row.ids}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(content[:8], "big") >> 1)


def _ends(model: Any, tokenizer: Any) -> set[int]:
    configured = getattr(model.generation_config, "eos_token_id", None)
    ends = configured if isinstance(configured, list) else [configured]
    return {each for each in (*ends, tokenizer.eos_token_id) if each is not None}
