"""A judge's calls answered by a local language model: read in one pass, or generated.

A call with options is **read**: the answer holds the log-probability of each option as the next token after the
conversation and the lead, over the whole vocabulary (METHODS.md §11.3, §11.4). An option is one token, with or without
a blank before it; where both are tokens their probabilities are added. A call without options is **generated**; the
text is what the model wrote after the lead, without the lead and without the end-of-sequence token. Nothing here can
enforce a JSON schema: ``schema`` is what the prompt asks for.

Calls are taken in windows and sorted by their tokens, so that an answer does not depend on the order of its
neighbours; by whom it is read beside changes it by rounding alone. Nothing is cut: a conversation that does not fit
fails with ``context_too_long``. Other reasons are ``template``, ``not_a_number`` and ``out_of_memory``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from jinja2 import TemplateError

from curation.ml.judging.calls import Answer, BackendError, Call
from curation.ml.judging.generation import Prompt, ReplyGenerator
from curation.ml.judging.prefill import PrefillReader, Reading
from curation.ml.judging.rendering import Renderer
from curation.ml.log_likelihood import load_language_model
from curation.ml.model_folder import (
    Device,
    Precision,
    ScoringError,
    choose_device,
    choose_dtype,
    digest_folder,
    library_versions,
    load_tokenizer,
    locate,
    padding_token,
)
from curation.ml.prefix_scoring import refusal

_NOUN = "judge model"
_LONGEST = 8192
"""Tokens of a call at most, where the model itself would take more: its keys and values have to fit."""


@dataclass(frozen=True)
class LocalOptions:
    """How to run the model. ``None`` takes the default of the device.

    ``token_budget`` is padded tokens per reading pass (1,024 on a processor, where padding costs more than batching
    saves; 16,384 on a GPU), ``generation_budget`` those of a batch being generated, its replies included (8,192 and
    65,536). ``window`` calls are held at a time (16, so that a slow machine is seen to move, and 512).
    ``max_length`` is tokens of a call with its reply, by default the model's own limit up to 8,192.
    """

    device: Device = "auto"
    precision: Precision = "auto"
    max_length: int | None = None
    token_budget: int | None = None
    generation_budget: int | None = None
    window: int | None = None
    shared_prefix: bool = True


def _dtype(wanted: Precision, device: str) -> torch.dtype:
    """``auto`` is bfloat16 on a processor that multiplies it natively too: twice as fast, log-odds move by some 0.1."""
    if wanted == "auto" and device == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16"):
        return torch.bfloat16
    return choose_dtype(wanted, device)


class LocalBackend:
    """A loaded causal language model that answers calls; see :class:`curation.ml.judging.calls.JudgeBackend`."""

    def __init__(self, model: str, *, revision: str | None = None, options: LocalOptions | None = None) -> None:
        """``model`` is a folder or a Hub id; code that comes with it is never run. Raises BackendError."""
        options = options or LocalOptions()
        try:
            self.device = choose_device(options.device)
            dtype = _dtype(options.precision, self.device)
            folder, commit = locate(model, revision, noun=_NOUN)
            tokenizer = load_tokenizer(folder, model, noun=_NOUN)
            loaded = load_language_model(folder, model, dtype).to(self.device).eval()
        except ScoringError as error:
            raise BackendError(str(error)) from error
        self._tokenizer = tokenizer
        self._renderer = Renderer(tokenizer)
        pad = padding_token(tokenizer)
        positions = getattr(loaded.config.get_text_config(), "max_position_embeddings", None) or _LONGEST
        self.max_length = min(options.max_length or _LONGEST, positions)
        on_gpu = self.device == "cuda"
        self._window = options.window or (512 if on_gpu else 16)
        declined = refusal(loaded, pad, self.device) if options.shared_prefix else "switched_off"
        budget = options.token_budget or (16384 if on_gpu else 1024)
        self._reader = PrefillReader(loaded, pad, self.device, token_budget=budget, shares=declined is None)
        budget = options.generation_budget or (65536 if on_gpu else 8192)
        self._generator = ReplyGenerator(loaded, tokenizer, pad, self.device, token_budget=budget)
        self.identity: Mapping[str, Any] = {
            "backend": "transformers",
            "model": model,
            "revision": commit or digest_folder(folder),
            "precision": str(dtype).removeprefix("torch."),
        }
        self.provenance: Mapping[str, Any] = {
            **self.identity,
            "device": self.device,
            "max_length": self.max_length,
            "shared_prefix": declined or True,
            "template": self._renderer.template,
            "libraries": library_versions("torch", "transformers"),
        }

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        """Answers under the callers' numbers. Raises BackendError at an option that is no single token."""
        held: list[tuple[int, Call]] = []
        for given in calls:
            if given is not None:
                held.append(given)
            if held and (given is None or len(held) >= self._window):
                yield from self._answer_window(held)
                held = []
        if held:
            yield from self._answer_window(held)

    def _answer_window(self, window: list[tuple[int, Call]]) -> Iterator[tuple[int, Answer]]:
        to_read: list[tuple[int, Call, list[int]]] = []
        to_generate: list[tuple[int, Call, list[int]]] = []
        for number, call in window:
            ids = self._encoded(call)
            if isinstance(ids, Answer):
                yield number, ids
            else:
                (to_read if call.options else to_generate).append((number, call, ids))
        yield from self._read(to_read)
        yield from self._generate(to_generate)

    def _encoded(self, call: Call) -> list[int] | Answer:
        """The call's tokens, or the answer that it failed."""
        for option in call.options:
            self._renderer.option_ids(option)
        try:
            ids = self._renderer.ids(call)
        except (TemplateError, TypeError, ValueError, KeyError):
            # Templates are programs of the model's authors; some raise on role orders they do not like.
            return Answer(reason="template")
        if not ids:
            return Answer(reason="template")
        reply = 0 if call.options else call.sampling.max_tokens
        if len(ids) + reply > self.max_length:
            return Answer(reason="context_too_long", prompt_tokens=len(ids))
        return ids

    def _read(self, given: list[tuple[int, Call, list[int]]]) -> Iterator[tuple[int, Answer]]:
        for reading in self._reader.read([ids for _, _, ids in given]):
            wanted = [[self._renderer.option_ids(option) for option in given[at][1].options] for at in reading.members]
            for at, found, cached in zip(reading.members, _picked(reading, wanted), reading.cached, strict=True):
                number, call, ids = given[at]
                yield number, _read_answer(call, found, Answer(prompt_tokens=len(ids), cached_tokens=cached))

    def _generate(self, given: list[tuple[int, Call, list[int]]]) -> Iterator[tuple[int, Answer]]:
        for replies in self._generator.generate([Prompt(ids, call.sampling) for _, call, ids in given]):
            for reply in replies:
                number, _, ids = given[reply.at]
                text = self._tokenizer.decode(reply.ids, skip_special_tokens=True)
                yield number, Answer(text, None, reply.reason, len(ids), len(reply.ids))


def _picked(reading: Reading, wanted: list[list[list[int]]]) -> list[list[float] | None]:
    """The log-probability of each row's options, each of them one or more tokens."""
    if reading.log_probs is None:
        return [None] * len(reading.members)
    columns = sorted({token for options in wanted for tokens in options for token in tokens})
    place = {token: at for at, token in enumerate(columns)}
    # One copy from the device for the whole batch.
    found = reading.log_probs[:, columns].double().cpu()
    return [
        [float(torch.logsumexp(row[[place[token] for token in tokens]], dim=0)) for tokens in options]
        for row, options in zip(found, wanted, strict=True)
    ]


def _read_answer(call: Call, found: list[float] | None, read: Answer) -> Answer:
    """``read`` with the options' log-probabilities, or with the reason why there are none."""
    if found is None:
        return replace(read, reason="out_of_memory")
    if not all(math.isfinite(value) for value in found):
        return replace(read, reason="not_a_number")
    return replace(read, log_probs=dict(zip(call.options, found, strict=True)))
