"""Reward models: scores of responses, learned from comparisons, or marks of faults, learned from marked responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from datasets import ClassLabel
from trl import RewardConfig, RewardTrainer

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.losses import reward
from trainer_bridge.ml.losses.davidson import davidson, log_nu_of
from trainer_bridge.ml.methods.heads import as_single, give_tie_head, nu_in, without_tie_head
from trainer_bridge.ml.methods.pair_rewards import PairCollator, PairRewardTrainer, RowLoss
from trainer_bridge.ml.methods.setup import TrainerSetup
from trainer_bridge.ml.methods.span_heads import SpanCollator, SpanTrainer
from trainer_bridge.ml.methods.span_tokens import categories_of
from trainer_bridge.ml.methods.watching import Watched

_TEXTS = ("prompt", "chosen", "rejected")


class WatchedRewardTrainer(Watched, RewardTrainer):
    """Bradley-Terry reward training, watched; also logs the mean reward of chosen and of rejected responses."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        # Prompt and response together: this trainer's batches do not say where a prompt ends.
        self.note_lengths(inputs["attention_mask"])
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        chosen, rejected = outputs.logits.squeeze(-1).chunk(2)
        self.note("chosen_reward", chosen)
        self.note("rejected_reward", rejected)
        return (loss, outputs) if return_outputs else loss


class DavidsonTrainer(PairRewardTrainer):
    """Davidson's model of ties, with ν learned beside the rewards and logged as ``nu``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._log_nu = torch.zeros(())
        super().__init__(*args, row_loss=self._davidson, **kwargs)

    def _rewards(self, logits: torch.Tensor, columns: Mapping[str, torch.Tensor]) -> torch.Tensor:
        self._log_nu = logits[0, 1]
        return logits[:, 0]

    def _davidson(
        self, chosen: torch.Tensor, rejected: torch.Tensor, columns: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        self.note("nu", self._log_nu.exp()[None])
        return davidson(chosen, rejected, columns["tie"], self._log_nu, columns.get("margin"))

    def finished(self, model: Any) -> Any:
        """The model as anything loads it: a plain head, and ν in its configuration."""
        return without_tie_head(model, nu=nu_in(self.model))


def heads(config: RunConfig, train: Any) -> tuple[str, ...]:
    """Aspects or categories of the training rows, sorted; none where the model has its usual one output."""
    if config.loss_type == "aspect_heads":
        return tuple(sorted(train.unique("aspect")))
    return categories_of(train) if config.loss_type == "span_heads" else ()


def build(setup: TrainerSetup) -> Any:
    if setup.config.loss_type == "span_heads":
        return _spans(setup)
    if setup.config.loss_type == "aspect_heads":
        return _aspects(setup)
    if setup.config.loss_type == "davidson":
        give_tie_head(setup.model, log_nu_of(_tie_share(setup.train)))
        return DavidsonTrainer(**_arguments(setup), **_columns(setup))
    if setup.config.loss_type == "scaled" and min(setup.train["margin"]) < 0:
        raise RefusedError("The scaled loss multiplies by margin, which must be at least 0 on every row.")
    if setup.config.loss_type == "bradley_terry" and "weight" not in setup.columns:
        return WatchedRewardTrainer(**_arguments(setup))
    return PairRewardTrainer(**_arguments(setup), **_columns(setup), row_loss=row_loss(setup.config))


def row_loss(config: RunConfig) -> RowLoss:
    """The loss of a run over a model's one output, or the one of each row's aspect."""
    if config.loss_type == "scaled":
        return lambda chosen, rejected, columns: reward.scaled(chosen, rejected, columns["margin"])
    if config.loss_type == "soft_label":
        return lambda chosen, rejected, columns: reward.soft_label(
            chosen, rejected, columns["soft_label"], columns.get("margin")
        )
    if config.loss_type == "smooth":
        return lambda chosen, rejected, columns: reward.smooth(
            chosen, rejected, config.label_smoothing, columns.get("margin")
        )
    return lambda chosen, rejected, columns: reward.bradley_terry(chosen, rejected, columns.get("margin"))


def _aspects(setup: TrainerSetup) -> PairRewardTrainer:
    names = ClassLabel(names=list(setup.heads))
    if setup.evaluation is not None:
        unknown = sorted(set(setup.evaluation.unique("aspect")) - set(setup.heads))
        if unknown:
            raise RefusedError(f"The evaluation rows have the aspect {unknown[0]!r}, which no training row has.")
    arguments = _arguments(setup)
    for split in ("train_dataset", "eval_dataset"):
        if arguments[split] is not None:
            arguments[split] = arguments[split].cast_column("aspect", names)
    as_single(setup.model, setup.heads)
    trainer = PairRewardTrainer(**arguments, **_columns(setup), aspects=setup.heads, row_loss=row_loss(setup.config))
    trainer.finished(trainer.model)
    return trainer


def _spans(setup: TrainerSetup) -> SpanTrainer:
    as_single(setup.model, setup.heads)
    collator = SpanCollator(setup.tokenizer.pad_token_id, len(setup.heads), "weight" in setup.columns, setup.padded_to)
    trainer = SpanTrainer(**_arguments(setup), data_collator=collator, categories=setup.heads)
    trainer.finished(trainer.model)
    return trainer


def _arguments(setup: TrainerSetup) -> dict[str, Any]:
    arguments = RewardConfig(
        **setup.arguments(accuracy="f1" if setup.config.loss_type == "span_heads" else "accuracy"),
        disable_dropout=False,  # done on the base model alone, see loading.load_base
        pad_to_multiple_of=setup.padded_to,
        center_rewards_coefficient=setup.config.center_rewards or None,
    )
    return setup.given(arguments)


def _columns(setup: TrainerSetup) -> dict[str, Any]:
    columns = tuple(name for name in setup.columns if name not in _TEXTS)
    collator = PairCollator(
        pad_token_id=setup.tokenizer.pad_token_id, pad_to_multiple_of=setup.padded_to, columns=columns
    )
    return {"columns": columns, "data_collator": collator}


def _tie_share(train: Any) -> float:
    ties = sum(train["tie"])
    if ties == len(train):
        raise RefusedError("Every training row is a tie, so nothing says which responses are better; add decided rows.")
    return float(ties / len(train))
