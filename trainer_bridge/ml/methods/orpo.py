"""Supervised learning of chosen responses with an odds ratio against rejected ones, ORPO (METHODS §10.6)."""

from __future__ import annotations

from typing import Any

from trainer_bridge.ml.losses import reference_free
from trainer_bridge.ml.methods.experimental import check_formula, experimental
from trainer_bridge.ml.methods.policy_pairs import PolicyPairs
from trainer_bridge.ml.methods.setup import TrainerSetup

_orpo: Any = experimental("orpo", "ORPO")


class WatchedORPOTrainer(PolicyPairs, _orpo.ORPOTrainer):
    """ORPO, watched."""


def build(setup: TrainerSetup) -> WatchedORPOTrainer:
    config = setup.config
    arguments = _orpo.ORPOConfig(
        **setup.arguments(accuracy="rewards/accuracies"),
        beta=config.beta,
        remove_unused_columns=False,
        disable_dropout=False,  # done on the base model alone, see loading.load_base
    )
    trainer = WatchedORPOTrainer(**setup.given(arguments))
    check_formula(
        "ORPO",
        # The library returns what it takes off the likelihood's loss.
        lambda chosen, rejected: -trainer.odds_ratio_loss(chosen, rejected)[0],
        lambda chosen, rejected: reference_free.odds_ratio(chosen, rejected, config.beta),
    )
    return trainer
