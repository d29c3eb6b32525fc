"""Losses of reward models on pairs: ``chosen`` and ``rejected`` are rewards of shape (rows,), and so is what returns.

METHODS §1 and §10.2. With a margin every loss asks for a gap that is larger by it: Δ = chosen − rejected − margin,
inside the logarithm, where it has a gradient.
"""

from __future__ import annotations

import torch
from torch.nn.functional import logsigmoid


def bradley_terry(chosen: torch.Tensor, rejected: torch.Tensor, margin: torch.Tensor | None = None) -> torch.Tensor:
    """−log σ(Δ)."""
    return -logsigmoid(_gap(chosen, rejected, margin))


def scaled(chosen: torch.Tensor, rejected: torch.Tensor, strength: torch.Tensor) -> torch.Tensor:
    """−m log σ(chosen − rejected), m ≥ 0 saying how much better chosen is (HelpSteer2-Preference)."""
    return -strength * logsigmoid(chosen - rejected)


def soft_label(
    chosen: torch.Tensor,
    rejected: torch.Tensor,
    probability: torch.Tensor | float,
    margin: torch.Tensor | None = None,
) -> torch.Tensor:
    """−[p log σ(Δ) + (1 − p) log σ(−Δ)], p the probability that chosen is better."""
    gap = _gap(chosen, rejected, margin)
    return -(probability * logsigmoid(gap) + (1 - probability) * logsigmoid(-gap))


def smooth(
    chosen: torch.Tensor, rejected: torch.Tensor, smoothing: float, margin: torch.Tensor | None = None
) -> torch.Tensor:
    """−[(1 − α) log σ(Δ) + α log σ(−Δ)], α the share of labels expected to be the wrong way round."""
    return soft_label(chosen, rejected, 1 - smoothing, margin)


def centring(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """(chosen + rejected)², which keeps rewards near zero where only their differences are learned."""
    return (chosen + rejected) ** 2


def weighted_mean(losses: torch.Tensor, weight: torch.Tensor | None) -> torch.Tensor:
    """Mean over rows of weight × loss: a row of weight 2 counts as two of the rows of weight 1, a batch of 0.5 half."""
    return losses.mean() if weight is None else (weight * losses).mean()


def _gap(chosen: torch.Tensor, rejected: torch.Tensor, margin: torch.Tensor | None) -> torch.Tensor:
    return chosen - rejected if margin is None else chosen - rejected - margin
