"""Direct preference optimisation and its relatives."""

from __future__ import annotations

from typing import Any

from trl import DPOConfig, DPOTrainer

from trainer_bridge.domain.methods import METHODS
from trainer_bridge.ml.methods.dpo_own import OwnLossDPOTrainer
from trainer_bridge.ml.methods.dpo_rows import RowCollator
from trainer_bridge.ml.methods.setup import TrainerSetup
from trainer_bridge.ml.methods.watching import Watched


class _Logged(Watched):
    """Adds ``kl`` and response lengths to what either trainer logs."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        self.note_lengths(inputs["completion_mask"])
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)  # type: ignore[misc]

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Adds ``kl``: the mean over responses of both sides of log π(y|x) − log π_ref(y|x), nats a response.

        Estimated from the data's own responses, not from samples of the policy, so it may be negative.
        """
        values = self._metrics["train" if self.model.training else "eval"]  # type: ignore[attr-defined]
        if "rewards/chosen" in values:  # the summary after the last step has no rewards
            sides = zip(values["rewards/chosen"], values["rewards/rejected"], strict=True)
            values["kl"] = [(chosen + rejected) / (2 * self.beta) for chosen, rejected in sides]  # type: ignore[attr-defined]
        super().log(logs, start_time)  # type: ignore[misc]


class WatchedDPOTrainer(_Logged, DPOTrainer):
    """The library's DPO, watched."""


class WatchedOwnLossDPOTrainer(_Logged, OwnLossDPOTrainer):
    """DPO with the losses and weights of this application, watched."""


def build(setup: TrainerSetup) -> Any:
    config = setup.config
    own = METHODS["dpo"].loss(config.loss_type).own or "weight" in setup.columns
    losses, weights = [config.loss_type], [1.0]
    if own:
        # The library only checks this one; the loss is computed here.
        losses = ["sigmoid"]
    elif config.sft_weight:
        losses, weights = [config.loss_type, "sft"], [1.0, config.sft_weight]
    arguments = DPOConfig(
        **setup.arguments(accuracy="rewards/accuracies"),
        beta=config.beta,
        loss_type=losses,
        loss_weights=weights,
        label_smoothing=config.label_smoothing,
        f_divergence_type=config.f_divergence,
        ld_alpha=config.ld_alpha,
        use_weighting=config.use_weighting,
        precompute_ref_log_probs=_precomputes(setup),
        disable_dropout=False,  # done on the base model alone, see loading.load_base
        pad_to_multiple_of=setup.padded_to,
    )
    given = setup.given(arguments)
    if not own:
        return WatchedDPOTrainer(**given)
    collator = RowCollator(
        pad_token_id=setup.tokenizer.pad_token_id, max_length=config.max_length, pad_to_multiple_of=setup.padded_to
    )
    return WatchedOwnLossDPOTrainer(**given, run=config, columns=setup.columns, data_collator=collator)


def _precomputes(setup: TrainerSetup) -> bool:
    """Reference probabilities ahead of training cost one pass over all rows; that pays when rows are seen twice."""
    config, rows = setup.config, len(setup.train)
    if config.precompute_reference != "auto":
        return bool(config.precompute_reference == "true")
    return bool(setup.steps(rows) * config.batch_size * config.gradient_accumulation >= 2 * rows)
