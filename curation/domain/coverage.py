"""Rows that stand for the others: k-center and facility location, greedily (METHODS §14). Pure numpy.

Copies of a chosen row are taken only when no distinct row is left. Both return rows in pick order with what each
added: the distance to what was chosen before, or the gain in coverage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from curation.domain.arrays import Floats, Ints, Points
from curation.domain.lazy_greedy import lazy_greedy
from curation.domain.point_cells import checked_points, copies, k_means
from curation.domain.quotas import Picked, largest_remainder

Similarity = Literal["cosine", "exp_distance"]
CELLWISE_ABOVE = 10_000
CELL_ROWS = 2_000
CACHED_NUMBERS = 100_000_000  # a similarity matrix up to here is kept (400 MB of float32)
BLOCK = 4096


def k_center(points: Points, *, budget: int, first: int | None = None) -> Picked:
    """Greedy k-center: each pick is the row farthest from all picks before, a 2-approximation (Gonzalez 1985).

    points: (rows, dimensions), Euclidean. first: the row to begin with, by default the one farthest from the mean.
    The first row's score is its distance to the mean. Cost: one pass over the table for each pick.
    """
    table = checked_points(points)
    rows, goal = table.shape[0], _goal(budget, table.shape[0])
    if goal == 0:
        return _picked([], [], budget, rows)
    norm = np.square(table).sum(axis=1)
    from_mean = _squared_distances(table, norm, table.mean(axis=0, dtype=np.float64).astype(table.dtype))
    if first is not None and not 0 <= first < rows:
        raise ValueError(f"The first row lies in 0…{rows - 1}.")
    row = int(from_mean.argmax()) if first is None else first
    chosen, scores = [row], [float(np.sqrt(from_mean[row]))]
    nearest = np.full(rows, np.inf, dtype=table.dtype)
    while len(chosen) < goal:
        np.minimum(nearest, _squared_distances(table, norm, table[row]), out=nearest)
        nearest[row] = -1.0  # never again, and after copies, which stand at 0
        row = int(nearest.argmax())
        chosen.append(row)
        scores.append(float(np.sqrt(nearest[row])))
    return _picked(chosen, scores, budget, rows)


def covering_radius(points: Points, chosen: Ints) -> float:
    """Largest distance of any row to its nearest chosen row."""
    table = checked_points(points)
    norm = np.square(table).sum(axis=1)
    nearest = np.full(table.shape[0], np.inf, dtype=table.dtype)
    for row in chosen:
        np.minimum(nearest, _squared_distances(table, norm, table[row]), out=nearest)
    return float(np.sqrt(nearest.max()))


def _squared_distances(table: Points, norm: Points, to: Points) -> Points:
    """By the matrix product, and from differences where that product cancels, so that copies lie at exactly 0."""
    squared = np.maximum(norm - 2 * (table @ to) + to @ to, 0)
    near = np.flatnonzero(squared <= 1e-3 * (norm + to @ to))
    squared[near] = np.square(table[near] - to).sum(axis=1)
    return squared


def facility_location(
    points: Points, *, budget: int, similarity: Similarity = "cosine", seed: int = 0, cellwise: bool | None = None
) -> Picked:
    """Greedy maximisation of Σ_i max_{j chosen} s_ij, within 1 − 1/e of the best (Nemhauser et al. 1978).

    s is the cosine cut at 0, or exp(−Euclidean distance). Above 10,000 distinct rows (or with `cellwise`) the rows are
    split by seeded k-means into cells of about 2,000, the budget is shared over cells by size, each cell is covered by
    its own rows, and the picks of all cells are put in order of gain. That loses what a row covers beyond its cell.
    """
    table = checked_points(points)
    rows, goal = table.shape[0], _goal(budget, table.shape[0])
    if goal == 0:
        return _picked([], [], budget, rows)
    if similarity == "cosine":
        length = np.linalg.norm(table, axis=1, keepdims=True)
        table = table / np.where(length > 0, length, 1)
    again = copies(table)
    originals = np.flatnonzero(~again)
    if cellwise if cellwise is not None else originals.size > CELLWISE_ABOVE:
        picks = _cellwise(table, originals, min(goal, originals.size), similarity, seed)
    else:
        picks = _cover(table, originals, min(goal, originals.size), similarity)
    left = np.flatnonzero(again)[: goal - picks.indices.size]
    chosen = np.concatenate([picks.indices, left])
    return _picked(chosen.tolist(), [*picks.scores.tolist(), *[0.0] * left.size], budget, rows)


def _cellwise(table: Points, originals: Ints, goal: int, similarity: Similarity, seed: int) -> Picked:
    cells = max(1, -(-originals.size // CELL_ROWS))
    assignment = k_means(table[originals], cells=cells, seed=seed, iterations=10).assignment
    sizes = np.bincount(assignment, minlength=cells)
    quota = largest_remainder(sizes.astype(np.float64), sizes, budget=goal)
    indices, scores = [], []
    for cell in np.flatnonzero(quota):
        members = originals[assignment == cell]
        picks = _cover(table[members], np.arange(members.size), int(quota[cell]), similarity)
        indices.append(members[picks.indices])
        scores.append(picks.scores)
    every, gain = np.concatenate(indices), np.concatenate(scores)
    order = np.lexsort((every, -gain))
    return Picked(indices=every[order], scores=gain[order])


def _cover(table: Points, candidates: Ints, goal: int, similarity: Similarity) -> Picked:
    """Facility location of all rows by `candidates`; similarities are kept when they are few, else made in blocks."""
    rows = table.shape[0]
    columns_of = _similarities(table, similarity)
    if rows * candidates.size <= CACHED_NUMBERS:
        cached = np.concatenate(
            [columns_of(candidates[start : start + BLOCK]) for start in range(0, candidates.size, BLOCK)], axis=1
        ).T.copy()
        place = np.full(rows, -1)
        place[candidates] = np.arange(candidates.size)
        rows_of: Callable[[Ints], Points] = lambda some: cached[place[some]]  # noqa: E731
    else:
        rows_of = lambda some: columns_of(some).T  # noqa: E731
    covered = np.zeros(rows, dtype=table.dtype)

    def gains_of(some: Ints) -> Floats:
        gains: Floats = np.maximum(rows_of(some) - covered, 0).sum(axis=1, dtype=np.float64)
        return gains

    def pick(row: int) -> None:
        np.maximum(covered, rows_of(np.array([row]))[0], out=covered)

    bounds = np.concatenate([gains_of(candidates[at : at + 256]) for at in range(0, candidates.size, 256)])
    return lazy_greedy(bounds, budget=goal, gains_of=gains_of, pick=pick, candidates=candidates)


def _similarities(table: Points, similarity: Similarity) -> Callable[[Ints], Points]:
    """A function from candidates to their similarities (rows, candidates)."""
    if similarity == "cosine":
        return lambda some: np.maximum(table @ table[some].T, 0)
    norm = np.square(table).sum(axis=1)

    def by_distance(some: Ints) -> Points:
        squared = np.maximum(norm[:, None] - 2 * (table @ table[some].T) + norm[some], 0)
        squared[some, np.arange(some.size)] = 0  # a row's distance to itself is not left to rounding
        return np.exp(-np.sqrt(squared))

    return by_distance


def coverage_value(points: Points, chosen: Ints, *, similarity: Similarity = "cosine") -> float:
    """Σ_i max_{j chosen} s_ij of a choice; 0 for none."""
    table = checked_points(points)
    if similarity == "cosine":
        length = np.linalg.norm(table, axis=1, keepdims=True)
        table = table / np.where(length > 0, length, 1)
    columns_of = _similarities(table, similarity)
    best = np.zeros(table.shape[0], dtype=table.dtype)
    for start in range(0, len(chosen), 256):
        np.maximum(best, columns_of(np.asarray(chosen)[start : start + 256]).max(axis=1), out=best)
    return float(best.sum(dtype=np.float64))


def _goal(budget: int, rows: int) -> int:
    if budget < 0:
        raise ValueError("A budget is at least zero.")
    return min(budget, rows)


def _picked(chosen: list[int], scores: list[float], budget: int, rows: int) -> Picked:
    shortfall = f"there are only {rows} candidates" if rows < budget else ""
    return Picked(np.array(chosen, dtype=np.int64), np.array(scores, dtype=np.float64), shortfall)
