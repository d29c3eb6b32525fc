"""Policies from single responses that are wanted or not, KTO (METHODS §10.4)."""

from __future__ import annotations

from typing import Any

from trl import KTOConfig, KTOTrainer

from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.losses.kto import balanced_weights
from trainer_bridge.ml.methods.setup import TrainerSetup
from trainer_bridge.ml.methods.watching import Watched


class WatchedKTOTrainer(Watched, KTOTrainer):
    """KTO, watched."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        lengths = inputs["completion_mask"].sum(1).float()
        wanted = inputs["label"].bool()
        self.note_where("chosen_length", lengths, wanted)
        self.note_where("rejected_length", lengths, ~wanted)
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)


def build(setup: TrainerSetup) -> WatchedKTOTrainer:
    config = setup.config
    if config.batch_size < 2:
        raise RefusedError(
            "KTO measures how far the policy moved by the other rows of a batch; set batch_size to 2 or more."
        )
    desirable, undesirable = _weights(setup)
    arguments = KTOConfig(
        # A row's mismatched response is that of the row before it in its batch, paired up once, in the rows' order.
        **(setup.arguments(accuracy=None) | {"train_sampling_strategy": "sequential"}),
        loss_type=config.loss_type,
        beta=config.beta,
        desirable_weight=desirable,
        undesirable_weight=undesirable,
        disable_dropout=False,  # done on the base model alone, see loading.load_base
        pad_to_multiple_of=setup.padded_to,
    )
    return WatchedKTOTrainer(**setup.given(arguments))


def _weights(setup: TrainerSetup) -> tuple[float, float]:
    """Weights of wanted and unwanted rows: those set, and where none is, those that balance what there is of each."""
    given = setup.config.desirable_weight, setup.config.undesirable_weight
    wanted = sum(setup.train["label"])
    unwanted = len(setup.train) - wanted
    if not wanted or not unwanted:
        side = "wanted" if not wanted else "unwanted"
        raise RefusedError(f"No training row is {side}, so there is nothing to tell apart; choose another export.")
    if given == (None, None):
        return balanced_weights(wanted, unwanted)
    return given[0] or 1.0, given[1] or 1.0
