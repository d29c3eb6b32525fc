"""Policies from pairs without a reference model: CPO, SimPO, and their hinge and IPO forms (METHODS §10.6)."""

from __future__ import annotations

from typing import Any

import torch

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.losses import reference_free
from trainer_bridge.ml.methods.experimental import check_formula, experimental
from trainer_bridge.ml.methods.policy_pairs import PolicyPairs
from trainer_bridge.ml.methods.setup import TrainerSetup

_cpo: Any = experimental("cpo", "CPO")


class WatchedCPOTrainer(PolicyPairs, _cpo.CPOTrainer):
    """CPO, watched."""


def build(setup: TrainerSetup) -> WatchedCPOTrainer:
    config = setup.config
    arguments = _cpo.CPOConfig(
        **setup.arguments(accuracy="rewards/accuracies"),
        loss_type=config.loss_type,
        beta=config.beta,
        cpo_alpha=config.cpo_alpha,
        simpo_gamma=config.simpo_gamma,
        label_smoothing=config.label_smoothing,
        remove_unused_columns=False,
        disable_dropout=False,  # done on the base model alone, see loading.load_base
    )
    trainer = WatchedCPOTrainer(**setup.given(arguments))
    check_formula(
        f"CPO ({config.loss_type})",
        lambda chosen, rejected: trainer.cpo_loss(chosen, rejected)[0],
        lambda chosen, rejected: pair_loss(config, chosen, rejected),
    )
    return trainer


def pair_loss(config: RunConfig, chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """The contrast that the loss type names, without the likelihood of chosen that ``cpo_alpha`` adds."""
    if config.loss_type == "hinge":
        return reference_free.hinge(chosen, rejected, config.beta)
    if config.loss_type == "ipo":
        return reference_free.ipo(chosen, rejected, config.beta)
    gamma = config.simpo_gamma if config.loss_type == "simpo" else 0.0
    return reference_free.simpo(chosen, rejected, config.beta, gamma, config.label_smoothing)
