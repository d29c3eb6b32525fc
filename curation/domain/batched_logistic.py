"""Many ridge-penalised logistic problems on the same rows, solved together as matrix products. Pure numpy.

The problems differ in row weights (folds, bootstraps) and in the penalty only, so one pass over the rows serves all:
Z = X W and G = Xᵀ R are matrix products over (features, problems). The minimiser is L-BFGS (Liu & Nocedal 1989; two
loops), preconditioned by the curvature bound ¼ c XᵀX + l2, c = the problem's share of the weight (Böhning 1992).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.domain.arrays import Floats, Ints, Points

BLOCK = 2048
HISTORY = 8


@dataclass(frozen=True)
class Problem:
    """Objectives f_k(w) = Σ_i u_ik [softplus(z_ik) − t_i z_ik] + ½ l2_k ‖w‖², z = X w, for k in problems."""

    features: Points  # X (rows, features), with XᵀX diagonal
    excess: Floats  # (rows,) t − ½
    weights_of: Callable[[slice, Ints], Floats]  # u (rows in the slice, chosen problems)
    total_weight: Floats  # (problems,) Σ_i u_ik
    l2: Floats  # (problems,) above 0
    curvature: Floats  # (features,) the diagonal of XᵀX


@dataclass(frozen=True)
class Solution:
    weights: Floats  # (features, problems)
    converged: bool
    iterations: int


def value_and_gradient(problem: Problem, weights: Floats, columns: Ints) -> tuple[Floats, Floats]:
    """Objectives (columns,) and gradients (features, columns) at `weights` (features, columns).

    Written with z/2 and t − ½, odd functions of the side, so that a row turned round adds the very same numbers.
    """
    value = 0.5 * problem.l2[columns] * np.square(weights).sum(axis=0)
    gradient = problem.l2[columns] * weights
    for start in range(0, problem.features.shape[0], BLOCK):
        rows = slice(start, start + BLOCK)
        block = problem.features[rows].astype(np.float64, copy=False)
        half = (block @ weights) / 2
        weight = problem.weights_of(rows, columns)
        excess = problem.excess[rows, None]
        tangent = np.tanh(half)
        # softplus(z) − t z = log(2 cosh(z/2)) − (t − ½) z, and 2 cosh(h) = e^|h| (1 + e^{−2|h|})
        size = np.abs(half)
        loss = size + np.log1p(np.exp(-2 * size)) - 2 * excess * half
        value += np.einsum("ij,ij->j", weight, loss)
        gradient += block.T @ (weight * (0.5 * tangent - excess))
    return value, gradient


def solve(problem: Problem, *, gap: float, max_iterations: int = 300) -> Solution:
    """Minimises every problem from w = 0 until its objective can fall by about `gap` at most (nats).

    The estimate of what is left is half of −gᵀd, the Newton decrement under the quasi-Newton metric.
    """
    width, problems = problem.features.shape[1], problem.l2.size
    rows = problem.features.shape[0]
    metric = 1.0 / (0.25 * problem.curvature[:, None] * (problem.total_weight / rows) + problem.l2)
    weights = np.zeros((width, problems))
    active = np.arange(problems)
    state = _State(weights=weights.copy(), metric=metric)
    state.value, state.gradient = value_and_gradient(problem, state.weights, active)
    iterations = 0
    while active.size and iterations < max_iterations:
        iterations += 1
        direction = state.direction()
        slope = np.einsum("ij,ij->j", state.gradient, direction)
        bound = np.einsum("ij,ij,ij->j", state.gradient, state.gradient, state.metric)
        done = np.maximum(-slope, bound) <= 2 * gap
        if done.any():
            weights[:, active[done]] = state.weights[:, done]
            active, direction, slope = active[~done], direction[:, ~done], slope[~done]
            state = state.only(~done)
            if not active.size:
                break
        if not _step(problem, state, active, direction, slope):
            break  # no column can be improved within floating point
    weights[:, active] = state.weights
    return Solution(weights=weights, converged=active.size == 0, iterations=iterations)


class _State:
    """Iterates, gradients and the L-BFGS memory of the problems that still move."""

    def __init__(self, weights: Floats, metric: Floats) -> None:
        self.weights = weights
        self.metric = metric
        self.value: Floats = np.empty(0)
        self.gradient: Floats = np.empty((0, 0))
        self.steps: list[Floats] = []
        self.changes: list[Floats] = []
        self.rhos: list[Floats] = []  # 1 / yᵀs, 0 where a pair is not to be used

    def only(self, columns: npt.NDArray[np.bool_]) -> _State:
        fewer = _State(self.weights[:, columns], self.metric[:, columns])
        fewer.value, fewer.gradient = self.value[columns], self.gradient[:, columns]
        fewer.steps = [step[:, columns] for step in self.steps]
        fewer.changes = [change[:, columns] for change in self.changes]
        fewer.rhos = [rho[columns] for rho in self.rhos]
        return fewer

    def remember(self, step: Floats, change: Floats) -> None:
        product = np.einsum("ij,ij->j", step, change)
        usable = product > 1e-14 * np.einsum("ij,ij->j", change, change)
        rho = np.where(usable, 1.0 / np.where(usable, product, 1.0), 0.0)
        self.steps, self.changes = [*self.steps, step][-HISTORY:], [*self.changes, change][-HISTORY:]
        self.rhos = [*self.rhos, rho][-HISTORY:]

    def direction(self) -> Floats:
        """−H g by the two-loop recursion, H from the metric scaled to the newest pair."""
        q = self.gradient.copy()
        shares: list[Floats] = []
        memory = list(zip(self.steps, self.changes, self.rhos, strict=True))
        for step, change, rho in reversed(memory):
            share = rho * np.einsum("ij,ij->j", step, q)
            q -= share * change
            shares.append(share)
        q *= self.metric
        if memory:
            _, change, rho = memory[-1]
            curved = rho * np.einsum("ij,ij,ij->j", change, change, self.metric)
            q *= np.where(curved > 0, 1.0 / np.where(curved > 0, curved, 1.0), 1.0)
        for (step, change, rho), share in zip(memory, reversed(shares), strict=True):
            q += (share - rho * np.einsum("ij,ij->j", change, q)) * step
        return -q


def _step(problem: Problem, state: _State, active: Ints, direction: Floats, slope: Floats) -> bool:
    """One step per column with Armijo backtracking; a column that finds no decrease stays where it is."""
    moved = state.weights.copy()
    value, gradient = state.value.copy(), state.gradient.copy()
    open_columns = np.arange(active.size)
    length = 1.0
    noise = 1e-13 * np.abs(state.value)  # rounding of a sum this large
    for _ in range(25):
        trial = state.weights[:, open_columns] + length * direction[:, open_columns]
        trial_value, trial_gradient = value_and_gradient(problem, trial, active[open_columns])
        limit = state.value[open_columns] + 1e-4 * length * slope[open_columns] + noise[open_columns]
        fine = trial_value <= limit
        taken = open_columns[fine]
        moved[:, taken], value[taken], gradient[:, taken] = trial[:, fine], trial_value[fine], trial_gradient[:, fine]
        open_columns = open_columns[~fine]
        if not open_columns.size:
            break
        length /= 2
    state.remember(moved - state.weights, gradient - state.gradient)
    anything = bool(open_columns.size < active.size)
    state.weights, state.value, state.gradient = moved, value, gradient
    return anything
