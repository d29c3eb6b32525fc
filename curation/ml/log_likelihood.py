"""Log-likelihoods of responses under a causal language model: the sum over the response's tokens, in nats.

The prompt is not counted, the end-of-sequence token is. The logits that predict a token stand one place before it, and
they are normalised over the vocabulary (METHODS.md §9 and §16.2 name what goes wrong otherwise).

Where the tokenizer has a chat template, the response's tokens are those that the rendered conversation adds to the
rendered prompt with its generation header, up to and including the last end-of-sequence token; what a template writes
after that is the template's. A template that does not begin the conversation with that prompt fails the row
(``template``): nobody can say which tokens are the response's. Without a template the text is ``Human: …`` and
``Assistant: …`` turns with blank lines between, prompt and response are tokenised apart, and the end-of-sequence token
is added.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoModelForCausalLM

from curation.ml.model_folder import ScoringError
from curation.ml.response_scoring import BatchScorer, Result, Value
from curation.ml.token_rows import ScoringOptions, TokenRow

_TURNS = {"system": "{}", "user": "Human: {}", "assistant": "Assistant: {}"}


@dataclass(frozen=True)
class ResponseLikelihood:
    """``log_likelihood`` is a sum of natural logarithms over ``tokens`` tokens; both ``None`` when the state is failed.

    ``reason``: as of a reward score: ``truncated`` beside a value; for a failure ``response_too_long``, ``template``,
    ``not_a_number`` or ``out_of_memory``.
    """

    record_id: str
    response_id: str
    log_likelihood: float | None
    tokens: int | None
    state: Literal["ok", "failed"]
    reason: str | None


class ResponseReader(BatchScorer[Value, Result]):
    """A causal language model reading prompt and response; it knows which tokens are the response's."""

    noun = "language model"

    def __init__(self, model: str, *, revision: str | None = None, options: ScoringOptions | None = None) -> None:
        super().__init__(model, revision=revision, options=options)
        self._keeps_logits = "logits_to_keep" in inspect.signature(self._model.forward).parameters
        self.provenance["template"] = "chat" if self._tokenizer.chat_template else "plain"

    def _load(self, folder: Path, model: str, dtype: torch.dtype) -> Any:
        return load_language_model(folder, model, dtype)

    def _render(self, prompt: list[dict[str, str]], content: str) -> tuple[list[int], int]:
        if self._tokenizer.chat_template is None:
            return self._render_plain(prompt, content)
        start = self._template_ids(prompt, add_generation_prompt=True)
        ids = self._template_ids([*prompt, {"role": "assistant", "content": content}])
        if ids[: len(start)] != start or len(ids) == len(start) or not start:
            raise ValueError("The rendered prompt does not begin the rendered conversation.")
        end = self._tokenizer.eos_token_id
        last = next((at for at in range(len(ids) - 1, len(start) - 1, -1) if ids[at] == end), len(ids) - 1)
        return ids[: last + 1], len(start)

    def _render_plain(self, prompt: list[dict[str, str]], content: str) -> tuple[list[int], int]:
        turns = [_TURNS[message["role"]].format(message["content"]) for message in prompt]
        start = list(self._tokenizer("\n\n".join([*turns, "Assistant:"])).input_ids)
        end = self._tokenizer.eos_token_id
        # Some tokenizers close every text; here the response goes on.
        while start and start[-1] == end:
            start.pop()
        ids = list(self._tokenizer(" " + content, add_special_tokens=False).input_ids)
        if end is not None:
            ids.append(end)
        if not ids or not start:
            raise ValueError("There is nothing to read.")
        return start + ids, len(start)

    def _longest_prefix(self, row: TokenRow) -> int:
        # The last token of the prompt predicts the first of the response, so it is read with the row.
        return row.start - 1


class LikelihoodScorer(ResponseReader[tuple[float, int], ResponseLikelihood]):
    """A loaded causal language model. ``provenance`` says what was loaded; ``counts`` adds up states and reasons."""

    def _arguments(self, rows: Sequence[TokenRow], seen: int) -> dict[str, Any]:
        if not self._keeps_logits:
            return {}
        # Logits are as wide as the vocabulary; those of prompts are not wanted.
        width = max(len(row.ids) for row in rows)
        return {"logits_to_keep": width - min(row.start for row in rows) + 1}

    def _read(self, rows: Sequence[TokenRow], output: Any, seen: int) -> list[tuple[float, int]]:
        logits = output.logits
        # Token `at` of a row is predicted by the logits of token `at - 1`; `first` is the token of the first logits.
        first = max(len(row.ids) for row in rows) - logits.shape[1]
        values = []
        for number, row in enumerate(rows):
            predicted = logits[number, row.start - 1 - first : len(row.ids) - 1 - first].float()
            targets = torch.tensor(row.ids[row.start :], device=predicted.device)
            terms = torch.log_softmax(predicted, dim=-1).gather(1, targets[:, None])
            values.append((float(terms.double().sum()), len(targets)))
        return values

    def _result(self, row: TokenRow, value: tuple[float, int] | None, reason: str | None) -> ResponseLikelihood:
        if value is not None and not math.isfinite(value[0]):
            value, reason = None, "not_a_number"
        if value is None:
            return ResponseLikelihood(row.record_id, row.response_id, None, None, "failed", reason)
        return ResponseLikelihood(row.record_id, row.response_id, *value, "ok", row.reason)


def load_language_model(folder: Path, model: str, dtype: torch.dtype) -> Any:
    """The causal language model in ``folder``. Raises :class:`ScoringError` for any other kind."""
    try:
        described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScoringError(f"The language model {model} has no readable config.json.") from error
    architecture = (described.get("architectures") or [""])[0]
    # A classifier would load too, with a random vocabulary head, and give numbers that mean nothing.
    if not architecture.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")):
        raise ScoringError(f"{model} is not a language model (its architecture is {architecture or 'not stated'}).")
    try:
        return AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, trust_remote_code=False, use_safetensors=True)
    except (ValueError, OSError, KeyError, RuntimeError) as error:
        raise ScoringError(f"The language model {model} cannot be loaded: {error}") from error
