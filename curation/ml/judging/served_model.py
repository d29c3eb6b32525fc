"""A local language model as the small server needs it: text, and the most probable tokens at each of its positions.

The text is drawn exactly as LocalBackend draws it. The probabilities are read in a pass of their own over the prompt
and the reply, and say nothing of temperature: they are the model's.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import torch

from curation.ml.judging.calls import Call
from curation.ml.judging.chat_model import Completion, Refusal, Token
from curation.ml.judging.generation import Prompt, ReplyGenerator
from curation.ml.judging.rendering import Renderer
from curation.ml.log_likelihood import load_language_model
from curation.ml.model_folder import choose_device, choose_dtype, load_tokenizer, padding_token

_NOUN = "served model"


class ServedModel:
    """A loaded model that completes one conversation at a time. Raises ScoringError when it cannot be loaded."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._device = choose_device("auto")
        self._tokenizer = load_tokenizer(folder, name, noun=_NOUN)
        loaded = load_language_model(folder, name, choose_dtype("auto", self._device))
        self._model: Any = loaded.to(self._device).eval()
        self._renderer = Renderer(self._tokenizer)
        pad = padding_token(self._tokenizer)
        self._generator = ReplyGenerator(self._model, self._tokenizer, pad, self._device, token_budget=8192)
        self._longest = getattr(self._model.config.get_text_config(), "max_position_embeddings", None) or 8192
        self._turn = threading.Lock()

    def complete(self, call: Call, top: int) -> Completion:
        """Raises Refusal when the conversation and its reply do not fit."""
        ids = self._renderer.ids(call)
        if len(ids) + call.sampling.max_tokens > self._longest:
            raise Refusal(
                f"This model's maximum context length is {self._longest} tokens; {len(ids)} of messages and "
                f"{call.sampling.max_tokens} of reply are asked for.",
                code="context_length_exceeded",
            )
        with self._turn:
            reply = self._generator.generate([Prompt(ids, call.sampling)])
            new = next(iter(reply))[0].ids
            tokens = self._read(ids, new, top) if top else []
        ended = bool(new) and new[-1] in (self._model.generation_config.eos_token_id or [])
        text = self._tokenizer.decode(new, skip_special_tokens=True)
        return Completion(text, tokens, len(ids), len(new), "stop" if ended else "length")

    @torch.inference_mode()
    def _read(self, ids: list[int], new: list[int], top: int) -> list[Token]:
        logits = self._model(torch.tensor([ids + new[:-1]], device=self._device)).logits[0, len(ids) - 1 :]
        log_probs = torch.log_softmax(logits.float(), dim=-1).cpu()
        return [
            Token(
                self._tokenizer.decode([token]),
                float(row[token]),
                [
                    (self._tokenizer.decode([each]), float(row[each]))
                    for each in row.topk(min(top, len(row))).indices.tolist()
                ],
            )
            for token, row in zip(new, log_probs, strict=True)
        ]
