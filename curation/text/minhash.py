"""Near-duplicate candidates by MinHash and banding, for a whole corpus at once.

Broder, "On the resemblance and containment of documents", 1997; banding as in Leskovec, Rajaraman and Ullman, Mining
of Massive Datasets §3.4. Two texts of Jaccard similarity J meet in a band with probability 1 − (1 − J^ROWS)^BANDS:
.0533, .2111, .5645, .9235, .9996 at J = .5, .6, .7, .8, .9 for 14 bands of 8 rows (METHODS §14).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from curation.text.shingles import Hashes, Rows, mixed, shingles

BANDS = 14
ROWS = 8
# Texts are hashed this many characters at a time, and their shingles mixed in blocks that stay in the cache.
BATCH_CHARACTERS = 1 << 20
BATCH_TEXTS = 4096
_BLOCK = 1 << 15

Pairs: TypeAlias = npt.NDArray[np.int64]


def candidate_probability(jaccard: float, *, bands: int = BANDS, rows: int = ROWS) -> float:
    """Chance that two texts of this similarity share a band."""
    return float(1.0 - (1.0 - jaccard**rows) ** bands)


def signatures(rows: Rows, *, seed: int, size: int = BANDS * ROWS) -> npt.NDArray[np.uint32]:
    """MinHash signatures, (texts, size): the least of a·x + b modulo 2³² over a text's shingles, a odd.

    Every row must have at least one shingle.
    """
    draws = np.random.default_rng(seed).integers(0, 2**32, size=(2, size), dtype=np.uint32)
    factors, shifts = draws[0] | np.uint32(1), draws[1]
    narrow = (rows.hashes >> np.uint64(32)).astype(np.uint32)
    count = rows.offsets.size - 1
    found = np.empty((size, count), np.uint32)
    buffer: npt.NDArray[np.uint32] = np.empty(0, np.uint32)
    for first, last in _blocks(rows.offsets):
        begin, end = int(rows.offsets[first]), int(rows.offsets[last])
        block = narrow[begin:end]
        starts = rows.offsets[first:last] - begin
        if buffer.size < block.size:
            buffer = np.empty(block.size, np.uint32)
        view = buffer[: block.size]
        for place in range(size):
            np.multiply(block, factors[place], out=view)
            np.add(view, shifts[place], out=view)
            np.minimum.reduceat(view, starts, out=found[place, first:last])
    return found.T


def _blocks(offsets: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Runs of whole rows of about _BLOCK shingles each, at least one row."""
    first, count = 0, offsets.size - 1
    while first < count:
        last = int(np.searchsorted(offsets, offsets[first] + _BLOCK, side="right")) - 1
        last = min(max(last, first + 1), count)
        yield first, last
        first = last


def batches(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Consecutive texts of about BATCH_CHARACTERS together, each batch with the index of its first."""
    batch: list[str] = []
    first = size = 0
    for index in range(len(texts)):
        text = texts[index]
        if batch and (size + len(text) > BATCH_CHARACTERS or len(batch) == BATCH_TEXTS):
            yield first, batch
            batch, first, size = [], index, 0
        batch.append(text)
        size += len(text)
    if batch:
        yield first, batch


class Sketches:
    """What is kept of a corpus: a hash a band and one of all shingles a text, 120 bytes; shingles are not kept."""

    def __init__(self, texts: Sequence[str], *, seed: int, bands: int = BANDS, rows: int = ROWS) -> None:
        self.bands: Hashes = np.zeros((bands, len(texts)), np.uint64)
        self.wholes: Hashes = np.zeros(len(texts), np.uint64)
        self.empty: npt.NDArray[np.bool_] = np.zeros(len(texts), bool)
        for first, batch in batches(texts):
            found = shingles(batch)
            counts = np.diff(found.offsets)
            span = slice(first, first + len(batch))
            self.empty[span] = counts == 0
            filled = np.flatnonzero(counts)
            if not filled.size:
                continue
            dense = Rows(found.hashes, np.concatenate([[0], np.cumsum(counts[filled])]))
            sketch = signatures(dense, seed=seed, size=bands * rows).astype(np.uint64)
            with np.errstate(over="ignore"):
                self.wholes[first + filled] = mixed(np.add.reduceat(mixed(dense.hashes), dense.offsets[:-1]))
                for band in range(bands):
                    key = np.full(filled.size, np.uint64(band + 1))
                    for place in range(band * rows, (band + 1) * rows):
                        key = mixed(key ^ sketch[:, place])
                    self.bands[band, first + filled] = key

    def first_of_same(self) -> npt.NDArray[np.int64]:
        """For each text the first one with the same shingles, however ordered; empty texts are their own."""
        first: npt.NDArray[np.int64] = np.arange(self.wholes.size, dtype=np.int64)
        for members in groups(self.wholes, np.flatnonzero(~self.empty)):
            first[members] = members.min()
        return first


def groups(keys: Hashes, among: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    """Members, ascending, of every group of two or more equal keys among the given places."""
    taken = keys[among]
    order = np.argsort(taken, kind="stable")
    ordered = taken[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if ordered.size else order
    ends: npt.NDArray[np.int64] = np.append(starts[1:], ordered.size)
    for begin, end in zip(starts[ends - starts > 1].tolist(), ends[ends - starts > 1].tolist(), strict=True):
        yield among[order[begin:end]]


def unique_rows(rows: Rows) -> Rows:
    """The same rows as sorted sets."""
    counts = np.diff(rows.offsets)
    owner: npt.NDArray[np.int64] = np.repeat(np.arange(counts.size), counts)
    order = np.lexsort((rows.hashes, owner)) if counts.size > 1 else np.argsort(rows.hashes)
    hashes, owner = rows.hashes[order], owner[order]
    fresh = np.ones(hashes.size, bool)
    fresh[1:] = (hashes[1:] != hashes[:-1]) | (owner[1:] != owner[:-1])
    kept = np.bincount(owner[fresh], minlength=counts.size)
    return Rows(hashes[fresh], np.concatenate([[0], np.cumsum(kept)]).astype(np.int64))
