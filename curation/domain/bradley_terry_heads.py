"""An ensemble of linear Bradley–Terry heads on feature differences, every row scored out of fold. Pure numpy.

A head is a weight vector w without intercept: the margin of a pair is z = (φ_b − φ_a)·w, and P(b preferred) = σ(z).
Without an intercept, and with features scaled but not centred, swapping a pair's sides negates its margin exactly;
an intercept would learn the side. Objective of one head, a sum over its rows (so that `l2` is the precision of a
Gaussian prior on w and does not depend on the number of rows):

    Σ_i u_i [softplus(z_i) − t_i z_i] + ½ l2 ‖w‖²          t = P(b preferred), u = weight × bootstrap count

Each row is scored only by heads that saw no row of its prompt group: in-sample margins are inflated by memory
(Secrets of RLHF II, arXiv 2401.06080; METHODS §1 and B1). The strength of regularisation is tuned per outer fold by
grouped cross-validation on that fold's training rows: an untuned baseline shows a lift that is not there (MODELS §6).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from curation.domain.arrays import Floats, Ints, Labels, Points
from curation.domain.batched_logistic import Problem, solve

# Half decades from no regularisation worth the name to heads that are all but zero.
L2_GRID: tuple[float, ...] = tuple(float(value) for value in np.logspace(-2, 6, 17))
# A head is done when the objective can fall by no more than this many nats; for tuning, coarser is enough.
FINAL_GAP = 1e-9
TUNING_GAP = 1e-3
BLOCK = 4096


@dataclass(frozen=True)
class Heads:
    """Fitted heads: weights (heads, features) on raw feature differences, and what is needed to use them again."""

    weights: Floats
    fold: Ints  # (heads,) the fold that the head did not train on
    l2: Floats  # (heads,)

    def predict(self, features_difference: Points) -> Floats:
        """Margins (rows, heads) of rows that no head trained on. Raises ValueError on another number of features."""
        features = _checked_features(features_difference)
        if features.shape[1] != self.weights.shape[1]:
            raise ValueError(f"The heads know {self.weights.shape[1]} features, these rows have {features.shape[1]}.")
        margins = np.empty((features.shape[0], self.weights.shape[0]))
        for rows in _blocks(features.shape[0]):
            margins[rows] = features[rows].astype(np.float64) @ self.weights.T
        return margins

    def as_arrays(self) -> dict[str, Labels]:
        """Plain arrays for a file; `Heads.from_arrays` reads them."""
        return {"weights": self.weights, "fold": self.fold, "l2": self.l2}

    @classmethod
    def from_arrays(cls, arrays: dict[str, Labels]) -> Heads:
        """The heads that `as_arrays` wrote. Raises KeyError for a missing array, ValueError for wrong shapes."""
        weights = np.asarray(arrays["weights"], dtype=np.float64)
        fold, l2 = np.asarray(arrays["fold"], dtype=np.int64), np.asarray(arrays["l2"], dtype=np.float64)
        if weights.ndim != 2 or fold.shape != weights.shape[:1] or l2.shape != weights.shape[:1]:
            raise ValueError("These arrays are not heads: weights (heads, features), fold (heads,), l2 (heads,).")
        return cls(weights=weights, fold=fold, l2=l2)


@dataclass(frozen=True)
class OutOfFold:
    """What a fit says: margins of the training rows out of fold, the heads, and how they were regularised."""

    margins: Floats  # (rows, members)
    fold: Ints  # (rows,)
    heads: Heads
    l2_by_fold: Floats  # (folds,)
    l2_grid: Floats  # the values tried; one when l2 was given
    tuning_loss: Floats | None  # (folds, grid) mean held-out log loss inside each fold's training rows
    l2_at_edge: bool  # the best value lies at an end of the grid: widen it before trusting the fit
    mean_out_of_fold: float  # mean margin towards the training target
    mean_in_sample: float  # the same from heads that trained on the row; the gap estimates memorisation
    converged: bool


def fit_heads(
    features_difference: Points,
    *,
    groups: Labels,
    targets: Points | None = None,
    weights: Points | None = None,
    folds: int = 5,
    members: int = 5,
    l2: float | None = None,
    l2_grid: tuple[float, ...] = L2_GRID,
    seed: int,
) -> OutOfFold:
    """Fits folds × members bootstrap heads on φ_b − φ_a (rows, features) and scores each row out of fold.

    groups: (rows,) prompt group, never split over folds. targets: (rows,) P(b preferred) in [0, 1]; by default all 1,
    the difference then being chosen − rejected. weights: (rows,) ≥ 0. l2: prior precision on features scaled to root
    mean square 1; None tunes it per fold over `l2_grid` (needs at least 3 folds).
    Raises ValueError for wrong shapes, values that are not finite, and fewer groups than folds.
    """
    features = _checked_features(features_difference)
    rows = features.shape[0]
    target = _column(targets, rows, 1.0, name="targets", high=1.0)
    weight = _column(weights, rows, 1.0, name="weights", high=np.inf)
    if members < 1 or folds < 2 or (l2 is None and folds < 3):
        raise ValueError("Heads need at least one member and two folds, three when l2 is tuned.")
    if (l2 is not None and not l2 > 0) or not all(value > 0 for value in l2_grid) or not l2_grid:
        raise ValueError("l2 is above zero, in the grid too.")
    fold = grouped_folds(groups, folds=folds, seed=seed)
    space = _Space.of(features, target)

    grid = np.array(sorted(l2_grid) if l2 is None else [l2], dtype=np.float64)
    tuning_loss = _tuning_losses(space, fold, weight, grid, folds) if l2 is None else None
    best: Ints = np.zeros(folds, dtype=np.int64) if tuning_loss is None else tuning_loss.argmin(axis=1)
    l2_by_fold = grid[best]

    head_fold: Ints = np.repeat(np.arange(folds), members)
    counts = _bootstrap_counts(fold, folds, members, seed)
    problem = Problem(
        features=space.rotated,
        excess=space.excess,
        weights_of=lambda rows, heads: counts[rows][:, heads] * weight[rows, None],
        total_weight=np.array([float(counts[:, head] @ weight) for head in range(folds * members)]),
        l2=l2_by_fold[head_fold],
        curvature=space.curvature,
    )
    solution = solve(problem, gap=FINAL_GAP)
    heads = Heads(weights=space.raw_weights(solution.weights), fold=head_fold, l2=l2_by_fold[head_fold])
    margins, outside, inside = _scored(heads, features, fold, target, members)
    return OutOfFold(
        margins=margins,
        fold=fold,
        heads=heads,
        l2_by_fold=l2_by_fold,
        l2_grid=grid,
        tuning_loss=tuning_loss,
        l2_at_edge=l2 is None and bool(np.any((best == 0) | (best == grid.size - 1))),
        mean_out_of_fold=outside,
        mean_in_sample=inside,
        converged=solution.converged,
    )


@dataclass(frozen=True)
class TunedHead:
    """One head on all rows, its l2 chosen by grouped cross-validation on these rows alone."""

    weights: Floats  # (features,) on raw feature differences
    l2: float
    l2_at_edge: bool
    tuning_loss: Floats  # (grid,) mean held-out log loss
    converged: bool

    def margins(self, features_difference: Points) -> Floats:
        """Margins (rows,) of b over a."""
        margins: Floats = np.asarray(features_difference, dtype=np.float64) @ self.weights
        return margins


def fit_head(
    features_difference: Points,
    *,
    groups: Labels,
    targets: Points,
    weights: Points | None = None,
    folds: int = 5,
    l2_grid: tuple[float, ...] = L2_GRID,
    seed: int,
) -> TunedHead:
    """Fits one head on φ_b − φ_a (rows, features), for comparing training sets: each tunes itself, none is favoured.

    Parameters as of `fit_heads`; nothing is bootstrapped, so an integer weight says how often a row counts.
    Raises ValueError for wrong shapes, values that are not finite, weights that are all 0, and fewer groups than folds.
    """
    features = _checked_features(features_difference)
    target = _column(targets, features.shape[0], 1.0, name="targets", high=1.0)
    weight = _column(weights, features.shape[0], 1.0, name="weights", high=np.inf)
    if folds < 2 or not l2_grid or not all(value > 0 for value in l2_grid):
        raise ValueError("A head is tuned over at least two folds and a grid of values above zero.")
    if not weight.sum() > 0:
        raise ValueError("A head needs a row whose weight is above zero.")
    fold = grouped_folds(groups, folds=folds, seed=seed)
    space = _Space.of(features, target)
    grid = np.array(sorted(l2_grid), dtype=np.float64)
    losses = _losses_held_out(space, fold, weight, grid, folds)
    best = int(losses.argmin())
    final = Problem(
        features=space.rotated,
        excess=space.excess,
        weights_of=lambda rows, heads: np.repeat(weight[rows, None], heads.size, axis=1),
        total_weight=np.array([weight.sum()]),
        l2=grid[[best]],
        curvature=space.curvature,
    )
    solution = solve(final, gap=FINAL_GAP)
    return TunedHead(
        weights=space.raw_weights(solution.weights)[0],
        l2=float(grid[best]),
        l2_at_edge=best in (0, grid.size - 1),
        tuning_loss=losses,
        converged=solution.converged,
    )


def grouped_folds(groups: Labels, *, folds: int, seed: int) -> Ints:
    """A fold for each row (rows,), no group in two folds; groups are dealt by size, equal ones in seeded order.

    Raises ValueError when there are fewer groups than folds.
    """
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if sizes.size < folds:
        raise ValueError(f"{folds} folds need at least as many prompt groups; there are {sizes.size}.")
    shuffled = np.random.default_rng([seed, 0]).permutation(sizes.size)
    by_size = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    position = np.arange(sizes.size)
    there: Ints = position % folds
    back: Ints = folds - 1 - there
    fold_of_group = np.empty(sizes.size, dtype=np.int64)
    fold_of_group[by_size] = np.where((position // folds) % 2 == 0, there, back)  # as players pick teams
    return fold_of_group[group.reshape(-1)]


@dataclass(frozen=True)
class _Space:
    """The rows as the solver sees them: turned so that targets are ≥ ½, scaled, and rotated to a diagonal Gram matrix.

    Turning makes the fit independent of which side came first, to the last bit. The rotation changes neither the
    objective nor its ridge penalty, and makes the curvature bound ¼XᵀX a vector, hence a cheap preconditioner.
    """

    rotated: Points
    excess: Floats  # t − ½ after turning
    curvature: Floats  # eigenvalues of XᵀX
    rotation: Floats
    scale: Floats

    @classmethod
    def of(cls, features: Points, target: Floats) -> _Space:
        side = np.where(target < 0.5, -1.0, 1.0)
        excess = np.where(target < 0.5, (1.0 - target) - 0.5, target - 0.5)
        width = features.shape[1]
        squares, gram = np.zeros(width), np.zeros((width, width))
        for rows in _blocks(features.shape[0]):
            block = features[rows].astype(np.float64)
            squares += np.square(block).sum(axis=0)
            gram += block.T @ block
        scale = np.sqrt(squares / features.shape[0])
        scale[scale == 0] = 1.0  # a constant zero carries nothing and keeps the weight zero
        curvature, rotation = np.linalg.eigh(gram / np.outer(scale, scale))
        kept = curvature > 1e-10 * max(float(curvature[-1]), 1e-300)
        rotation, curvature = rotation[:, kept], curvature[kept]
        rotated = np.empty((features.shape[0], int(kept.sum())), dtype=features.dtype)
        for rows in _blocks(features.shape[0]):
            rotated[rows] = side[rows, None] * ((features[rows].astype(np.float64) / scale) @ rotation)
        return cls(rotated=rotated, excess=excess, curvature=curvature, rotation=rotation, scale=scale)

    def raw_weights(self, weights: Floats) -> Floats:
        """(heads, raw features) from weights (rotated features, heads)."""
        return np.ascontiguousarray(((self.rotation @ weights) / self.scale[:, None]).T)


def _tuning_losses(space: _Space, fold: Ints, weight: Floats, grid: Floats, folds: int) -> Floats:
    """(folds, grid): held-out log loss of each l2 inside the training rows of each fold.

    The inner folds of fold k are the other outer folds, so a head fitted without folds {j, k} serves both: validated
    on j for k and on k for j. No row of fold k, nor of its prompt groups, takes part in choosing the l2 of fold k.
    """
    pairs = np.array(list(combinations(range(folds), 2)))
    heads: Ints = np.repeat(np.arange(len(pairs)), grid.size)  # head = pair × grid
    trains = np.ones((folds, len(pairs)))
    for number, pair in enumerate(pairs):
        trains[pair, number] = 0.0
    weight_of_fold = np.bincount(fold, weights=weight, minlength=folds)
    problem = Problem(
        features=space.rotated,
        excess=space.excess,
        weights_of=lambda rows, columns: trains[fold[rows]][:, heads[columns]] * weight[rows, None],
        total_weight=(weight_of_fold @ trains)[heads],
        l2=np.tile(grid, len(pairs)),
        curvature=space.curvature,
    )
    weights = solve(problem, gap=TUNING_GAP).weights.reshape(-1, len(pairs), grid.size)
    losses = np.zeros((folds, grid.size))
    for number, (first, second) in enumerate(pairs):
        for held_out, tuned in ((first, second), (second, first)):
            losses[tuned] += _held_out_loss(space, np.flatnonzero(fold == held_out), weight, weights[:, number])
    seen = weight_of_fold.sum() - weight_of_fold
    return losses / np.where(seen > 0, seen, 1.0)[:, None]


def _losses_held_out(space: _Space, fold: Ints, weight: Floats, grid: Floats, folds: int) -> Floats:
    """(grid,): mean log loss of each l2 over the folds, each judged by the head that trained on the others."""
    heads: Ints = np.repeat(np.arange(folds), grid.size)  # head = fold held out × grid
    weight_of_fold = np.bincount(fold, weights=weight, minlength=folds)
    problem = Problem(
        features=space.rotated,
        excess=space.excess,
        weights_of=lambda rows, columns: (fold[rows, None] != heads[columns]) * weight[rows, None],
        total_weight=(weight_of_fold.sum() - weight_of_fold)[heads],
        l2=np.tile(grid, folds),
        curvature=space.curvature,
    )
    weights = solve(problem, gap=TUNING_GAP).weights.reshape(-1, folds, grid.size)
    losses = np.zeros(grid.size)
    for number in range(folds):
        losses += _held_out_loss(space, np.flatnonzero(fold == number), weight, weights[:, number])
    return losses / float(weight.sum())


def _held_out_loss(space: _Space, held_out: Ints, weight: Floats, weights: Floats) -> Floats:
    total = np.zeros(weights.shape[1])
    for start in range(0, held_out.size, BLOCK):
        rows = held_out[start : start + BLOCK]
        z = space.rotated[rows].astype(np.float64) @ weights
        total += weight[rows] @ (np.logaddexp(z / 2, -z / 2) - space.excess[rows, None] * z)
    return total


def _bootstrap_counts(fold: Ints, folds: int, members: int, seed: int) -> npt.NDArray[np.uint8]:
    """(rows, folds × members): how often a row was drawn for a head; 0 in the head's own fold."""
    counts: npt.NDArray[np.uint8] = np.zeros((fold.size, folds * members), dtype=np.uint8)
    for held_out in range(folds):
        training = np.flatnonzero(fold != held_out)
        for member in range(members):
            rng = np.random.default_rng([seed, 1, held_out, member])
            drawn = np.bincount(rng.integers(0, training.size, training.size), minlength=training.size)
            counts[training, held_out * members + member] = drawn
    return counts


def _scored(heads: Heads, features: Points, fold: Ints, target: Floats, members: int) -> tuple[Floats, float, float]:
    """Margins out of fold (rows, members), and the mean margins towards the target outside and inside of the fold."""
    margins = np.empty((fold.size, members))
    own = np.arange(members)
    towards = np.sign(target - 0.5)
    outside = inside = 0.0
    for rows in _blocks(fold.size):
        every = features[rows].astype(np.float64) @ heads.weights.T
        columns = fold[rows, None] * members + own
        margins[rows] = np.take_along_axis(every, columns, axis=1)
        ours = margins[rows].sum(axis=1)
        outside += float(towards[rows] @ ours) / members
        inside += float(towards[rows] @ (every.sum(axis=1) - ours)) / (every.shape[1] - members)
    turned = max(int(np.count_nonzero(towards)), 1)
    return margins, outside / turned, inside / turned


def _checked_features(features: Points) -> Points:
    array = np.asarray(features)
    if array.ndim != 2 or array.shape[0] == 0 or array.shape[1] == 0:
        raise ValueError("Feature differences are a table (rows, features) with at least one of each.")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    if not all(bool(np.isfinite(array[rows]).all()) for rows in _blocks(array.shape[0])):
        raise ValueError("A feature difference is not finite; leave rows without features out.")
    return array


def _column(values: Points | None, rows: int, default: float, *, name: str, high: float) -> Floats:
    if values is None:
        return np.full(rows, default)
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (rows,) or not np.isfinite(array).all() or array.min() < 0 or array.max() > high:
        raise ValueError(f"{name}: one finite number a row, from 0" + (f" to {high:g}." if np.isfinite(high) else "."))
    return array


def _blocks(rows: int) -> list[slice]:
    return [slice(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK)]
