"""Scores of responses under a reward model: one number per (prompt, response), or a stated reason why there is none.

The stream is read in windows. Inside a window, responses are sorted by length and batched under a small budget of
padded tokens: on a processor padding costs more than batching saves, on a GPU the budget may be large. Scores come
back in the order of the input, and a response that cannot be scored is ``failed`` with a reason, never 0.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import torch
from jinja2 import TemplateError
from transformers import AutoModelForSequenceClassification, AutoTokenizer

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bfloat16"]

TRUNCATED = "truncated"
"""The reason beside a score when the start of the prompt did not fit; the response was read whole."""


class ScoringError(Exception):
    """The model cannot be used for scoring. The message is one sentence for a person."""


@dataclass(frozen=True)
class ScoringItem:
    """One record: prompt messages (``role``, ``content``) and its responses as (response_id, text)."""

    record_id: str
    prompt: Sequence[dict[str, str]]
    responses: Sequence[tuple[str, str]]


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


@dataclass(frozen=True)
class ScoringOptions:
    """How to score. ``token_budget`` is padded tokens per forward pass; ``window`` responses are held at a time.

    ``None`` takes the default of the device (1,024 tokens on a processor, 16,384 on a GPU) and, for ``max_length``,
    the model's own limit up to 2,048 tokens.
    """

    device: Device = "auto"
    precision: Precision = "auto"
    max_length: int | None = None
    token_budget: int | None = None
    window: int = 256


@dataclass
class _Pending:
    record_id: str
    response_id: str
    ids: list[int]
    reason: str | None
    failed: bool


class RewardScorer:
    """A loaded reward model. ``provenance`` says what was loaded; ``counts`` adds up states and reasons."""

    def __init__(self, model: str, *, revision: str | None = None, options: ScoringOptions | None = None) -> None:
        """``model`` is a folder or a Hub id. Raises :class:`ScoringError` when it cannot score."""
        self.options = options or ScoringOptions()
        self.counts: Counter[str] = Counter()
        self.device = _device(self.options.device)
        dtype = _dtype(self.options.precision, self.device)
        folder, commit = _locate(model, revision)
        self._tokenizer = _load_tokenizer(folder, model)
        self._model = _load_model(folder, model, dtype).to(self.device).eval()
        pad = self._tokenizer.pad_token_id
        self._pad = self._tokenizer.eos_token_id if pad is None else pad
        # The classifier reads the last token that is not padding, so it has to know the same padding token.
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
            "torch": version("torch"),
            "transformers": version("transformers"),
        }

    def score(self, items: Iterable[ScoringItem]) -> Iterator[ResponseScore]:
        """One result per response, in input order. Holds one window of responses in memory."""
        pending = (self._encode(item, *response) for item in items for response in item.responses)
        while window := list(itertools.islice(pending, self.options.window)):
            scores = self._score_window(window)
            for position, entry in enumerate(window):
                result = self._result(entry, scores.get(position))
                self.counts[result.state] += 1
                if result.reason:
                    self.counts[result.reason] += 1
                yield result

    def _encode(self, item: ScoringItem, response_id: str, content: str) -> _Pending:
        prompt = [dict(message) for message in item.prompt]
        answer = [*prompt, {"role": "assistant", "content": content}]
        try:
            ids = self._ids(answer)
            if not ids:
                return _Pending(item.record_id, response_id, [], "template", failed=True)
            if len(ids) <= self.max_length:
                return _Pending(item.record_id, response_id, ids, None, failed=False)
            lead = _shared_prefix(self._ids(prompt, add_generation_prompt=True), ids)
        except (TemplateError, TypeError, ValueError, KeyError):
            # Templates are programs of the model's authors; some raise on role orders they do not like.
            return _Pending(item.record_id, response_id, [], "template", failed=True)
        if len(ids) - lead > self.max_length - 1:
            return _Pending(item.record_id, response_id, [], "response_too_long", failed=True)
        return _Pending(item.record_id, response_id, self._cut(ids), TRUNCATED, failed=False)

    def _ids(self, messages: list[dict[str, str]], *, add_generation_prompt: bool = False) -> list[int]:
        encoded = self._tokenizer.apply_chat_template(
            messages, tokenize=True, return_dict=True, add_generation_prompt=add_generation_prompt
        )
        return list(encoded["input_ids"])

    def _cut(self, ids: list[int]) -> list[int]:
        """Drop the oldest tokens; a start-of-text token stays first, as the model has always seen it there."""
        if ids[0] == self._tokenizer.bos_token_id:
            return [ids[0], *ids[len(ids) - self.max_length + 1 :]]
        return ids[-self.max_length :]

    def _score_window(self, window: list[_Pending]) -> dict[int, float | str]:
        """Position → score, or the reason of a failure found while scoring."""
        order = sorted((at for at, entry in enumerate(window) if not entry.failed), key=lambda at: len(window[at].ids))
        scores: dict[int, float | str] = {}
        for batch in _batches(order, [len(entry.ids) for entry in window], self.token_budget):
            rows = [window[at].ids for at in batch]
            scores.update(zip(batch, self._forward_or_single(rows), strict=True))
        return scores

    def _forward_or_single(self, rows: list[list[int]]) -> list[float | str]:
        try:
            return list(self._forward(rows))
        except torch.OutOfMemoryError:
            if len(rows) == 1:
                return ["out_of_memory"]
        # Outside the handler, so that the failed attempt's tensors are free before the next one.
        if self.device == "cuda":
            torch.cuda.empty_cache()
        return [score for row in rows for score in self._forward_or_single([row])]

    @torch.inference_mode()
    def _forward(self, rows: list[list[int]]) -> list[float]:
        width = max(len(row) for row in rows)
        ids = torch.full((len(rows), width), self._pad, dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = torch.tensor(row)
            mask[at, : len(row)] = 1
        logits = self._model(input_ids=ids.to(self.device), attention_mask=mask.to(self.device), use_cache=False).logits
        return [float(value) for value in logits.float().squeeze(-1).tolist()]

    def _result(self, entry: _Pending, score: float | str | None) -> ResponseScore:
        if entry.failed or score is None:
            return ResponseScore(entry.record_id, entry.response_id, None, "failed", entry.reason)
        if isinstance(score, str):
            return ResponseScore(entry.record_id, entry.response_id, None, "failed", score)
        if not math.isfinite(score):
            return ResponseScore(entry.record_id, entry.response_id, None, "failed", "not_a_number")
        return ResponseScore(entry.record_id, entry.response_id, score, "ok", entry.reason)


def _batches(order: list[int], lengths: list[int], budget: int) -> Iterator[list[int]]:
    """Split positions, sorted by length, so that longest length × batch size stays within the budget."""
    batch: list[int] = []
    for at in order:
        if batch and lengths[at] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _shared_prefix(first: list[int], second: list[int]) -> int:
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _device(wanted: Device) -> str:
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ScoringError("Scoring asks for a GPU, but this machine has none that torch can use; set device to auto.")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def _dtype(wanted: Precision, device: str) -> torch.dtype:
    if wanted == "auto":
        return torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if wanted == "bfloat16" else torch.float32


def _locate(model: str, revision: str | None) -> tuple[Path, str | None]:
    if Path(model).is_dir():
        return Path(model), revision
    if model.startswith(("/", ".")):
        raise ScoringError(f"The reward model folder {model} does not exist.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    files = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt"]
    try:
        path = Path(snapshot_download(model, revision=revision, allow_patterns=files))
    except HFValidationError:
        raise ScoringError(f"{model!r} is neither a folder nor a Hub id.") from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ScoringError(f"The reward model {model} is not on this machine and the Hub did not give it.") from error
    return path, path.name


def _load_tokenizer(folder: Path, model: str) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (ValueError, OSError, KeyError) as error:
        raise ScoringError(f"The tokenizer of the reward model {model} cannot be loaded: {error}") from error
    if tokenizer.chat_template is None:
        raise ScoringError(
            f"The reward model {model} has no chat template, so the text form it was trained on is not known."
        )
    return tokenizer


def _load_model(folder: Path, model: str, dtype: torch.dtype) -> Any:
    try:
        described = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScoringError(f"The reward model {model} has no readable config.json.") from error
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
    if loaded.config.num_labels != 1:
        raise ScoringError(f"{model} gives {loaded.config.num_labels} numbers per response; a reward model gives one.")
    return loaded
