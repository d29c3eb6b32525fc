"""β-DPO (2407.08639; METHODS §10.3): pairs with unusual gaps are left out, and β follows the gap of those kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch

LEAST_BETA = 1e-3


@dataclass
class GapAverages:
    """Running mean and spread of the raw gap d over batches; None before the first batch, which both start from.

    The authors' code starts at 0, where the first batches seem unusual whatever they are.
    """

    mean: float | None = None
    spread: float | None = None

    def update(self, gaps: torch.Tensor, momentum: float) -> None:
        """Take in a batch's gaps, shape (rows,); one alone has no spread and is not taken in."""
        if len(gaps) < 2:
            return
        mean, spread = gaps.mean().item(), gaps.std().item()
        if self.mean is None or self.spread is None:
            self.mean, self.spread = mean, spread
        else:
            self.mean = momentum * self.mean + (1 - momentum) * mean
            self.spread = momentum * self.spread + (1 - momentum) * spread

    def usualness(self, gaps: torch.Tensor) -> torch.Tensor:
        """exp(−½((d − M)/S)²) of each gap, at most 1."""
        if self.mean is None or not self.spread:
            return torch.ones_like(gaps)
        return torch.exp(-0.5 * ((gaps - self.mean) / self.spread) ** 2)

    def beta(self, kept: torch.Tensor, beta: float, slope: float) -> float:
        """max(0.001, β(1 + a(mean of the kept gaps − M)))."""
        if self.mean is None:
            return beta
        return float(max(LEAST_BETA, beta * (1 + slope * (kept.mean().item() - self.mean))))

    def as_json(self) -> dict[str, float | None]:
        return asdict(self)


def kept_rows(usualness: torch.Tensor, left_out: float) -> torch.Tensor:
    """Positions of ⌊N(1 − ρ)⌋ rows, at least one, drawn without replacement in proportion to how usual they are."""
    # The slack keeps N(1 − ρ) a whole number where it is one: 10 · (1 − 0.2) is 8, not 7.
    count = max(int(len(usualness) * (1 - left_out) + 1e-9), 1)
    # A gap far out may have a weight of zero, and there must be enough rows to draw.
    return torch.multinomial(usualness.clamp(min=1e-30), count, replacement=False)
