"""Losses of policies on pairs without a reference model (METHODS §10.2, §10.5, §10.6).

``chosen`` and ``rejected`` are log-probabilities of the responses, shape (rows,), and so is what returns: sums over
the response's tokens, or means over them where said. TRL's trainers compute these; the forms here are what a trainer
is compared with before it may train, because `trl.experimental` promises nothing from one release to the next.
"""

from __future__ import annotations

import torch
from torch.nn.functional import logsigmoid


def sigmoid(chosen: torch.Tensor, rejected: torch.Tensor, beta: float, smoothing: float = 0.0) -> torch.Tensor:
    """−log σ(β(chosen − rejected)) of sums: the contrast in CPO and TPO; ``smoothing`` is the share of wrong labels."""
    return simpo(chosen, rejected, beta, 0.0, smoothing)


def simpo(
    chosen: torch.Tensor, rejected: torch.Tensor, beta: float, gamma: float, smoothing: float = 0.0
) -> torch.Tensor:
    """−log σ(β(chosen − rejected) − γ) of means: SimPO, and the contrast in TPO by length."""
    gap = beta * (chosen - rejected) - gamma
    return -(1 - smoothing) * logsigmoid(gap) - smoothing * logsigmoid(-gap)


def hinge(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """max(0, 1 − β(chosen − rejected)) of sums."""
    return torch.relu(1 - beta * (chosen - rejected))


def ipo(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """(chosen − rejected − 1/(2β))² of means."""
    return (chosen - rejected - 1 / (2 * beta)) ** 2


def odds_ratio(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """−β log σ(log odds(chosen) − log odds(rejected)) of means, odds p/(1 − p): ORPO besides its likelihood term."""
    return -beta * logsigmoid(_log_odds(chosen) - _log_odds(rejected))


def _log_odds(log_probability: torch.Tensor) -> torch.Tensor:
    return log_probability - torch.log(-torch.expm1(log_probability))
