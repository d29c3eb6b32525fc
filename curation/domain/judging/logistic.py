"""Small logistic regressions with intervals: calibration, length coefficients, profiles. Pure numpy.

Everything about pairs is fitted through the origin, on differences b − a: swapping a pair's sides then negates its
features and its label and leaves the fit as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Floats

_MAX_STEPS = 100
_HALVINGS = 40
_SMALL = 1e-11
# Beyond this many nats a row is predicted without any doubt, which no finite coefficient of a sound fit asks for.
_CERTAIN = 20.0


@dataclass(frozen=True)
class Logistic:
    """coefficients (features,), their robust covariance (features, features), and whether Newton's steps ended.

    influence (rows, features) is H⁻¹ x (t − p), what a row moves the coefficients by. Its products with that of another
    fit on the same rows are the covariance between the two.
    """

    coefficients: Floats
    covariance: Floats
    influence: Floats
    converged: bool


def sigmoid(logit: Floats) -> Floats:
    """σ(x), exact in σ(−x) = 1 − σ(x); NaN stays."""
    return 0.5 + 0.5 * np.tanh(np.asarray(logit, dtype=np.float64) / 2)


def log_odds(p: float) -> float:
    """ln(p / (1 − p)) for p inside (0, 1)."""
    return float(np.log(p) - np.log1p(-p))


def softplus(logit: Floats) -> Floats:
    """ln(1 + e^x) without overflow."""
    return np.logaddexp(0.0, logit)


def fit_logistic(features: Floats, target: Floats, *, l2: float = 0.0) -> Logistic:
    """Minimises Σ [softplus(z) − t z] + ½ l2 ‖w‖², z = X w, by Newton's steps halved until they descend.

    features (rows, features), target (rows,) in 0…1. Without l2, separable rows have no minimum: `converged` is then
    False and the coefficients are where predictions became certain. Raises ValueError for other shapes and targets.
    """
    x, t = np.asarray(features, dtype=np.float64), np.asarray(target, dtype=np.float64)
    if x.ndim != 2 or t.shape != x.shape[:1] or not x.size:
        raise ValueError("A logistic regression needs features (rows, features) and one target a row.")
    if not np.isfinite(x).all() or not ((t >= 0) & (t <= 1)).all():
        raise ValueError("Features are finite and targets lie in 0…1; leave failed rows out.")
    weights = np.zeros(x.shape[1])
    value = _objective(x, t, weights, l2)
    converged = False
    for _ in range(_MAX_STEPS):
        gradient = x.T @ (sigmoid(x @ weights) - t) + l2 * weights
        step = np.linalg.lstsq(_hessian(x, weights, l2), gradient, rcond=None)[0]
        if float(gradient @ step) < _SMALL * t.size:
            # Objectives no longer tell the difference, gradients still do: one whole step more squares what is left.
            weights, converged = weights - step, True
            break
        length, moved = 1.0, weights - step
        moved_value = _objective(x, t, moved, l2)
        for _ in range(_HALVINGS):
            if moved_value <= value:
                break
            length /= 2
            moved = weights - length * step
            moved_value = _objective(x, t, moved, l2)
        if moved_value > value:
            converged = True  # nothing is lower within floating point
            break
        weights, value = moved, moved_value
        if l2 == 0 and float(np.median(np.abs(x @ weights))) > _CERTAIN:
            break
    inverse = np.linalg.pinv(_hessian(x, weights, l2), hermitian=True)
    influence = (x * (t - sigmoid(x @ weights))[:, None]) @ inverse
    return Logistic(weights, influence.T @ influence, influence, converged)


def model_covariance(features: Floats, fit: Logistic, *, l2: float = 0.0) -> Floats:
    """The inverse Hessian at the fit (features, features): the usual covariance when the model holds."""
    return np.linalg.pinv(_hessian(np.asarray(features, dtype=np.float64), fit.coefficients, l2), hermitian=True)


def _objective(x: Floats, t: Floats, weights: Floats, l2: float) -> float:
    z = x @ weights
    return float((softplus(z) - t * z).sum() + 0.5 * l2 * (weights @ weights))


def _hessian(x: Floats, weights: Floats, l2: float) -> Floats:
    p = sigmoid(x @ weights)
    return (x * (p * (1 - p))[:, None]).T @ x + l2 * np.eye(x.shape[1])
