"""Scores of responses under a reward model: one number per (prompt, response), or a stated reason why there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoModelForSequenceClassification

from curation.ml.model_folder import ScoringError
from curation.ml.response_scoring import BatchScorer
from curation.ml.token_rows import TRUNCATED, ScoringItem, ScoringOptions, TokenRow, common_prefix

__all__ = ["TRUNCATED", "ResponseScore", "RewardScorer", "ScoringError", "ScoringItem", "ScoringOptions"]


@dataclass(frozen=True)
class ResponseScore:
    """``score`` is the model's raw output (unbounded) when ``state`` is ok, else ``None``.

    ``reason``: ``truncated`` beside a score; for a failure ``response_too_long``, ``template``, ``not_a_number`` or
    ``out_of_memory``.
    """

    record_id: str
    response_id: str
    score: float | None
    state: Literal["ok", "failed"]
    reason: str | None


HEADS_KEY = "reward_heads"
"""Where a model trained here says what its several outputs are: "aspects" of a response, or "categories" of faults."""


class RewardScorer(BatchScorer[float, ResponseScore]):
    """A loaded reward model. ``provenance`` says what was loaded; ``counts`` adds up states and reasons."""

    noun = "reward model"

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        options: ScoringOptions | None = None,
        head: str | None = None,
    ) -> None:
        """``head`` names the output to read of a model that has one for each aspect. Raises ScoringError."""
        self._head = head
        self._output = 0
        super().__init__(model, revision=revision, options=options)
        if head is not None:
            self.provenance["head"] = head

    def _check_tokenizer(self, model: str) -> None:
        if self._tokenizer.chat_template is None:
            raise ScoringError(
                f"The reward model {model} has no chat template, so the text form it was trained on is not known."
            )

    def _load(self, folder: Path, model: str, dtype: torch.dtype) -> Any:
        loaded = load_reward_model(folder, model, dtype, head=self._head)
        self._output = 0 if self._head is None else int(loaded.config.label2id[self._head])
        return loaded

    def _render(self, prompt: list[dict[str, str]], content: str) -> tuple[list[int], int]:
        ids = self._template_ids([*prompt, {"role": "assistant", "content": content}])
        # The score is read from the last token, so where the response starts matters only to what may be cut off.
        if len(ids) <= self.max_length:
            return ids, 0
        return ids, common_prefix(self._template_ids(prompt, add_generation_prompt=True), ids)

    def _longest_prefix(self, row: TokenRow) -> int:
        # The score is that of the last token that is not padding, which must be among those read per row.
        last = next((at for at in range(len(row.ids) - 1, -1, -1) if row.ids[at] != self._pad), 0)
        return min(last, len(row.ids) - 1)

    def _read(self, rows: Sequence[TokenRow], output: Any, seen: int) -> list[float]:
        return [float(value) for value in output.logits.float()[:, self._output].tolist()]

    def _result(self, row: TokenRow, value: float | None, reason: str | None) -> ResponseScore:
        if value is not None and not math.isfinite(value):
            value, reason = None, "not_a_number"
        if value is None:
            return ResponseScore(row.record_id, row.response_id, None, "failed", reason)
        return ResponseScore(row.record_id, row.response_id, value, "ok", row.reason)


def load_reward_model(folder: Path, model: str, dtype: torch.dtype, *, head: str | None = None) -> Any:
    """A sequence classifier, in evaluation mode of its authors, with one output or one called ``head``.

    Raises :class:`ScoringError`.
    """
    try:
        described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScoringError(f"The reward model {model} has no readable config.json.") from error
    if described.get(HEADS_KEY) == "categories":
        raise ScoringError(f"{model} finds faults in the words of a response; it gives no score for the whole.")
    architecture = (described.get("architectures") or [""])[0]
    # A language model would load too, with a random score head, and give numbers that mean nothing.
    if not architecture.endswith("ForSequenceClassification"):
        raise ScoringError(f"{model} is not a reward model (its architecture is {architecture or 'not stated'}).")
    try:
        loaded = AutoModelForSequenceClassification.from_pretrained(
            folder, dtype=dtype, trust_remote_code=False, use_safetensors=True
        )
    except (ValueError, OSError, KeyError, RuntimeError) as error:
        raise ScoringError(f"The reward model {model} cannot be loaded: {error}") from error
    _check_heads(loaded.config, model, head)
    return loaded


def _check_heads(config: Any, model: str, head: str | None) -> None:
    names = [config.id2label[number] for number in range(config.num_labels)]
    aspects = names if getattr(config, HEADS_KEY, None) == "aspects" else []
    if head is None and config.num_labels != 1:
        choose = f"; choose one of its heads {', '.join(aspects)}" if aspects else "; a reward model gives one"
        raise ScoringError(f"{model} gives {config.num_labels} numbers per response{choose}.")
    if head is not None and head not in aspects:
        known = f"it has {', '.join(aspects)}" if aspects else "it does not name its outputs"
        raise ScoringError(f"{model} has no head {head!r}; {known}.")
