"""Losses as METHODS §10.2 prints them, their gradients, and what Davidson's model promises."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trainer_bridge.ml.losses import davidson, kto, reference_free, reward

C, R = torch.tensor([1.3]), torch.tensor([0.4])
# Policy log-probabilities of METHODS §10.1 over responses of 10 and 12 tokens, as sums and as means.
SUMS = torch.tensor([-12.0]), torch.tensor([-15.5])
MEANS = SUMS[0] / 10, SUMS[1] / 12


@pytest.mark.parametrize(
    ("loss", "golden"),
    [
        (reward.bradley_terry(C, R), 0.341154),
        (reward.bradley_terry(C, R, torch.tensor([0.75])), 0.620957),
        (reward.scaled(C, R, torch.tensor([2.0])), 0.682308),
        (reward.smooth(C, R, 0.1), 0.431154),
        (reward.bradley_terry(C, R) + 0.01 * reward.centring(C, R), 0.370054),
        (reference_free.simpo(*MEANS, beta=2.0, gamma=0.5), 0.863963),
        (reference_free.sigmoid(*SUMS, beta=0.01), 0.6758),
        (kto.kto(torch.tensor([1.0]), torch.tensor([True]), torch.tensor(0.3), 0.1), 0.482507),
        (kto.kto(torch.tensor([-1.5]), torch.tensor([False]), torch.tensor(0.3), 0.1), 0.455121),
    ],
)
def test_golden_values(loss: torch.Tensor, golden: float) -> None:
    assert loss.item() == pytest.approx(golden, abs=1e-5)


def test_gradient_of_the_margin_is_the_chance_of_missing_it() -> None:
    margin = torch.tensor([0.75], requires_grad=True)

    reward.bradley_terry(C, R, margin).sum().backward()

    assert margin.grad is not None
    assert margin.grad.item() == pytest.approx(0.462570, abs=1e-6)


def test_strength_one_is_bradley_terry_and_even_odds_move_nothing() -> None:
    assert torch.equal(reward.scaled(C, R, torch.ones(1)), reward.bradley_terry(C, R))
    assert torch.equal(reward.soft_label(C, R, torch.ones(1)), reward.bradley_terry(C, R))
    level = torch.zeros(1, dtype=torch.float64, requires_grad=True)

    reward.smooth(level, torch.zeros(1, dtype=torch.float64), 0.5).sum().backward()

    assert level.grad is not None
    assert abs(level.grad.item()) < 1e-12


def test_soft_label_is_the_expected_loss_of_its_labels() -> None:
    both = 0.7 * reward.bradley_terry(C, R) + 0.3 * reward.bradley_terry(R, C)

    assert reward.soft_label(C, R, torch.tensor([0.7])).item() == pytest.approx(both.item(), abs=1e-7)
    assert reward.soft_label(C, R, 0.9).item() == pytest.approx(reward.smooth(C, R, 0.1).item(), abs=1e-7)


def test_weights_count_rows() -> None:
    losses = torch.tensor([1.0, 3.0])

    assert reward.weighted_mean(losses, None).item() == 2
    assert reward.weighted_mean(losses, torch.tensor([1.0, 1.0])).item() == 2
    assert reward.weighted_mean(losses, torch.tensor([0.5, 0.5])).item() == 1


rewards = st.floats(-20, 20, allow_nan=False)


@given(a=rewards, b=rewards, log_nu=st.floats(-5, 5))
def test_davidson_probabilities_sum_to_one_and_turn_with_the_pair(a: float, b: float, log_nu: float) -> None:
    left, right, nu = (torch.tensor([value], dtype=torch.float64) for value in (a, b, log_nu))

    wins, loses, ties = davidson.log_probabilities(left, right, nu[0])
    turned = davidson.log_probabilities(right, left, nu[0])

    assert (wins.exp() + loses.exp() + ties.exp()).item() == pytest.approx(1, abs=1e-12)
    assert (turned[0].item(), turned[2].item()) == (pytest.approx(loses.item()), pytest.approx(ties.item()))
    # By the formula itself, and the tie is the geometric mean of the decided outcomes, ν times.
    total = math.exp(a) + math.exp(b) + math.exp(log_nu + (a + b) / 2)
    assert wins.exp().item() == pytest.approx(math.exp(a) / total, rel=1e-9)
    assert ties.item() == pytest.approx(log_nu + (wins.item() + loses.item()) / 2, abs=1e-9)


def test_davidson_without_ties_is_bradley_terry() -> None:
    loss = davidson.davidson(C, R, torch.tensor([False]), torch.tensor(-40.0))

    assert loss.item() == pytest.approx(0.341154, abs=1e-5)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_start_of_nu_ties_equal_rewards_as_often_as_the_data(share: float) -> None:
    level = torch.zeros(1)

    _, _, ties = davidson.log_probabilities(level, level, torch.tensor(davidson.log_nu_of(share)))

    assert ties.exp().item() == pytest.approx(share, abs=1e-6)


GRADIENTS: dict[str, Callable[..., torch.Tensor]] = {
    "bradley_terry": lambda a, b, x: reward.bradley_terry(a, b, x),
    "scaled": lambda a, b, x: reward.scaled(a, b, x),
    "soft_label": lambda a, b, x: reward.soft_label(a, b, x),
    "davidson": lambda a, b, x: davidson.davidson(a, b, torch.tensor([True, False]), x[0]),
    "davidson_margin": lambda a, b, x: davidson.davidson(a, b, torch.tensor([True, False]), x[0], x),
    "simpo": lambda a, b, x: reference_free.simpo(a, b, 2.0, 0.5, 0.1) * x,
    "odds_ratio": lambda a, b, x: reference_free.odds_ratio(-a.exp(), -b.exp(), 0.1) * x,
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_agree_with_finite_differences(name: str) -> None:
    values = [
        torch.tensor(pair, dtype=torch.float64, requires_grad=True) for pair in ([1.3, -0.2], [0.4, 0.9], [0.6, 0.3])
    ]

    assert torch.autograd.gradcheck(GRADIENTS[name], values)


def test_davidson_margin_is_asked_of_decided_rows_alone() -> None:
    tie = torch.tensor([True, False])
    rewards_of = torch.tensor([1.0, 1.0]), torch.tensor([0.0, 0.0])

    plain = davidson.davidson(*rewards_of, tie, torch.tensor(0.0))
    asked = davidson.davidson(*rewards_of, tie, torch.tensor(0.0), torch.tensor([0.5, 0.5]))

    assert asked[0].item() == plain[0].item()
    assert asked[1].item() > plain[1].item()


@pytest.mark.parametrize(
    ("desirable", "undesirable", "weights"),
    [(100, 100, (1, 1)), (120, 100, (1, 1)), (200, 100, (1, 2)), (50, 100, (2, 1))],
)
def test_kto_weights_balance_the_sides(desirable: int, undesirable: int, weights: tuple[float, float]) -> None:
    found = kto.balanced_weights(desirable, undesirable)

    assert found == weights
    assert 1 <= found[0] * desirable / (found[1] * undesirable) <= 4 / 3
