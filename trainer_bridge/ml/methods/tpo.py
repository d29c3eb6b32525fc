"""Policies from a reference response and a pair, without a reference model, TPO (METHODS §10.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer_bridge.ml.methods.experimental import experimental
from trainer_bridge.ml.methods.setup import TrainerSetup
from trainer_bridge.ml.methods.watching import Watched

_tpo: Any = experimental("tpo", "TPO")


class WatchedTPOTrainer(Watched, _tpo.TPOTrainer):
    """TPO, watched. Rows whose prompt alone fills the length have no response to learn from and are left out."""

    def _prepare_dataset(self, dataset: Any, processing_class: Any, args: Any, dataset_name: str) -> Any:
        tokenised = _tpo.TPOTrainer._prepare_dataset(self, dataset, processing_class, args, dataset_name)
        prepared = tokenised.filter(_leaves_room, fn_kwargs={"max_length": args.max_length})
        self.count_rows(dataset_name, given=len(dataset), prepared=prepared, max_length=args.max_length)
        return prepared

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        # Chosen, rejected and reference responses lie in a batch one after the other.
        chosen, rejected, _ = inputs["completion_mask"].chunk(3)
        self.note("chosen_length", chosen.sum(1))
        self.note("rejected_length", rejected.sum(1))
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)


def build(setup: TrainerSetup) -> WatchedTPOTrainer:
    config = setup.config
    arguments = _tpo.TPOConfig(
        **setup.arguments(accuracy="rewards/accuracies"),
        loss_type=config.loss_type,
        beta=config.beta,
        tpo_alpha=config.tpo_alpha,
        tpo_l_gamma=config.tpo_l_gamma,
        label_smoothing=config.label_smoothing,
        disable_dropout=False,  # done on the base model alone, see loading.load_base
        pad_to_multiple_of=setup.padded_to,
    )
    return WatchedTPOTrainer(**setup.given(arguments))


def _leaves_room(row: Mapping[str, Any], max_length: int) -> bool:
    return len(row["prompt_ids"]) < max_length
