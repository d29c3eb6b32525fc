"""Exact token counts of many texts, by the pieces that a tokenizer never joins.

Byte-level BPE cuts a text into words by a regular expression and encodes each on its own, so a text's count is the sum
of its words'. Words repeat: each is encoded once, and Arrow finds them. Where a tokenizer is not of a kind for which
the cuts used here are proven, whole texts are encoded, which takes some ten times as long.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curation.domain.arrays import Flags, Ints

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
_LETTER = re.compile(r"[A-Za-z]")
_CLOSED_START = re.compile(r"[!-.0-~]")
_OPEN_END = re.compile(r"[!-~]\n\Z")
_VISIBLE_END = re.compile(r"[!-~]\Z")
# Written after a line break so that one search, for spaces, finds both kinds of cuts.
_BREAK = "\x01"
# Words and runs of them that are remembered, some 60 MB; then remembering begins anew.
MOST_KEPT = 250_000
_KEY_BYTES = 4


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
        self._special = tuple(entry["content"] for entry in described.get("added_tokens", ()))
        self._words = _Words()
        # Tokens of runs of words that no cut parts, by what `_of_runs` calls their key.
        self._runs: dict[bytes, int] = {}

    def count(self, texts: Sequence[str]) -> Ints:
        """Tokens of each text (len(texts),)."""
        given = pa.array(texts, pa.large_string())
        if not self.is_exact_in_pieces or pc.any(pc.match_substring(given, _BREAK)).as_py():
            return np.fromiter(self._lengths(texts), dtype=np.int64, count=len(texts))
        if len(self._words.places) + len(self._runs) > MOST_KEPT:
            self._words, self._runs = _Words(), {}
        found = pc.split_pattern(pc.replace_substring(given, "\n", f"\n{_BREAK} "), " ")
        ends = found.offsets.to_numpy()
        encoded = found.values.dictionary_encode()
        places = self._words.of(encoded.dictionary.to_pylist())[encoded.indices.to_numpy()]
        return self._counted(places, ends)

    def _counted(self, places: Ints, ends: Ints) -> Ints:
        """Tokens of texts whose words are at `places`, those of text i from `ends[i]` to `ends[i + 1]`."""
        words = self._words
        begins: Flags = np.zeros(len(places), dtype=bool)
        begins[ends[:-1]] = True
        before = np.roll(places, 1)
        after_break = words.flags[before, _IS_BREAK]
        cut = np.where(
            after_break,
            words.flags[before, _ENDS_LINE] & words.flags[places, _STARTS_CLOSED],
            words.flags[before, _ENDS_VISIBLE] & words.flags[places, _STARTS_LETTER],
        )
        starts = np.flatnonzero(begins | cut)
        sizes = np.diff(starts, append=len(places))
        spaced = ~(begins | after_break)
        counts: Ints = np.zeros(len(starts), dtype=np.int64)
        alone = sizes == 1
        first = starts[alone]
        counts[alone] = self._of_words(places[first], spaced[first])
        counts[~alone] = self._of_runs(places, spaced, starts[~alone], sizes[~alone])
        return np.add.reduceat(counts, np.searchsorted(starts, ends[:-1]))

    def _of_words(self, places: Ints, spaced: Flags) -> Ints:
        """Tokens of words, with the space before them where there is one."""
        words, column = self._words, spaced.astype(np.int64)
        unknown = np.unique(places[words.tokens[places, column] < 0] * 2 + column[words.tokens[places, column] < 0])
        if len(unknown):
            texts = [(" " if key % 2 else "") + words.text(key // 2) for key in unknown.tolist()]
            words.tokens[unknown // 2, unknown % 2] = list(self._lengths(texts))
        found: Ints = words.tokens[places, column]
        return found

    def _of_runs(self, places: Ints, spaced: Flags, starts: Ints, sizes: Ints) -> list[int]:
        # A run is known by its words' places, which are compared much faster than its text is put together.
        keys = (places * 2 + spaced).astype(np.int32)
        data = keys.tobytes()
        bounds = zip((starts * _KEY_BYTES).tolist(), ((starts + sizes) * _KEY_BYTES).tolist(), strict=True)
        runs = [data[begin:end] for begin, end in bounds]
        unknown = list(set(runs) - self._runs.keys())
        if unknown:
            self._runs.update(zip(unknown, self._lengths(map(self._run_text, unknown)), strict=True))
        return list(map(self._runs.__getitem__, runs))

    def _run_text(self, run: bytes) -> str:
        text = self._words.text
        return "".join([(" " if key & 1 else "") + text(key >> 1) for key in np.frombuffer(run, np.int32).tolist()])

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

    def _lengths(self, texts: Iterable[str]) -> Iterable[int]:
        if self._backend is None:
            return map(len, self._encoded(list(texts)))
        return map(len, self._backend.encode_batch_fast(list(texts), add_special_tokens=False))

    def _encoded(self, texts: Sequence[str]) -> list[list[int]]:
        if self._backend is None:
            return [self._tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
        return [found.ids for found in self._backend.encode_batch_fast(list(texts), add_special_tokens=False)]


_IS_BREAK, _ENDS_LINE, _ENDS_VISIBLE, _STARTS_LETTER, _STARTS_CLOSED = range(5)


class _Words:
    """Words seen so far by their place: what they begin and end with, and their tokens without and with a space."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self._texts: list[str] = []
        self.flags: Flags = np.zeros((1024, 5), dtype=bool)
        # (words, 2), −1 where they were not asked for yet.
        self.tokens: Ints = np.full((1024, 2), -1, dtype=np.int64)

    def of(self, words: Sequence[str]) -> Ints:
        """The place of each word; new ones are taken in."""
        places = list(map(self.places.get, words))
        if None in places:
            places = [
                self._take_in(word) if place is None else place for word, place in zip(words, places, strict=True)
            ]
        return np.array(places, dtype=np.int64)

    def text(self, place: int) -> str:
        return self._texts[place]

    def _take_in(self, word: str) -> int:
        place = self.places[word] = len(self._texts)
        if place == len(self.flags):
            self.flags = np.concatenate([self.flags, np.zeros_like(self.flags)])
            self.tokens = np.concatenate([self.tokens, np.full_like(self.tokens, -1)])
        is_break = word.endswith(_BREAK)
        text = word.removesuffix(_BREAK)
        self._texts.append(text)
        self.flags[place] = (
            is_break,
            _OPEN_END.search(text) is not None,
            _VISIBLE_END.search(text) is not None,
            _LETTER.match(text) is not None,
            _CLOSED_START.match(text) is not None,
        )
        return place


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
