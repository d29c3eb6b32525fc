"""The frames of models that read responses: windows, batches, shared prefixes, and failures with their reasons.

The stream is read in windows (:class:`ResponseScorer`). Models that read a response once do so in batches
(:class:`BatchScorer`): inside a window, responses are sorted by length and batched under a small budget of
padded tokens: on a processor padding costs more than batching saves, on a GPU the budget may be large. Results come
back in the order of the input, and a response that cannot be read is ``failed`` with a reason, never 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from jinja2 import TemplateError

from curation.ml.model_folder import (
    choose_device,
    choose_dtype,
    library_versions,
    load_tokenizer,
    locate,
    padding_token,
)
from curation.ml.prefix_scoring import PrefixGroup, SharedPrefix, group_rows, read_prefix, refusal
from curation.ml.token_rows import TRUNCATED, ScoringItem, ScoringOptions, TokenRow, batches, padded

Value = TypeVar("Value")

MOST_SHARED = 65_536
"""Tokens of repeated keys and values in one pass: some gigabytes for a model of 7 billion weights."""


class Stated(Protocol):
    """Every result has a state, ``ok`` or ``failed``, and perhaps a reason."""

    @property
    def state(self) -> str: ...

    @property
    def reason(self) -> str | None: ...


Result = TypeVar("Result", bound=Stated)


class ResponseScorer(ABC, Generic[Value, Result]):
    """One result per response. Subclasses say how a response is rendered, read and reported.

    ``provenance`` says what was loaded; ``counts`` adds up states and reasons.
    """

    noun = "model"
    """What messages call the model."""

    def __init__(self, model: str, *, revision: str | None = None, options: ScoringOptions | None = None) -> None:
        """``model`` is a folder or a Hub id. Raises ScoringError when it cannot be used."""
        self.options = options or ScoringOptions()
        self.counts: Counter[str] = Counter()
        self.device = choose_device(self.options.device)
        dtype = choose_dtype(self.options.precision, self.device)
        folder, commit = locate(model, revision, noun=self.noun)
        self._tokenizer = load_tokenizer(folder, model, noun=self.noun)
        self._check_tokenizer(model)
        self._model = self._load(folder, model, dtype).to(self.device).eval()
        self._pad = padding_token(self._tokenizer)
        # A classifier reads the last token that is not padding, so it has to know the same padding token.
        self._model.config.get_text_config().pad_token_id = self._pad
        positions = getattr(self._model.config.get_text_config(), "max_position_embeddings", None) or 2048
        self.max_length = min(self.options.max_length or 2048, positions)
        self.token_budget = self.options.token_budget or (1024 if self.device == "cpu" else 16384)
        self.provenance: dict[str, Any] = {
            "model": model,
            "revision": commit,
            "precision": str(dtype).removeprefix("torch."),
            "max_length": self.max_length,
            "device": self.device,
            **library_versions("torch", "transformers"),
        }

    def score(self, items: Iterable[ScoringItem]) -> Iterator[Result]:
        """One result per response, in input order. Holds one window of responses in memory."""
        for window in self._windows(items):
            values = self._score_window(window)
            for at, row in enumerate(window):
                value = values.get(at)
                reason = row.reason if row.failed else value if isinstance(value, str) else None
                result = self._result(row, None if isinstance(value, str) else value, reason)
                self.counts[result.state] += 1
                if result.reason:
                    self.counts[result.reason] += 1
                yield result

    def _windows(self, items: Iterable[ScoringItem]) -> Iterator[list[TokenRow]]:
        """Whole records: how a record's responses are read must not depend on which of them is named first."""
        window: list[TokenRow] = []
        for item in items:
            window += [self._encode(item, *response) for response in item.responses]
            if len(window) >= self.options.window:
                yield window
                window = []
        if window:
            yield window

    # What a subclass says.

    def _check_tokenizer(self, model: str) -> None:
        """Raise ScoringError when the tokenizer will not do."""

    @abstractmethod
    def _load(self, folder: Path, model: str, dtype: torch.dtype) -> Any:
        """The model in ``folder``; raises ScoringError."""

    @abstractmethod
    def _render(self, prompt: list[dict[str, str]], content: str) -> tuple[list[int], int]:
        """All tokens, and where the response's own begin. Raises ValueError when that cannot be told."""

    @abstractmethod
    def _score_window(self, window: list[TokenRow]) -> dict[int, Value | str]:
        """Position → value, or the reason of a failure found while scoring."""

    @abstractmethod
    def _result(self, row: TokenRow, value: Value | None, reason: str | None) -> Result:
        """What the caller gets; ``value`` is ``None`` for a failure, whose reason is ``reason``."""

    # How rows reach the model.

    def _encode(self, item: ScoringItem, response_id: str, content: str) -> TokenRow:
        prompt = [dict(message) for message in item.prompt]
        try:
            ids, start = self._render(prompt, content)
        except (TemplateError, TypeError, ValueError, KeyError):
            # Templates are programs of the model's authors; some raise on role orders they do not like.
            return TokenRow(item.record_id, response_id, [], reason="template", failed=True)
        if not ids:
            return TokenRow(item.record_id, response_id, [], reason="template", failed=True)
        if len(ids) <= self.max_length:
            return TokenRow(item.record_id, response_id, ids, start)
        if len(ids) - start > self.max_length - 1:
            return TokenRow(item.record_id, response_id, [], reason="response_too_long", failed=True)
        start -= len(ids) - self.max_length
        return TokenRow(item.record_id, response_id, self._cut(ids), start, reason=TRUNCATED)

    def _template_ids(self, messages: list[dict[str, str]], *, add_generation_prompt: bool = False) -> list[int]:
        encoded = self._tokenizer.apply_chat_template(
            messages, tokenize=True, return_dict=True, add_generation_prompt=add_generation_prompt
        )
        return list(encoded["input_ids"])

    def _cut(self, ids: list[int]) -> list[int]:
        """Drop the oldest tokens; a start-of-text token stays first, as the model has always seen it there."""
        if ids[0] == self._tokenizer.bos_token_id:
            return [ids[0], *ids[len(ids) - self.max_length + 1 :]]
        return ids[-self.max_length :]


class BatchScorer(ResponseScorer[Value, Result]):
    """Each response is read once, in batches; what a record's responses share is read once for all of them."""

    def __init__(self, model: str, *, revision: str | None = None, options: ScoringOptions | None = None) -> None:
        super().__init__(model, revision=revision, options=options)
        declined = refusal(self._model, self._pad, self.device) if self.options.shared_prefix else "switched_off"
        self.shares_prefixes = declined is None
        self.provenance["shared_prefix"] = declined or True

    @abstractmethod
    def _longest_prefix(self, row: TokenRow) -> int:
        """How many of the row's first tokens can be shared: the result is read from tokens after them."""

    @abstractmethod
    def _read(self, rows: Sequence[TokenRow], output: Any, seen: int) -> list[Value]:
        """One value per row out of the model's output; the output's tokens follow ``seen`` shared ones."""

    def _arguments(self, rows: Sequence[TokenRow], seen: int) -> dict[str, Any]:
        """Further arguments of the forward pass."""
        return {}

    def _score_window(self, window: list[TokenRow]) -> dict[int, Value | str]:
        groups: list[PrefixGroup] = []
        others = [at for at, row in enumerate(window) if not row.failed]
        if self.shares_prefixes:
            groups, others = group_rows(window, self._longest_prefix)
        values: dict[int, Value | str] = {}
        for group in groups:
            rows = [window[at] for at in group.members]
            values.update(zip(group.members, self._forward_group(rows, group.length), strict=True))
        order = sorted(others, key=lambda at: _by_content(window[at]))
        for batch in batches(order, [len(row.ids) for row in window], self.token_budget):
            values.update(zip(batch, self._forward_or_single([window[at] for at in batch]), strict=True))
        return values

    def _forward_group(self, rows: list[TokenRow], length: int) -> list[Value | str]:
        """Values of rows that begin with the same ``length`` tokens, in their order."""
        values: dict[int, Value | str] = {}
        try:
            shared = read_prefix(self._model, rows[0].ids[:length], self._pad, self.device)
            order = sorted(range(len(rows)), key=lambda at: _by_content(rows[at]))
            # Every row has the shared tokens in memory, though it does not read them.
            held = length * self.token_budget // MOST_SHARED
            for batch in batches(order, [max(len(row.ids) - length, held) for row in rows], self.token_budget):
                values.update(zip(batch, self._forward([rows[at] for at in batch], shared), strict=True))
            return [values[at] for at in range(len(rows))]
        except torch.OutOfMemoryError:
            values.clear()
        return self._forward_or_single(rows)

    def _forward_or_single(self, rows: list[TokenRow]) -> list[Value | str]:
        try:
            return list(self._forward(rows))
        except torch.OutOfMemoryError:
            if len(rows) == 1:
                return ["out_of_memory"]
        # Outside the handler, so that the failed attempt's tensors are free before the next one.
        if self.device == "cuda":
            torch.cuda.empty_cache()
        return [value for row in rows for value in self._forward_or_single([row])]

    @torch.inference_mode()
    def _forward(self, rows: Sequence[TokenRow], shared: SharedPrefix | None = None) -> list[Value]:
        seen = shared.length if shared else 0
        inputs = padded([row.ids[seen:] for row in rows], self._pad, self.device, seen)
        cache = {"past_key_values": shared.repeated(len(rows)), "use_cache": True} if shared else {"use_cache": False}
        return self._read(rows, self._model(**inputs, **cache, **self._arguments(rows, seen)), seen)


def _by_content(row: TokenRow) -> tuple[int, list[int]]:
    """Batches of like length, made of the same rows in the same order whatever the responses are called."""
    return len(row.ids), row.ids
