"""Monte-Carlo dropout: how much a reward model's score of a response moves when parts of the model are left out.

Uncertainty-enhanced preference optimisation (UPO) keeps pairs that the estimator is sure of. Each response is scored
``passes`` times with dropout drawn anew; mean and population standard deviation are reported, and the passes
themselves, because the uncertainty of a pair is that of the difference within a pass.

A response's passes are seeded by the seed, its record and its tokens and are batched among themselves, so neighbours,
order, windows and names change nothing. Many decoders have no dropout: their passes would agree and the uncertainty
would be a false 0, so they are refused unless ``head_dropout`` names a rate for the state that the score head reads.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch.nn import functional

from curation.ml.model_folder import ScoringError
from curation.ml.response_scoring import ResponseScorer
from curation.ml.reward_scoring import RewardScorer, ScoringOptions, load_reward_model
from curation.ml.token_rows import TokenRow, padded

_PROBE_TOKENS = 16


@dataclass(frozen=True)
class DropoutScore:
    """``mean`` and population ``std`` of ``samples`` (one score per pass); all ``None`` or empty when failed.

    Reasons are those of a reward score.
    """

    record_id: str
    response_id: str
    mean: float | None
    std: float | None
    samples: tuple[float, ...]
    state: Literal["ok", "failed"]
    reason: str | None


@dataclass(frozen=True)
class DropoutMargin:
    """Second − first: ``mean`` and population ``std`` over passes; ``lean`` is the share of passes that prefer the
    second minus the share that prefer the first."""

    mean: float
    std: float
    lean: float


def dropout_margin(first: DropoutScore, second: DropoutScore) -> DropoutMargin | None:
    """The pair's margin, taken pass by pass; ``None`` when a side failed. A tied pass leans neither way.

    Swapping the sides negates ``mean`` and ``lean`` exactly and leaves ``std``.
    Raises ValueError when the two were scored with different numbers of passes.
    """
    if first.state != "ok" or second.state != "ok":
        return None
    gaps = [late - early for early, late in zip(first.samples, second.samples, strict=True)]
    mean, std = _moments(gaps)
    return DropoutMargin(mean, std, sum((gap > 0) - (gap < 0) for gap in gaps) / len(gaps))


class DropoutScorer(ResponseScorer[tuple[float, ...], DropoutScore]):
    """A reward model scored with dropout switched on. ``provenance`` says what was loaded and how it is drawn."""

    noun = "reward model"

    def __init__(
        self,
        model: str,
        *,
        passes: int = 20,
        seed: int = 0,
        head_dropout: float | None = None,
        revision: str | None = None,
        options: ScoringOptions | None = None,
    ) -> None:
        """``passes`` ≥ 2; ``head_dropout`` in (0, 1) is a rate applied before the score head, beside the model's own.

        Raises :class:`ScoringError` when the model cannot score, or has no dropout and no rate is given.
        """
        if passes < 2:
            raise ScoringError(f"Uncertainty needs at least two passes; {passes} were asked for.")
        if head_dropout is not None and not 0 < head_dropout < 1:
            raise ScoringError(f"A dropout rate lies between 0 and 1; {head_dropout} does not.")
        super().__init__(model, revision=revision, options=options)
        self.passes, self.seed, self.head_dropout = passes, seed, head_dropout
        if head_dropout is not None:
            self._drop_before_head(model, head_dropout)
        self._refuse_without_dropout(model)
        self.provenance |= {
            "passes": passes,
            "seed": seed,
            "head_dropout": head_dropout,
            "token_budget": self.token_budget,
            # A prefix that is shared would share its dropout too.
            "shared_prefix": "switched_off",
        }

    _check_tokenizer = RewardScorer._check_tokenizer
    _render = RewardScorer._render

    def _load(self, folder: Path, model: str, dtype: torch.dtype) -> Any:
        return load_reward_model(folder, model, dtype)

    def _drop_before_head(self, model: str, rate: float) -> None:
        head = getattr(self._model, "score", None) or getattr(self._model, "classifier", None)
        if not isinstance(head, torch.nn.Module):
            raise ScoringError(f"The score head of {model} is not known, so no dropout can be put before it.")

        def drop(_: Any, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
            state, *others = inputs
            return (functional.dropout(state, rate, training=self._model.training), *others)

        head.register_forward_pre_hook(drop)

    def _refuse_without_dropout(self, model: str) -> None:
        # Dropout hides in modules, in functional calls and in attention kernels; whether scores move is seen by trying.
        words = self._model.config.get_text_config().vocab_size
        ids = [at % words for at in range(1, _PROBE_TOKENS + 1)]
        row = TokenRow("", "", [at for at in ids if at != self._pad])
        samples = self._draw(row)
        if max(samples) == min(samples):
            raise ScoringError(
                f"The reward model {model} has no dropout, so every pass would give the same score and an uncertainty "
                "of 0 that means nothing; give a head_dropout rate, or use an ensemble."
            )

    def _score_window(self, window: list[TokenRow]) -> dict[int, tuple[float, ...] | str]:
        return {at: self._draw_or_reason(row) for at, row in enumerate(window) if not row.failed}

    def _draw_or_reason(self, row: TokenRow) -> tuple[float, ...] | str:
        try:
            return self._draw(row)
        except torch.OutOfMemoryError:
            return "out_of_memory"

    @torch.inference_mode()
    def _draw(self, row: TokenRow) -> tuple[float, ...]:
        """The row's passes. Copies of one row fill a batch: nothing is padded and each copy has dropout of its own."""
        size = max(1, self.token_budget // len(row.ids))
        samples: list[float] = []
        devices = [torch.cuda.current_device()] if self.device == "cuda" else []
        # Neither the program's random state nor the model's mode is ours to leave changed.
        with torch.random.fork_rng(devices), _training(self._model):
            torch.manual_seed(_row_seed(self.seed, row))
            while len(samples) < self.passes:
                copies = [row.ids] * min(size, self.passes - len(samples))
                logits = self._model(**padded(copies, self._pad, self.device), use_cache=False).logits
                samples.extend(logits.float().squeeze(-1).tolist())
        return tuple(samples)

    def _result(self, row: TokenRow, value: tuple[float, ...] | None, reason: str | None) -> DropoutScore:
        if value is not None and not all(map(math.isfinite, value)):
            value, reason = None, "not_a_number"
        if value is None:
            return DropoutScore(row.record_id, row.response_id, None, None, (), "failed", reason)
        return DropoutScore(row.record_id, row.response_id, *_moments(value), value, "ok", row.reason)


@contextmanager
def _training(model: Any) -> Iterator[None]:
    model.train()
    try:
        yield
    finally:
        model.eval()


def _row_seed(seed: int, row: TokenRow) -> int:
    named = f"{seed}\n{row.record_id}\n{row.ids}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:8], "big") >> 1


def _moments(values: Sequence[float]) -> tuple[float, float]:
    """Mean and population standard deviation; negated values give exactly the negated mean."""
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
