"""Hashed shingles of many texts at once: 64-bit hashes of word or character n-grams, in compressed sparse rows.

Words are hashed by a polynomial over their UTF-8 bytes modulo 2⁶⁴ (prefix sums, so no loop over words), n-grams by a
polynomial over their words, and both are mixed by a bijection. Two different shingles share a hash with probability
about 2⁻⁶⁴; whoever reports a match to a person compares the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from curation.text.normalise import comparable, is_unspaced, nfc

Hashes: TypeAlias = npt.NDArray[np.uint64]
Offsets: TypeAlias = npt.NDArray[np.int64]

WORD_N = 5
CHARACTER_N = 5
# Below this many words one edited word changes most 5-grams of words; of characters it changes few.
SHORT_WORDS = 20

_BASE = np.uint64(0x9E3779B97F4A7C15)
_BASE_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_GRAM_BASE = np.uint64(0xD6E8FEB86659FD93)
_CHARACTER_SEED = np.uint64(0xA0761D6478BD642F)
_CODE_SIGN = re.compile(r"[{}()\[\];=<>_]")


class Rows(NamedTuple):
    """Hashes of many texts: those of text i are hashes[offsets[i] : offsets[i + 1]]."""

    hashes: Hashes
    offsets: Offsets

    def row(self, index: int) -> Hashes:
        found: Hashes = self.hashes[self.offsets[index] : self.offsets[index + 1]]
        return found


def looks_like_code(text: str) -> bool:
    """A fence, or a sign in twelve characters being one of {}()[];=<>_: then punctuation is what the text says."""
    return "```" in text or len(_CODE_SIGN.findall(text)) * 12 > len(text)


def shingles(texts: Sequence[str]) -> Rows:
    """Shingles of each text, unsorted and with repetitions: 5-grams of words, or of characters where words fail.

    Characters are used for texts under SHORT_WORDS words, for scripts without spaces and for code; code keeps its
    punctuation and its case. Word and character shingles never meet. Empty texts have no shingles.
    """
    spoken: list[str] = []
    spelled: list[str] = []
    by_words: npt.NDArray[np.bool_] = np.zeros(len(texts), dtype=bool)
    for index, text in enumerate(texts):
        if looks_like_code(text):
            spelled.append(" ".join(nfc(text).split()))
            continue
        form = comparable(text)
        if form.count(" ") + 1 < SHORT_WORDS or is_unspaced(form):
            spelled.append(form)
        else:
            by_words[index] = True
            spoken.append(form)
    return _woven(by_words, ngrams(word_hashes(spoken), WORD_N), character_shingles(spelled))


def word_hashes(forms: Sequence[str]) -> Rows:
    """One hash a word of each text; the texts are in normal form, their words set apart by single spaces."""
    counts = np.fromiter((form.count(" ") + 1 if form else 0 for form in forms), np.int64, len(forms))
    offsets = _offsets(counts)
    joined = " ".join(form for form in forms if form).encode("utf-8", "surrogatepass")
    if not joined:
        return Rows(np.zeros(0, np.uint64), offsets)
    data = np.frombuffer(joined, np.uint8)
    spaces = np.flatnonzero(data == 32)
    starts = np.concatenate([[0], spaces + 1])
    ends = np.concatenate([spaces, [data.size]])
    with np.errstate(over="ignore"):
        prefix = np.zeros(data.size + 1, np.uint64)
        np.cumsum((data.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, data.size), out=prefix[1:])
        sums = (prefix[ends] - prefix[starts]) * _powers(_BASE_INVERSE, data.size)[starts]
        return Rows(mixed(sums + (ends - starts).astype(np.uint64)), offsets)


def ngrams(rows: Rows, n: int, *, whole_when_short: bool = True) -> Rows:
    """Hashes of the n-grams of each row in order; a row of fewer than n is one gram of all, or none."""
    counts = np.diff(rows.offsets)
    kept = np.maximum(counts - n + 1, 0)
    # Powers grow to the right, so that a short row's sum is that of the row itself.
    with np.errstate(over="ignore"):
        length = max(0, rows.hashes.size - n + 1)
        sums = np.zeros(length, np.uint64)
        factor = np.uint64(1)
        for place in range(n):
            sums += rows.hashes[place : place + length] * factor
            factor = factor * _GRAM_BASE
        full = mixed(sums)
    starts = np.repeat(rows.offsets[:-1], kept) + _within(kept)
    if not whole_when_short:
        return Rows(full[starts], _offsets(kept))
    short = np.flatnonzero((counts > 0) & (counts < n))
    grams = np.where((counts > 0) & (counts < n), 1, kept)
    offsets = _offsets(grams)
    hashes: Hashes = np.empty(int(offsets[-1]), np.uint64)
    whole: npt.NDArray[np.bool_] = np.ones(len(counts), dtype=bool)
    whole[short] = False
    hashes[np.repeat(whole, grams)] = full[starts]
    for index in short.tolist():
        with np.errstate(over="ignore"):
            row = rows.row(index)
            hashes[offsets[index]] = mixed((row * _powers(_GRAM_BASE, row.size)).sum(keepdims=True))[0]
    return Rows(hashes, offsets)


def character_shingles(forms: Sequence[str], n: int = CHARACTER_N) -> Rows:
    """Hashes of the n-grams of code points of each text; a text of fewer than n is one gram of all."""
    offsets = _offsets(np.fromiter(map(len, forms), np.int64, len(forms)))
    points = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), np.uint32)
    with np.errstate(over="ignore"):
        return ngrams(Rows(mixed(points.astype(np.uint64) + _CHARACTER_SEED), offsets), n)


def mixed(values: Hashes) -> Hashes:
    """A bijection of 64 bits in which every bit depends on all: the finaliser of splitmix64 (Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return values ^ (values >> np.uint64(31))


_power_tables: dict[int, Hashes] = {}


def _powers(base: Any, count: int) -> Hashes:
    """base⁰ … base^(count−1) modulo 2⁶⁴; tables are kept and grow to the longest buffer asked for."""
    table = _power_tables.get(int(base))
    if table is None or table.size < count:
        size = max(1024, 1 << (count - 1).bit_length())
        factors: Hashes = np.full(size, base, np.uint64)
        factors[0] = 1
        with np.errstate(over="ignore"):
            table = np.cumprod(factors)
        _power_tables[int(base)] = table
    return table[:count]


def _offsets(counts: npt.NDArray[np.int64]) -> Offsets:
    offsets = np.zeros(counts.size + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _within(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, … in each run of the given lengths, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if counts.size else 0
    found: npt.NDArray[np.int64] = np.arange(total) - np.repeat(ends - counts, counts)
    return found


def _woven(first: npt.NDArray[np.bool_], ones: Rows, others: Rows) -> Rows:
    """Rows of two kinds back in their order: where `first` is true the next of `ones`, else the next of `others`."""
    counts = np.empty(first.size, np.int64)
    counts[first] = np.diff(ones.offsets)
    counts[~first] = np.diff(others.offsets)
    hashes: Hashes = np.empty(int(counts.sum()), np.uint64)
    from_first: npt.NDArray[np.bool_] = np.repeat(first, counts)
    hashes[from_first] = ones.hashes
    hashes[~from_first] = others.hashes
    return Rows(hashes, _offsets(counts))
