"""Distances to the k-th neighbour, and the entropy they estimate (METHODS §7). Pure numpy."""

from __future__ import annotations

from math import lgamma, log, pi

import numpy as np

from curation.domain.arrays import Floats, Ints, Points
from curation.domain.point_cells import checked_points, k_means

EXACT_ROWS = 20_000  # up to as many reference rows, every distance is taken
CELL_ROWS = 1_000
PROBES = 2
_BLOCK_NUMBERS = 8_000_000
EULER = 0.5772156649015329


def kth_distances(
    points: Points, *, k: int, reference: Ints | None = None, exact: bool | None = None, seed: int = 0
) -> Floats:
    """Euclidean distance (rows,) of each row to its k-th nearest among the `reference` rows, itself left out.

    reference: row indices, all by default. With fewer than k others the farthest of them counts; with none the
    distance is infinite. Above 20,000 reference rows only the two seeded k-means cells (of about 1,000) nearest to a
    row are searched: distances are then upper bounds.
    """
    table = checked_points(points)
    if k < 1:
        raise ValueError("Neighbours are counted from 1.")
    among = np.arange(table.shape[0]) if reference is None else np.asarray(reference, dtype=np.int64)
    wanted = min(k, among.size)
    if not wanted:
        return np.full(table.shape[0], np.inf)
    everything = np.arange(table.shape[0])
    if exact if exact is not None else among.size <= EXACT_ROWS:
        return _kth(_nearest(table, everything, among, wanted), k)
    cells = k_means(table[among], cells=max(1, among.size // CELL_ROWS), seed=seed, iterations=10)
    nearest = np.full((table.shape[0], wanted), np.inf)
    probes = _nearest_cells(table, cells.centres)
    for cell in range(cells.centres.shape[0]):
        members = among[cells.assignment == cell]
        asking = np.flatnonzero((probes == cell).any(axis=1))
        if members.size and asking.size:
            found = _nearest(table, asking, members, min(wanted, members.size))
            both = np.concatenate([nearest[asking], found], axis=1)
            nearest[asking] = np.partition(both, wanted - 1, axis=1)[:, :wanted]
    lost = np.flatnonzero(np.isinf(nearest).any(axis=1))  # cells too small: ask everyone
    nearest[lost] = _nearest(table, lost, among, wanted)
    return _kth(nearest, k)


def _kth(nearest: Floats, k: int) -> Floats:
    """The k-th smallest finite distance of each row, the largest finite one when there are fewer."""
    ordered = np.sort(nearest, axis=1)
    finite = np.isfinite(ordered).sum(axis=1)
    column = np.clip(np.minimum(k, finite) - 1, 0, None)
    distances: Floats = ordered[np.arange(len(ordered)), column]
    return distances


def _nearest(table: Points, asking: Ints, among: Ints, wanted: int) -> Floats:
    """The `wanted` smallest distances (asking, wanted) to rows `among` other than itself, unordered."""
    result = np.empty((asking.size, wanted))
    place = np.full(table.shape[0], -1)
    place[among] = np.arange(among.size)
    others = table[among]
    norm = np.square(others).sum(axis=1)
    step = max(1, _BLOCK_NUMBERS // among.size)
    for start in range(0, asking.size, step):
        rows = asking[start : start + step]
        block = table[rows]
        squared = np.square(block).sum(axis=1)[:, None] - 2 * (block @ others.T) + norm
        inside = np.flatnonzero(place[rows] >= 0)
        squared[inside, place[rows[inside]]] = np.inf
        smallest = np.partition(squared, wanted - 1, axis=1)[:, :wanted]
        result[start : start + step] = np.sqrt(np.maximum(smallest, 0))
    return result


def _nearest_cells(table: Points, centres: Points) -> Ints:
    probes = min(PROBES, centres.shape[0])
    half = np.square(centres).sum(axis=1) / 2
    result: Ints = np.empty((table.shape[0], probes), dtype=np.int64)
    for start in range(0, table.shape[0], 8192):
        closeness = table[start : start + 8192] @ centres.T - half
        result[start : start + 8192] = np.argpartition(-closeness, probes - 1, axis=1)[:, :probes]
    return result


def log_distances(distances: Floats) -> Floats:
    """h = log(distance + 1e-6), the row's share of the entropy estimate up to constants; −13.8 for copies."""
    logs: Floats = np.log(distances + 1e-6)
    return logs


def knn_entropy(points: Points, *, k: int = 5) -> float:
    """Kozachenko–Leonenko estimate of the differential entropy in nats: ψ(n) − ψ(k) + log V_d + d/n Σ log ε_i.

    ε_i is the distance to the k-th neighbour. Raises ValueError with k rows or fewer, or when a distance is 0.
    """
    table = checked_points(points).astype(np.float64)
    rows, width = table.shape
    if rows <= k:
        raise ValueError(f"An entropy from {k} neighbours needs more than {k} rows.")
    distances = kth_distances(table, k=k, exact=True)
    if not distances.all():
        raise ValueError(f"A row has {k} copies: there is no density here, hence no differential entropy.")
    log_volume = width / 2 * log(pi) - lgamma(width / 2 + 1)
    mean_log = float(np.log(distances).mean())
    return float(_digamma(rows) - _digamma(k) + log_volume + width * mean_log)


def _digamma(n: int) -> float:
    """ψ at a whole number: −γ plus the harmonic number before it."""
    return -EULER + float((1.0 / np.arange(1, n)).sum())
