"""Exact token counts of many texts, by the pieces that a tokenizer never joins.

Byte-level BPE cuts a text into words by a regular expression and encodes each on its own, so a text's count is the sum
of its words'. Words repeat: each is encoded once. Where a tokenizer is not of a kind for which the cuts used here are
proven (see `_BEFORE_WORD`), whole texts are encoded, which takes some ten times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from curation.domain.arrays import Ints

# The pre-tokenizers' own expressions, GPT-2's and those of Llama 3 and Qwen 2 that follow GPT-4's.
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
_PROVEN = frozenset({_GPT2, _LLAMA3, _LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")})
# All of them cut before a space with a letter after it that follows something visible: a word takes in one space at
# most, and nothing that is visible takes in the space after it. They also cut after one line break between visible
# characters: only more white space would change how it is cut. `/` may be taken in with punctuation and a line break.
# Each expression begins with one plain character, which makes the search for it several times faster.
_BEFORE_WORD = re.compile(r" (?=[A-Za-z])(?<=[!-~] )")
_AFTER_BREAK = re.compile(r"\n(?=[!-.0-~])(?<=[!-~]\n)")
_OPEN_END = re.compile(r"[!-~]\n\Z")
_CLOSED_START = re.compile(r"[!-.0-~]")
_WORDS_KEPT = 1_000_000


class PieceCounter:
    """Counts tokens without special ones that a tokenizer adds by itself. Not for several threads at once."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._backend = getattr(tokenizer, "backend_tokenizer", None)
        described = {} if self._backend is None else json.loads(self._backend.to_str())
        self.is_exact_in_pieces = bool(described) and _is_proven(described)
        if self._backend is not None:
            self._backend.no_truncation()
            self._backend.no_padding()
        special = [entry["content"] for entry in described.get("added_tokens", ())]
        self._special = tuple(special)
        # Tokens of pieces that begin a text or a line, and of those that follow a space, which the key leaves out.
        self._starts: dict[str, int] = {}
        self._words: dict[str, int] = {}

    def count(self, texts: Sequence[str]) -> Ints:
        """Tokens of each text (len(texts),)."""
        if not self.is_exact_in_pieces:
            return np.fromiter(self._lengths(texts), dtype=np.int64, count=len(texts))
        if len(self._words) > _WORDS_KEPT:
            self._words.clear()
            self._starts.clear()
        cut = [_cut(text) for text in texts]
        self._learn(self._starts, {start for starts, _ in cut for start in starts}, before="")
        self._learn(self._words, set(chain.from_iterable(words for _, words in cut)), before=" ")
        start, word = self._starts.__getitem__, self._words.__getitem__
        sums = (sum(map(start, starts)) + sum(map(word, words)) for starts, words in cut)
        return np.fromiter(sums, dtype=np.int64, count=len(texts))

    def _learn(self, known: dict[str, int], pieces: set[str], *, before: str) -> None:
        unknown = sorted(pieces - known.keys())
        if unknown:
            known.update(zip(unknown, self._lengths([before + piece for piece in unknown]), strict=True))

    def is_boundary(self, before: str, after: str) -> bool:
        """Whether the tokens of two texts are, one after the other, those of both texts together."""
        if not self.is_exact_in_pieces:
            return False
        if _CLOSED_START.match(after) and _OPEN_END.search(before, max(len(before) - 2, 0)):
            return True
        return not after or before.endswith(self._special) or after.startswith(self._special)

    def common_prefix(self, prompt: str, whole: str) -> int:
        """How many tokens both begin with, by encoding them."""
        first, second = self._encoded([prompt, whole])
        same = zip(first, second, strict=False)
        return next((place for place, (a, b) in enumerate(same) if a != b), min(len(first), len(second)))

    def _lengths(self, texts: Sequence[str]) -> Iterable[int]:
        if self._backend is None:
            return map(len, self._encoded(texts))
        return map(len, self._backend.encode_batch_fast(list(texts), add_special_tokens=False))

    def _encoded(self, texts: Sequence[str]) -> list[list[int]]:
        if self._backend is None:
            return [self._tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
        return [found.ids for found in self._backend.encode_batch_fast(list(texts), add_special_tokens=False)]


def _cut(text: str) -> tuple[list[str], list[str]]:
    """(pieces that begin a text or a line, pieces after a space, without it) that make up the text."""
    starts: list[str] = []
    words: list[str] = []
    lines = _AFTER_BREAK.split(text)
    last = len(lines) - 1
    for place, line in enumerate(lines):
        start, *rest = _BEFORE_WORD.split(line if place == last else f"{line}\n")
        starts.append(start)
        words += rest
    return starts, words


def _is_proven(described: dict[str, Any]) -> bool:
    """Whether the tokenizer, as its JSON describes it, is one whose words are cut so."""
    model, normalizer = described["model"], described["normalizer"]
    if model["type"] != "BPE" or model.get("dropout") or (normalizer or {"type": "NFC"})["type"] != "NFC":
        return False
    plain = ("lstrip", "rstrip", "single_word")
    for token in described["added_tokens"]:
        if any(token[name] for name in plain) or re.search(r"\s", token["content"]) or not token["content"]:
            return False
    return _cuts_words(described["pre_tokenizer"])


def _cuts_words(pre: dict[str, Any] | None) -> bool:
    steps = [] if pre is None else pre["pretokenizers"] if pre["type"] == "Sequence" else [pre]
    cuts = 0
    for step in steps:
        if step["type"] == "ByteLevel":
            if step["add_prefix_space"]:
                return False
            cuts += bool(step["use_regex"])
        elif step["type"] == "Split":
            if step["pattern"].get("Regex") not in _PROVEN or step["behavior"] != "Isolated" or step["invert"]:
                return False
            cuts += 1
        elif step["type"] != "Digits":
            return False
    return cuts == 1 and steps[-1]["type"] == "ByteLevel"
