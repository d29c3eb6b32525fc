"""Near-duplicate clusters of a corpus: MinHash candidates, each verified by the true Jaccard similarity of shingles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curation.text.minhash import BANDS, ROWS, Pairs, Sketches, groups, unique_rows
from curation.text.shingles import Rows, shingles

JACCARD = 0.8
# In a bucket of k texts all k(k−1)/2 pairs are compared up to this k; see `_pairs_of_bucket` for larger ones.
FULL_BUCKET = 64
_PAIRS_AT_ONCE = 1 << 15
_SHINGLES_AT_ONCE = 1 << 22


class NearDuplicates(NamedTuple):
    """Clusters over texts 0 … n − 1 and the links that made them.

    `cluster` (n,) holds the smallest index of each text's cluster, its own for a text alone. `links` (m, 2), i < j, and
    `jaccard` (m,) are the pairs found similar enough, enough of them to connect every cluster.
    """

    cluster: npt.NDArray[np.int64]
    links: Pairs
    jaccard: npt.NDArray[np.float64]


def near_duplicates(
    texts: Sequence[str], *, seed: int, threshold: float = JACCARD, bands: int = BANDS, rows: int = ROWS
) -> NearDuplicates:
    """Clusters of texts connected by true Jaccard similarity ≥ `threshold` among MinHash candidates.

    `texts` is read by index and more than once; beside it, memory grows by about 130 bytes a text. Empty texts stay
    alone. Clusters are transitive: two members may be less similar than the threshold (see `jaccard_of`).
    """
    sketches = Sketches(texts, seed=seed, bands=bands, rows=rows)
    first = sketches.first_of_same()
    same = np.flatnonzero(first != np.arange(first.size))
    links = [np.column_stack([first[same], same])]
    values = [np.ones(same.size)]
    among = np.flatnonzero((first == np.arange(first.size)) & ~sketches.empty)
    union = UnionFind(len(texts))
    union.join(links[0])
    for pairs in _candidates(sketches, among):
        # What is connected already needs no second link.
        roots = union.roots()
        pairs = pairs[roots[pairs[:, 0]] != roots[pairs[:, 1]]]
        if not pairs.size:
            continue
        jaccard = jaccard_of(texts, pairs)
        near = jaccard >= threshold
        links.append(pairs[near])
        values.append(jaccard[near])
        union.join(pairs[near])
    return NearDuplicates(union.roots(), np.concatenate(links), np.concatenate(values))


def _candidates(sketches: Sketches, among: npt.NDArray[np.int64]) -> Iterator[Pairs]:
    """Pairs i < j that share a band, some tens of thousands at a time, each once within a batch."""
    batch: list[Pairs] = []
    size = 0
    for keys in sketches.bands:
        for members in groups(keys, among):
            for pairs in _pairs_of_bucket(members):
                batch.append(pairs)
                size += len(pairs)
                if size >= _PAIRS_AT_ONCE:
                    yield _distinct(batch)
                    batch, size = [], 0
    if batch:
        yield _distinct(batch)


def _distinct(batch: list[Pairs]) -> Pairs:
    pairs = np.concatenate(batch)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    pairs = pairs[order]
    fresh: npt.NDArray[np.bool_] = np.ones(len(pairs), bool)
    fresh[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    found: Pairs = pairs[fresh]
    return found


def _pairs_of_bucket(members: npt.NDArray[np.int64]) -> Iterator[Pairs]:
    """All pairs of a small bucket. In a large one each member meets the first and the FULL_BUCKET before it.

    A large bucket is mostly one text in many versions, which such a chain connects; comparing all would take a time
    that grows with its square.
    """
    if members.size <= FULL_BUCKET:
        left, right = np.triu_indices(members.size, 1)
        yield np.column_stack([members[left], members[right]])
        return
    yield np.column_stack([np.full(members.size - 1, members[0]), members[1:]])
    for distance in range(1, FULL_BUCKET + 1):
        yield np.column_stack([members[:-distance], members[distance:]])


def jaccard_of(texts: Sequence[str], pairs: Pairs) -> npt.NDArray[np.float64]:
    """True Jaccard similarity |A ∩ B| / |A ∪ B| of the shingle sets of each pair of texts, (m,).

    Exact but for hash collisions, less than one in 10⁹ pairs of ordinary texts. Two empty texts count as 0.
    """
    found = np.empty(len(pairs))
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    sizes = np.fromiter((len(texts[a]) + len(texts[b]) for a, b in pairs[order].tolist()), np.int64, len(pairs))
    cut = (np.cumsum(sizes) // _SHINGLES_AT_ONCE) * 4 + np.arange(len(pairs)) // _PAIRS_AT_ONCE
    for chunk in np.split(order, np.flatnonzero(np.diff(cut)) + 1) if len(pairs) else []:
        involved, local = np.unique(pairs[chunk], return_inverse=True)
        sets = unique_rows(shingles([texts[index] for index in involved.tolist()]))
        found[chunk] = jaccard_of_sets(sets, local.reshape(-1, 2))
    return found


def jaccard_of_sets(sets: Rows, pairs: Pairs) -> npt.NDArray[np.float64]:
    """Jaccard similarity of pairs of rows that are sorted sets (`unique_rows`)."""
    counts = np.diff(sets.offsets)
    left, right = counts[pairs[:, 0]], counts[pairs[:, 1]]
    both = np.column_stack([pairs[:, 0], pairs[:, 1]]).ravel()
    lengths = counts[both]
    ends = np.cumsum(lengths)
    places = np.arange(int(ends[-1]) if ends.size else 0) - np.repeat(ends - lengths - sets.offsets[both], lengths)
    # One sort finds what the two sides of every pair share: the pair's number above, the hash's upper bits below it.
    width = max(1, int(len(pairs) - 1).bit_length())
    owner: npt.NDArray[np.int64] = np.repeat(np.arange(len(pairs)), left + right)
    tagged = (owner.astype(np.uint64) << np.uint64(64 - width)) | (sets.hashes[places] >> np.uint64(width))
    tagged.sort()
    shared = tagged[1:][tagged[1:] == tagged[:-1]] >> np.uint64(64 - width)
    common = np.bincount(shared.astype(np.int64), minlength=len(pairs))
    union = left + right - common
    return np.divide(common, union, out=np.zeros(len(pairs)), where=union > 0)


class UnionFind:
    """Connected components over 0 … n − 1; the root of a component is its smallest member."""

    def __init__(self, count: int) -> None:
        self._parent: npt.NDArray[np.int64] = np.arange(count, dtype=np.int64)

    def join(self, pairs: Pairs) -> None:
        parent = self._parent
        for a, b in pairs.tolist():
            low, high = sorted((self._root(a), self._root(b)))
            parent[high] = low

    def _root(self, place: int) -> int:
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = int(parent[place])
        return place

    def roots(self) -> npt.NDArray[np.int64]:
        """The smallest member of each element's component, (n,)."""
        # A parent is never larger than its child, so pointer jumping ends after log₂ of the longest path.
        while True:
            above = self._parent[self._parent]
            if np.array_equal(above, self._parent):
                return above
            self._parent = above
