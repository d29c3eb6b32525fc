"""Reward training on pairs with losses that the library's trainer does not have, or not with a row's own weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from trl import RewardTrainer
from trl.trainer.reward_trainer import DataCollatorForPreference

from trainer_bridge.ml.losses import reward
from trainer_bridge.ml.methods.heads import name_heads
from trainer_bridge.ml.methods.watching import Watched

# Columns of a row that a loss reads beside the two texts, as they lie in a batch.
_TYPES = {
    "margin": torch.float,
    "weight": torch.float,
    "soft_label": torch.float,
    "tie": torch.bool,
    "aspect": torch.long,
}

RowLoss = Callable[[torch.Tensor, torch.Tensor, Mapping[str, torch.Tensor]], torch.Tensor]
"""(chosen, rejected, columns of the batch) → losses, each of shape (rows,)."""


@dataclass
class PairCollator(DataCollatorForPreference):
    """Pads as the library's does, and adds the columns that the loss reads, one value a row."""

    columns: tuple[str, ...] = ()

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super().torch_call(examples)
        for name in self.columns:
            batch[name] = torch.tensor([example[name] for example in examples], dtype=_TYPES[name])
        return batch


class PairRewardTrainer(Watched, RewardTrainer):
    """A reward model trained on any loss over the two rewards of a row.

    ``row_loss`` gives a loss for each row; ``columns`` are those among a row's that it reads; ``aspects`` name the
    model's outputs where a row is about one of them. A row with a weight counts so often, its centring included. Rows
    that tie are left out of accuracy and gaps, where they have no right answer.
    """

    _signature_columns: list[str] | None

    def __init__(
        self, *args: Any, row_loss: RowLoss, columns: tuple[str, ...], aspects: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        self._row_loss = row_loss
        self._columns = columns
        self._aspects = aspects
        super().__init__(*args, **kwargs)

    def _set_signature_columns_if_needed(self) -> None:
        if self._signature_columns is None:
            self._signature_columns = ["chosen_ids", "rejected_ids", *self._columns]

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        columns = {name: inputs[name] for name in self._columns}
        outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False)
        chosen, rejected = self._rewards(outputs.logits.float(), columns).chunk(2)
        losses = self._row_loss(chosen, rejected, columns)
        if self.args.center_rewards_coefficient:
            losses = losses + self.args.center_rewards_coefficient * reward.centring(chosen, rejected)
        loss = reward.weighted_mean(losses, columns.get("weight"))
        self.note_tokens(inputs["attention_mask"])
        self.note_lengths(inputs["attention_mask"])
        self._note_rewards(chosen.detach(), rejected.detach(), columns)
        return (loss, outputs) if return_outputs else loss

    def _rewards(self, logits: torch.Tensor, columns: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """One reward per text, (2 × rows,): the head of the row's aspect where a model has several."""
        if "aspect" not in columns:
            return logits.squeeze(-1)
        return logits.gather(1, columns["aspect"].repeat(2)[:, None]).squeeze(1)

    def _note_rewards(self, chosen: torch.Tensor, rejected: torch.Tensor, columns: Mapping[str, torch.Tensor]) -> None:
        right = (chosen > rejected).float()
        decided = ~columns["tie"] if "tie" in columns else torch.ones_like(right, dtype=torch.bool)
        for name, values in (
            ("accuracy", right),
            ("chosen_reward", chosen),
            ("rejected_reward", rejected),
            ("margin", chosen - rejected),
        ):
            self.note_where(name, values, decided)
        for number, name in enumerate(self._aspects):
            self.note_where(f"accuracy/{name}", right, columns["aspect"] == number)

    def finished(self, model: Any) -> Any:
        """The model, saying what its outputs are where it has one for each aspect."""
        return name_heads(model, "aspects", self._aspects) if self._aspects else model
