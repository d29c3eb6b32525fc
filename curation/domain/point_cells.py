"""Cells of embeddings: k-means, and which rows are exact copies of an earlier one. Pure numpy."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from curation.domain.arrays import Flags, Floats, Ints, Points

BLOCK = 8192
TRAINING_ROWS = 50_000


@dataclass(frozen=True)
class Cells:
    assignment: Ints  # (rows,)
    centres: Points  # (cells, dimensions)
    distance: Floats  # (rows,) to the row's own centre


def default_cells(rows: int) -> int:
    """√(rows / 2), METHODS §14."""
    return max(1, ceil(sqrt(rows / 2)))


def k_means(points: Points, *, cells: int, seed: int, iterations: int = 20) -> Cells:
    """Lloyd's algorithm from seeded k-means++ centres (Arthur & Vassilvitskii 2007) on (rows, dimensions).

    Centres are learned on at most 50,000 rows, or eight a cell if that is more, drawn by the seed; then all rows are
    assigned. A cell left empty moves to the row farthest from its centre. Raises ValueError without rows or cells.
    """
    table = checked_points(points)
    if cells < 1 or table.shape[0] == 0:
        raise ValueError("Clustering needs at least one row and one cell.")
    rng = np.random.default_rng(seed)
    limit = max(TRAINING_ROWS, 8 * cells)
    sample = table
    if table.shape[0] > limit:
        sample = table[np.sort(rng.choice(table.shape[0], limit, replace=False))]
    centres = _spread_centres(sample, min(cells, sample.shape[0]), rng)
    before: Ints = np.full(sample.shape[0], -1, dtype=np.int64)
    for _ in range(iterations):
        assignment, squared = nearest_centre(sample, centres)
        if np.array_equal(assignment, before):
            break
        before = assignment
        centres = _means(sample, assignment, squared, centres)
    assignment, squared = nearest_centre(table, centres)
    return Cells(assignment=assignment, centres=centres, distance=np.sqrt(squared))


def nearest_centre(points: Points, centres: Points) -> tuple[Ints, Floats]:
    """Index of the nearest centre of each row, and the squared distance."""
    own: Ints = np.empty(points.shape[0], dtype=np.int64)
    squared: Floats = np.empty(points.shape[0])
    half = np.square(centres).sum(axis=1) / 2
    for start in range(0, points.shape[0], BLOCK):
        rows = slice(start, start + BLOCK)
        block = points[rows]
        closeness = block @ centres.T - half
        own[rows] = closeness.argmax(axis=1)
        squared[rows] = np.square(block - centres[own[rows]]).sum(axis=1)
    return own, squared


def _spread_centres(points: Points, cells: int, rng: np.random.Generator) -> Points:
    centres = np.empty((cells, points.shape[1]), dtype=points.dtype)
    centres[0] = points[rng.integers(points.shape[0])]
    norm = np.square(points).sum(axis=1)
    nearest = np.full(points.shape[0], np.inf)
    for cell in range(1, cells):
        centre = centres[cell - 1]
        nearest = np.minimum(nearest, np.maximum(norm - 2 * (points @ centre) + centre @ centre, 0))
        total = np.cumsum(nearest, dtype=np.float64)
        draw = rng.random() * total[-1]
        centres[cell] = points[min(int(np.searchsorted(total, draw, side="right")), points.shape[0] - 1)]
    return centres


def _means(points: Points, assignment: Ints, squared: Floats, centres: Points) -> Points:
    counts = np.bincount(assignment, minlength=centres.shape[0])
    order = np.argsort(assignment, kind="stable")
    filled = np.flatnonzero(counts)
    starts = np.cumsum(counts[filled]) - counts[filled]
    moved = centres.copy()
    moved[filled] = np.add.reduceat(points[order], starts, axis=0) / counts[filled][:, None]
    empty = np.flatnonzero(counts == 0)
    if empty.size:
        moved[empty] = points[np.argsort(-squared, kind="stable")[: empty.size]]
    return moved


def copies(points: Points) -> Flags:
    """(rows,) whether the row equals an earlier one in every number."""
    flags: Flags = originals_of(points) != np.arange(len(points))
    return flags


def originals_of(points: Points) -> Ints:
    """(rows,) index of the first row that equals this one in every number; its own index when none does.

    Rows are told apart by a 64-bit fingerprint of their bits, and those with equal fingerprints are then compared.
    """
    table = np.ascontiguousarray(checked_points(points) + 0.0)  # −0 is 0
    words = table.view(np.uint32 if table.dtype == np.float32 else np.uint64)
    keys = np.random.default_rng(0).integers(1, 2**63, size=table.shape[1], dtype=np.uint64) | np.uint64(1)
    prints = np.empty(table.shape[0], dtype=np.uint64)
    for start in range(0, table.shape[0], BLOCK):
        mixed = words[start : start + BLOCK].astype(np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(29))) * keys
        prints[start : start + BLOCK] = (mixed ^ (mixed >> np.uint64(32))).sum(axis=1, dtype=np.uint64)
    _, first, group = np.unique(prints, return_index=True, return_inverse=True)
    original = first[group.reshape(-1)]
    suspects = np.flatnonzero(original != np.arange(table.shape[0]))
    different = suspects[(table[suspects] != table[original[suspects]]).any(axis=1)]
    own: Ints = original.astype(np.int64)
    own[different] = different  # two rows with one fingerprint: about n²/2⁶⁵ cases
    return own


def checked_points(points: Points) -> Points:
    """Points as float32 or float64 (rows, dimensions). Raises ValueError for other shapes and values not finite."""
    table = np.asarray(points)
    if table.ndim != 2 or table.shape[1] == 0:
        raise ValueError("Points are a table (rows, dimensions).")
    if table.dtype not in (np.float32, np.float64):
        table = table.astype(np.float64)
    if not np.isfinite(table).all():
        raise ValueError("A point is not finite; leave rows without an embedding out.")
    return table
