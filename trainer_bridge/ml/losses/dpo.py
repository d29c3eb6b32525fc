"""Losses of the DPO family on pairs, one value a row (METHODS §10.2, §6).

A response's log-ratio is log π(y|x) − log π_ref(y|x), summed over its tokens; its score is the log-ratio seen through
the divergence that ties the policy to its reference. Losses that the library has too are its formulas, row by row, so
that rows can be weighed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch.nn.functional import logsigmoid

Columns = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class Pairs:
    """Log-ratios, scores and token counts of a batch of pairs, each of shape (rows,)."""

    chosen: torch.Tensor
    rejected: torch.Tensor
    chosen_score: torch.Tensor
    rejected_score: torch.Tensor
    chosen_tokens: torch.Tensor
    rejected_tokens: torch.Tensor

    @property
    def gap(self) -> torch.Tensor:
        """d, the difference of the scores."""
        return self.chosen_score - self.rejected_score

    @property
    def gap_by_token(self) -> torch.Tensor:
        """The difference of the scores a token."""
        chosen = self.chosen_score / self.chosen_tokens.clamp(min=1)
        return chosen - self.rejected_score / self.rejected_tokens.clamp(min=1)


def score(log_ratio: torch.Tensor, divergence: str, coefficient: float = 0.5) -> torch.Tensor:
    """f′(π/π_ref) of an f-divergence (2309.16240); the reverse KL gives the log-ratio itself."""
    if divergence == "forward_kl":
        return 1 - torch.exp(-log_ratio)
    if divergence == "js_divergence":
        return math.log(2) + logsigmoid(log_ratio)
    if divergence == "alpha_divergence" and coefficient != 1:
        power = ((coefficient - 1) * log_ratio).clamp(max=80)  # e^80 is the last that half precision can hold
        return (torch.exp(power) - 1) / (coefficient - 1)
    return log_ratio


def dpo(gap: torch.Tensor, beta: float | torch.Tensor) -> torch.Tensor:
    """−log σ(βd) (2305.18290)."""
    return -logsigmoid(beta * gap)


def soft_label(gap: torch.Tensor, beta: float, probability: torch.Tensor | float) -> torch.Tensor:
    """−p log σ(βd) − (1 − p) log σ(−βd), p the probability that chosen is better."""
    return -(probability * logsigmoid(beta * gap) + (1 - probability) * logsigmoid(-beta * gap))


def cdpo(gap: torch.Tensor, beta: float, smoothing: float) -> torch.Tensor:
    """−(1 − ε) log σ(βd) − ε log σ(−βd), ε the share of labels expected to be the wrong way round."""
    return soft_label(gap, beta, 1 - smoothing)


def robust(gap: torch.Tensor, beta: float, smoothing: float) -> torch.Tensor:
    """The unbiased form of the same (2403.00409): [−(1 − ε) log σ(βd) + ε log σ(−βd)] / (1 − 2ε)."""
    kept, flipped = (1 - smoothing) * logsigmoid(beta * gap), smoothing * logsigmoid(-beta * gap)
    return (flipped - kept) / (1 - 2 * smoothing)


def odpo(gap: torch.Tensor, beta: float, offset: torch.Tensor | float) -> torch.Tensor:
    """−log σ(βd − Δ): how much better chosen has to be (2402.10571)."""
    return -logsigmoid(beta * gap - offset)


def mappo(chosen: torch.Tensor, rejected: torch.Tensor, beta: float, reward_gap: torch.Tensor | float) -> torch.Tensor:
    """−log σ(β·chosen − Δr·β·rejected), Δr in 0…1 (MaPPO eq. 8); 1 gives DPO."""
    return -logsigmoid(beta * chosen - reward_gap * beta * rejected)


def ipo(gap: torch.Tensor, beta: float) -> torch.Tensor:
    """(d − 1/2β)² (2310.12036); the library gives it the gap by token."""
    return (gap - 1 / (2 * beta)) ** 2


def hinge(gap: torch.Tensor, beta: float) -> torch.Tensor:
    """max(0, 1 − βd) (2305.10425)."""
    return torch.relu(1 - beta * gap)


def exo_pair(gap: torch.Tensor, beta: float, smoothing: float) -> torch.Tensor:
    """KL of the policy's choice between the sides from (1 − ε, ε) (2402.00856 eq. 16)."""
    wins, loses = logsigmoid(beta * gap), logsigmoid(-beta * gap)
    return wins.exp() * (wins - math.log1p(-smoothing)) + loses.exp() * (loses - math.log(smoothing))


def nca_pair(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """2402.05369, for one pair."""
    better, worse = beta * chosen, beta * rejected
    return -logsigmoid(better) - 0.5 * logsigmoid(-better) - 0.5 * logsigmoid(-worse)


def bco_pair(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """2404.04656, for one pair."""
    return -logsigmoid(beta * chosen) - logsigmoid(-beta * rejected)


def sppo_hard(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """2405.00675 with certain labels: log-ratios are drawn to ±1/2β."""
    return (chosen - 0.5 / beta) ** 2 + (rejected + 0.5 / beta) ** 2


def apo_zero(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """2408.06266 eq. 7, where chosen responses are better than the model's own."""
    return 1 - torch.sigmoid(beta * chosen) + torch.sigmoid(beta * rejected)


def apo_down(chosen: torch.Tensor, rejected: torch.Tensor, beta: float) -> torch.Tensor:
    """2408.06266 eq. 8, where chosen responses are worse than the model's own."""
    return torch.sigmoid(beta * chosen) + 1 - torch.sigmoid(beta * (chosen - rejected))


def discopop(gap: torch.Tensor, beta: float, temperature: float = 0.05) -> torch.Tensor:
    """2406.08414 eq. 5: between the logistic and the exponential loss, by the gap itself."""
    blend = torch.sigmoid(beta * gap / temperature)
    return -logsigmoid(beta * gap) * (1 - blend) + torch.exp(-beta * gap) * blend


def rationale_paper(log_probability: torch.Tensor, gamma: float) -> torch.Tensor:
    """−γ·lp(r), lp summed over the rationale's tokens (2407.14477)."""
    return -gamma * log_probability


def rationale_code(log_probability: torch.Tensor, gamma: float) -> torch.Tensor:
    """−log σ(γ·lp(r)): what the authors' code adds; log(1 + e^{γ·lp}) more than the paper's form."""
    return -logsigmoid(gamma * log_probability)


def sequence_logps(per_token: torch.Tensor, mask: torch.Tensor, ld_alpha: float | None = None) -> torch.Tensor:
    """Log-probability of each response: of (2·rows, tokens) masked values, chosen first, shape (2·rows,).

    With `ld_alpha`, tokens past the shorter side's length count that much (2409.06411).
    """
    if ld_alpha is None:
        return (per_token * mask).sum(dim=1)
    chosen, rejected = mask.sum(dim=1).chunk(2)
    shared = torch.minimum(chosen, rejected).repeat(2)[:, None]
    place = mask.cumsum(dim=1) * mask
    return (per_token * ((place > 0) & (place <= shared))).sum(1) + ld_alpha * (per_token * (place > shared)).sum(1)


RowLoss = Callable[[Pairs, float, float, Columns], torch.Tensor]
# name → loss of (pairs, β, label smoothing, number columns of the batch)
ROW_LOSSES: dict[str, RowLoss] = {
    "sigmoid": lambda pairs, beta, smoothing, columns: dpo(pairs.gap, beta),
    "cdpo": lambda pairs, beta, smoothing, columns: cdpo(pairs.gap, beta, smoothing),
    "soft_label": lambda pairs, beta, smoothing, columns: soft_label(pairs.gap, beta, columns["soft_label"]),
    "odpo": lambda pairs, beta, smoothing, columns: odpo(pairs.gap, beta, columns["offset"]),
    "mappo": lambda pairs, beta, smoothing, columns: mappo(pairs.chosen, pairs.rejected, beta, columns["reward_gap"]),
    "rationale_paper": lambda pairs, beta, smoothing, columns: dpo(pairs.gap, beta),
    "rationale_code": lambda pairs, beta, smoothing, columns: dpo(pairs.gap, beta),
    "ipo": lambda pairs, beta, smoothing, columns: ipo(pairs.gap_by_token, beta),
    "hinge": lambda pairs, beta, smoothing, columns: hinge(pairs.gap, beta),
    "robust": lambda pairs, beta, smoothing, columns: robust(pairs.gap, beta, smoothing),
    "exo_pair": lambda pairs, beta, smoothing, columns: exo_pair(pairs.gap, beta, smoothing),
    "nca_pair": lambda pairs, beta, smoothing, columns: nca_pair(pairs.chosen, pairs.rejected, beta),
    "bco_pair": lambda pairs, beta, smoothing, columns: bco_pair(pairs.chosen, pairs.rejected, beta),
    "sppo_hard": lambda pairs, beta, smoothing, columns: sppo_hard(pairs.chosen, pairs.rejected, beta),
    "apo_zero": lambda pairs, beta, smoothing, columns: apo_zero(pairs.chosen, pairs.rejected, beta),
    "apo_down": lambda pairs, beta, smoothing, columns: apo_down(pairs.chosen, pairs.rejected, beta),
    "discopop": lambda pairs, beta, smoothing, columns: discopop(pairs.gap, beta),
    "sigmoid_norm": lambda pairs, beta, smoothing, columns: dpo(pairs.gap_by_token, beta),
}
