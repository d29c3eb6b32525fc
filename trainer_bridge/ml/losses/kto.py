"""KTO on single responses (Ethayarajh et al. 2024, eq. 7; METHODS §10.2 and §10.4)."""

from __future__ import annotations

import torch


def kto(log_ratio: torch.Tensor, desirable: torch.Tensor, baseline: torch.Tensor, beta: float) -> torch.Tensor:
    """1 − σ(β(ρ − z₀)) where desirable, else 1 − σ(β(z₀ − ρ)); shape (rows,).

    ``log_ratio`` is ρ, policy over reference; ``baseline`` is z₀ ≥ 0, the mean divergence over mismatched responses.
    """
    gap = beta * (log_ratio - baseline)
    return 1 - torch.sigmoid(torch.where(desirable, gap, -gap))


def balanced_weights(desirable: int, undesirable: int) -> tuple[float, float]:
    """Weights (w_d, w_u), one of them 1, with w_d·n_d / (w_u·n_u) in 1…4/3: the rarer side is weighted up.

    As the paper advises for sides of unlike size; both counts are at least 1.
    """
    ratio = desirable / undesirable
    if 1 <= ratio <= 4 / 3:
        return 1.0, 1.0
    return (1.0, ratio) if ratio > 1 else (1 / ratio, 1.0)
