"""Comparisons that may end in a tie (Davidson 1970, on rewards that are logarithms of worth).

With rewards a and b and ν > 0, the weights of "a wins", "b wins" and "tie" are eᵃ, eᵇ and ν e^((a+b)/2). At equal
rewards a tie has probability ν/(2 + ν), and Bradley–Terry is what is left where ν goes to 0.
"""

from __future__ import annotations

import math

import torch


def log_probabilities(
    chosen: torch.Tensor, rejected: torch.Tensor, log_nu: torch.Tensor, margin: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logarithms of P(chosen wins), P(rejected wins), P(tie); each of the rewards' shape, summing to 1 in each row.

    ``log_nu`` is a scalar, so ν stays positive whatever is learned. A margin is taken off the gap.
    """
    gap = chosen - rejected if margin is None else chosen - rejected - margin
    logits = torch.stack([gap / 2, -gap / 2, log_nu.expand_as(gap)])
    wins, loses, ties = torch.log_softmax(logits, dim=0)
    return wins, loses, ties


def davidson(
    chosen: torch.Tensor,
    rejected: torch.Tensor,
    tie: torch.Tensor,
    log_nu: torch.Tensor,
    margin: torch.Tensor | None = None,
) -> torch.Tensor:
    """−log of the probability of what was said: a tie where ``tie`` (booleans), else that chosen wins; shape (rows,).

    A tie has no side that should win by a margin, so margins count in decided rows alone.
    """
    if margin is not None:
        margin = torch.where(tie, torch.zeros_like(margin), margin)
    wins, _, ties = log_probabilities(chosen, rejected, log_nu, margin)
    return -torch.where(tie, ties, wins)


def log_nu_of(share: float) -> float:
    """log ν at which equal rewards tie with this probability; a start for learning it from the data's ties.

    The share is kept within 0.001 and 0.9, where ν is neither 0 nor endless.
    """
    kept = min(max(share, 0.001), 0.9)
    return math.log(2 * kept / (1 - kept))
