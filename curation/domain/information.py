"""How much a label would teach: entropy, BALD, and D-optimal choice of pairs for Bradley–Terry (METHODS §13)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Floats, Points
from curation.domain.point_cells import checked_points, originals_of
from curation.domain.quotas import Picked


def binary_entropy(p: Floats) -> Floats:
    """Entropy in nats of probabilities of any shape; 0 at 0 and 1."""
    p = np.asarray(p, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("Probabilities lie in 0…1.")
    inside = np.clip(p, 1e-300, 1.0)
    other = np.clip(1 - p, 1e-300, 1.0)
    values: Floats = -(p * np.log(inside) + (1 - p) * np.log(other))
    return values + 0.0


def bald(p: Floats) -> Floats:
    """H(mean p) − mean H(p) over members, from p (pairs, members): what members disagree on, not what is a tie."""
    p = np.asarray(p, dtype=np.float64)
    return np.maximum(binary_entropy(p.mean(axis=1)) - binary_entropy(p).mean(axis=1), 0.0)


@dataclass(frozen=True)
class InformationPicks:
    picked: Picked  # score: gain log(1 + p(1−p) xᵀA⁻¹x), twice the expected information in nats
    log_det: Floats  # log det A after each pick
    precision: Floats  # A at the end, for the next round


def d_optimal(
    features_difference: Points,
    p: Floats,
    *,
    budget: int,
    precision: Floats | float = 1.0,
    repeats: bool = False,
) -> InformationPicks:
    """Greedy pairs of most information about a Bradley–Terry weight vector: each raises log det A the most.

    features_difference: x = φ_a − φ_b (pairs, features). p: P(a preferred) (pairs,), taken as known. precision: A to
    begin with, a matrix or a number for a multiple of the identity. After a pick, A += p(1−p) x xᵀ. repeats: a pair may
    be asked again; without it, copies (also turned round) of a picked pair come only when no distinct pair is left.
    Costs one pass over the table for each pick.
    Raises ValueError for shapes that do not fit and a precision that is not positive definite.
    """
    x = checked_points(features_difference)
    p = np.asarray(p, dtype=np.float64)
    width = x.shape[1]
    a = np.eye(width) * precision if np.ndim(precision) == 0 else np.array(precision, dtype=np.float64)
    if p.shape != (x.shape[0],) or not ((p >= 0) & (p <= 1)).all() or a.shape != (width, width) or budget < 0:
        raise ValueError("Give a probability for each pair, and a precision (features, features).")
    design = _Design(x, p * (1 - p), a)
    later = np.zeros(x.shape[0], dtype=bool)
    if not repeats:
        later = originals_of(_turned(x)) != np.arange(x.shape[0])
    chosen: list[int] = []
    gains: list[float] = []
    closed = later.copy()
    while len(chosen) < (budget if repeats and x.shape[0] else min(budget, x.shape[0])):
        pair = int(np.where(closed, -1.0, design.gain).argmax())
        chosen.append(pair)
        gains.append(design.pick(pair))
        if not repeats:
            closed[pair] = True
            if len(chosen) == x.shape[0] - int(later.sum()):
                closed[later] = False  # distinct pairs are used up
    shortfall = f"there are only {x.shape[0]} candidates" if len(chosen) < budget else ""
    picked = Picked(np.array(chosen, dtype=np.int64), np.array(gains), shortfall)
    return InformationPicks(picked, np.array(design.log_dets), design.precision)


class _Design:
    """A, its inverse and determinant, and what each pair would add, all kept up to date by rank-one updates.

    A pick v = A⁻¹x changes every xᵢᵀA⁻¹xᵢ by −u (xᵢᵀv)² / (1 + u xᵀv): one pass over the pairs. (Asking lazily was
    slower: with features that point everywhere each pick lowers nearly all gains.)
    """

    def __init__(self, x: Points, variance: Floats, precision: Floats) -> None:
        sign, log_det = np.linalg.slogdet(precision)
        if sign <= 0 or not np.allclose(precision, precision.T) or np.linalg.eigvalsh(precision)[0] <= 0:
            raise ValueError("A precision matrix is symmetric and positive definite.")
        self.x, self.variance, self.precision = x, variance, precision
        self.inverse = np.linalg.inv(precision)
        self.log_det = float(log_det)
        self.log_dets: list[float] = []
        self.leverage: Floats = np.empty(x.shape[0])  # xᵀA⁻¹x
        for start in range(0, x.shape[0], 8192):
            block = x[start : start + 8192].astype(np.float64)
            self.leverage[start : start + 8192] = np.einsum("ij,ij->i", block @ self.inverse, block)

    @property
    def gain(self) -> Floats:
        """u xᵀA⁻¹x, which orders pairs as its log1p does."""
        gain: Floats = self.variance * self.leverage
        return gain

    def pick(self, pair: int) -> float:
        """Adds the pair; what log det A grows by."""
        x, u = self.x[pair].astype(np.float64), self.variance[pair]
        turned = self.inverse @ x
        growth = u * (x @ turned)
        self.inverse -= np.outer(turned, turned) * (u / (1 + growth))
        self.precision = self.precision + u * np.outer(x, x)
        along = self.x @ turned.astype(self.x.dtype)
        self.leverage -= np.square(along, dtype=np.float64) * (u / (1 + growth))
        np.maximum(self.leverage, 0.0, out=self.leverage)
        gained = float(np.log1p(growth))
        self.log_det += gained
        self.log_dets.append(self.log_det)
        return gained


def _turned(x: Points) -> Points:
    """Each row turned so that its first number other than 0 is positive: a pair and its mirror image are one."""
    first = np.take_along_axis(x, (x != 0).argmax(axis=1)[:, None], axis=1)
    turned: Points = np.where(first < 0, -x, x)
    return turned
