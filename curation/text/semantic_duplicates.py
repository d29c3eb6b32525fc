"""Duplicates in meaning, by embeddings: SemDeDup inside k-means cells, and links for prompt groups.

Abbas et al., "SemDeDup: Data-efficient learning at web-scale through semantic deduplication", 2023. Inside a cell the
items are ordered by their similarity to the centroid, farthest first ("hard" ones are kept), and an item goes when a
cosine to one before it exceeds the threshold. The rule is one of order: items are compared with dropped ones too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from curation.text.minhash import Pairs

PROMPT_COSINE = 0.95
RESPONSE_COSINE = 0.98
CELL_SIZE = 1000
_BLOCK = 1024

Vectors: TypeAlias = npt.NDArray[np.float32]


class SemanticDuplicates(NamedTuple):
    """Per item (n,): whether it stays, the item it doubles (−1 where it stays), and the greatest cosine to one before
    it in its cell's order (NaN for the first of a cell, which has none before it)."""

    kept: npt.NDArray[np.bool_]
    duplicate_of: npt.NDArray[np.int64]
    cosine: npt.NDArray[np.float64]


def semantic_duplicates(
    vectors: Vectors, *, seed: int, threshold: float = PROMPT_COSINE, cells: int | None = None
) -> SemanticDuplicates:
    """Which of n unit vectors (n, d) double one before them in their cell. One cell per CELL_SIZE items by default.

    Pairs that fall in two cells are not seen. Raises ValueError for vectors that are not of unit length.
    """
    unit = _checked(vectors)
    kept: npt.NDArray[np.bool_] = np.ones(len(unit), bool)
    duplicate_of: npt.NDArray[np.int64] = np.full(len(unit), -1, np.int64)
    cosine = np.full(len(unit), np.nan)
    for members, centroid in _cells(unit, seed=seed, cells=cells):
        order = members[np.argsort(unit[members] @ centroid, kind="stable")]
        for begin, similar in _blocks(unit[order]):
            for row, values in enumerate(similar):
                place = begin + row
                if place:
                    nearest = int(np.argmax(values[:place]))
                    cosine[order[place]] = values[nearest]
                    if values[nearest] > threshold:
                        kept[order[place]] = False
                        duplicate_of[order[place]] = order[nearest]
    return SemanticDuplicates(kept, duplicate_of, cosine)


def semantic_links(
    vectors: Vectors, *, seed: int, threshold: float = PROMPT_COSINE, cells: int | None = None
) -> tuple[Pairs, npt.NDArray[np.float64]]:
    """All pairs i < j (m, 2) inside a cell whose cosine exceeds the threshold, and the cosines (m,)."""
    unit = _checked(vectors)
    pairs: list[Pairs] = [np.zeros((0, 2), np.int64)]
    cosines: list[npt.NDArray[np.float64]] = [np.zeros(0)]
    for members, _ in _cells(unit, seed=seed, cells=cells):
        for begin, similar in _blocks(unit[members]):
            rows, columns = np.nonzero(similar > threshold)
            later = columns < rows + begin
            rows, columns = rows[later], columns[later]
            pairs.append(np.column_stack([members[columns], members[rows + begin]]))
            cosines.append(similar[rows, columns].astype(np.float64))
    return np.concatenate(pairs), np.concatenate(cosines)


def _checked(vectors: Vectors) -> Vectors:
    unit = np.asarray(vectors, np.float32)
    if unit.ndim != 2:
        raise ValueError("vectors: give one row an item.")
    lengths = np.linalg.norm(unit, axis=1)
    if not np.all(np.abs(lengths - 1.0) < 1e-3):
        raise ValueError("vectors: every row must have unit length.")
    return unit


def _blocks(unit: Vectors) -> Iterator[tuple[int, Vectors]]:
    """Cosines of _BLOCK rows at a time with the rows up to their last."""
    for begin in range(0, len(unit), _BLOCK):
        end = min(begin + _BLOCK, len(unit))
        yield begin, unit[begin:end] @ unit[:end].T


def _cells(unit: Vectors, *, seed: int, cells: int | None) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
    """Members, ascending, and unit centroid of each cell that is not empty."""
    count = max(1, len(unit) // CELL_SIZE) if cells is None else cells
    if not len(unit):
        return
    labels, centroids = spherical_k_means(unit, min(count, len(unit)), seed=seed)
    order: npt.NDArray[np.int64] = np.argsort(labels, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(labels, minlength=len(centroids)))])
    for cell, centroid in enumerate(centroids):
        members = order[bounds[cell] : bounds[cell + 1]]
        if members.size:
            yield members, centroid


def spherical_k_means(
    unit: Vectors, count: int, *, seed: int, iterations: int = 10
) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Labels (n,) and unit centroids (count, d) after some of Lloyd's iterations under cosine similarity.

    Dhillon and Modha 2001. Starts from distinct items drawn with the seed; an empty cell keeps its centroid.
    """
    drawn = np.random.default_rng(seed).choice(len(unit), size=count, replace=False)
    centroids = unit[np.sort(drawn)].copy()
    labels: npt.NDArray[np.int64] = np.zeros(len(unit), np.int64)
    for turn in range(iterations):
        nearest = _nearest(unit, centroids)
        if turn and np.array_equal(nearest, labels):
            break
        labels = nearest
        order = np.argsort(labels, kind="stable")
        filled, starts = np.unique(labels[order], return_index=True)
        sums = np.add.reduceat(unit[order], starts, axis=0)
        norms = np.linalg.norm(sums, axis=1)
        usable = norms > 1e-9
        centroids[filled[usable]] = sums[usable] / norms[usable, None]
    else:
        labels = _nearest(unit, centroids)
    return labels, centroids


def _nearest(unit: Vectors, centroids: Vectors) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.empty(len(unit), np.int64)
    for begin in range(0, len(unit), _BLOCK * 4):
        part = slice(begin, begin + _BLOCK * 4)
        found[part] = np.argmax(unit[part] @ centroids.T, axis=1)
    return found
