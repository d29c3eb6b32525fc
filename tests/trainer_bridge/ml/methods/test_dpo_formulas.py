"""Losses of the DPO family as METHODS §6, §10.2 and §10.3 print them, and what must be equal among them."""

from __future__ import annotations

import math

import pytest
import torch

from trainer_bridge.domain.methods import METHODS
from trainer_bridge.ml.losses import beta_dpo, dpo
from trainer_bridge.ml.losses.beta_dpo import GapAverages

# pc = −12, pr = −15.5, rc = −13, rr = −14, β = 0.1: the worked inputs of §10.1.
CHOSEN, REJECTED, BETA = torch.tensor([1.0]), torch.tensor([-1.5]), 0.1
GAP = CHOSEN - REJECTED
EXACT = torch.tensor([1.0, -0.3, 7.0], dtype=torch.float64)


def pairs(chosen: torch.Tensor, rejected: torch.Tensor, *, tokens: tuple[int, int] = (10, 12)) -> dpo.Pairs:
    lengths = [torch.full_like(chosen, count) for count in tokens]
    return dpo.Pairs(chosen, rejected, chosen, rejected, *lengths)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (dpo.dpo(GAP, BETA), 0.575939),
        (dpo.cdpo(GAP, BETA, 0.1), 0.600939),
        (dpo.cdpo(GAP, BETA, 0.3), 0.650939),
        (dpo.soft_label(GAP, BETA, torch.tensor([0.9])), 0.600939),
        (dpo.robust(GAP, BETA, 0.1), 0.544689),
        (dpo.robust(GAP, BETA, 0.3), 0.388439),
        (dpo.ipo(GAP, BETA), 6.25),
        (dpo.hinge(GAP, BETA), 0.75),
        (dpo.odpo(GAP, BETA, math.log(2)), 0.93907),
        (dpo.odpo(GAP, BETA, 0.5), 0.825939),
        (dpo.mappo(CHOSEN, REJECTED, BETA, 0.0), 0.644397),
        (dpo.mappo(CHOSEN, REJECTED, BETA, 0.04), 0.641551),
        (dpo.mappo(CHOSEN, REJECTED, BETA, 0.25), 0.626759),
        (dpo.mappo(CHOSEN, REJECTED, BETA, 1.0), 0.575939),
        (dpo.rationale_paper(torch.tensor([-20.0]), 0.001), 0.02),
        (dpo.rationale_code(torch.tensor([-20.0]), 0.001), 0.703197),
        (dpo.rationale_paper(torch.tensor([-20.0]), 0.1), 2.0),
        (dpo.rationale_code(torch.tensor([-20.0]), 0.1), 2.126928),
    ],
)
def test_losses_are_those_printed(loss: torch.Tensor, expected: float) -> None:
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_ipo_by_token_is_the_librarys() -> None:
    # The printed value has the raw policy's and the reference's sums by token: dc/10 − dr/12.
    assert dpo.ROW_LOSSES["ipo"](pairs(CHOSEN, REJECTED), BETA, 0.0, {}).item() == pytest.approx(22.800625, abs=1e-5)


def test_losses_meet_where_they_must() -> None:
    plain = dpo.dpo(EXACT, BETA)

    assert torch.allclose(dpo.mappo(EXACT, -EXACT, BETA, 1.0), dpo.dpo(2 * EXACT, BETA), atol=1e-12)
    for same in (dpo.cdpo(EXACT, BETA, 0.0), dpo.robust(EXACT, BETA, 0.0), dpo.odpo(EXACT, BETA, 0.0)):
        assert torch.allclose(same, plain, atol=1e-12)
    # ODPO is DPO against a reference whose log-probability of chosen is higher by Δ/β.
    assert torch.allclose(dpo.odpo(EXACT, BETA, 0.7), dpo.dpo(EXACT - 0.7 / BETA, BETA), atol=1e-12)
    for gamma in (0.001, 0.1):
        longer = dpo.rationale_code(-EXACT.abs(), gamma) - dpo.rationale_paper(-EXACT.abs(), gamma)
        assert torch.allclose(longer, torch.log1p(torch.exp(-gamma * EXACT.abs())), atol=1e-12)


def test_offset_and_rationale_have_the_gradients_they_should() -> None:
    offset = torch.tensor([0.5], dtype=torch.float64, requires_grad=True)
    gap = torch.tensor([2.5], dtype=torch.float64, requires_grad=True)

    (by_offset,) = torch.autograd.grad(dpo.odpo(gap, BETA, offset).sum(), offset)
    (by_gap,) = torch.autograd.grad((dpo.rationale_code(offset, 0.1) + 0 * gap).sum(), gap)

    assert by_offset.item() == pytest.approx(1 / (1 + math.exp(0.25 - 0.5)), abs=1e-9)
    assert by_gap.item() == 0


def test_divergences_agree_with_the_reverse_one_near_the_reference() -> None:
    near = torch.tensor([1e-4, -1e-4], dtype=torch.float64)

    assert torch.equal(dpo.score(near, "reverse_kl"), near)
    assert torch.allclose(dpo.score(near, "forward_kl"), near, atol=1e-7)
    assert torch.allclose(dpo.score(near, "alpha_divergence"), near, atol=1e-7)
    assert torch.allclose(dpo.score(near, "js_divergence"), near / 2, atol=1e-7)


def test_tokens_past_the_shorter_side_count_by_alpha() -> None:
    per_token = torch.full((2, 5), -1.0)
    mask = torch.tensor([[0, 1, 1, 1, 1], [0, 1, 1, 0, 0]])

    assert dpo.sequence_logps(per_token, mask).tolist() == [-4, -2]
    assert dpo.sequence_logps(per_token, mask, 0.5).tolist() == [-3, -2]
    assert dpo.sequence_logps(per_token, mask, 0.0).tolist() == [-2, -2]


def test_beta_follows_the_gap_as_printed() -> None:
    gaps = torch.tensor([3.0, 5.0, -2.0, 10.0])
    averages = GapAverages(2.0, 3.0)

    averages.update(gaps, 0.9)

    assert (averages.mean, averages.spread) == (pytest.approx(2.2), pytest.approx(3.196655, abs=1e-5))
    assert averages.usualness(gaps).tolist() == pytest.approx([0.96917, 0.681394, 0.421839, 0.050949], abs=1e-5)
    assert averages.beta(gaps[:3], 0.1, 0.6) == pytest.approx(0.088, abs=1e-5)
    assert averages.beta(gaps, 0.1, 0.6) == pytest.approx(0.208, abs=1e-5)
    assert averages.beta(gaps - 100, 0.1, 0.6) == beta_dpo.LEAST_BETA


def test_first_batch_warms_the_averages_and_rows_are_drawn_once_each() -> None:
    averages, gaps = GapAverages(), torch.tensor([3.0, 5.0, -2.0, 10.0])

    averages.update(gaps[:1], 0.9)
    assert averages == GapAverages(None, None)
    averages.update(gaps, 0.9)
    assert (averages.mean, averages.spread) == (pytest.approx(4.0), pytest.approx(gaps.std().item()))

    torch.manual_seed(0)
    drawn = [beta_dpo.kept_rows(torch.tensor([1.0, 1e-40, 1.0, 1.0]), 0.2).tolist() for _ in range(50)]
    assert all(sorted(rows) == [0, 2, 3] for rows in drawn)
    assert len(beta_dpo.kept_rows(torch.ones(10), 0.2)) == 8
    assert len(beta_dpo.kept_rows(torch.ones(1), 0.2)) == 1


def test_every_loss_of_ours_and_every_weighable_one_has_a_formula() -> None:
    for loss in METHODS["dpo"].losses:
        weighable = "weight" in METHODS["dpo"].columns(loss.key)
        assert (loss.key in dpo.ROW_LOSSES) == (weighable and loss.key != "beta_dpo")
