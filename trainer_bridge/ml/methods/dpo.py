"""Direct preference optimisation and its relatives."""

from __future__ import annotations

from typing import Any

from trl import DPOConfig, DPOTrainer

from trainer_bridge.ml.methods.setup import TrainerSetup
from trainer_bridge.ml.methods.watching import Watched


class WatchedDPOTrainer(Watched, DPOTrainer):
    """DPO, watched."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        self.note_lengths(inputs["completion_mask"])
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Adds ``kl``: the mean over responses of both sides of log π(y|x) − log π_ref(y|x), nats a response.

        Estimated from the data's own responses, not from samples of the policy, so it may be negative.
        """
        values = self._metrics["train" if self.model.training else "eval"]
        if "rewards/chosen" in values:  # the summary after the last step has no rewards
            sides = zip(values["rewards/chosen"], values["rewards/rejected"], strict=True)
            values["kl"] = [(chosen + rejected) / (2 * self.beta) for chosen, rejected in sides]
        super().log(logs, start_time)


def build(setup: TrainerSetup) -> WatchedDPOTrainer:
    config = setup.config
    arguments = DPOConfig(
        **setup.arguments(accuracy="rewards/accuracies"),
        beta=config.beta,
        loss_type=[config.loss_type],
        label_smoothing=config.label_smoothing,
        precompute_ref_log_probs=_precomputes(setup),
        disable_dropout=False,  # done on the base model alone, see loading.load_base
        pad_to_multiple_of=8 if setup.device == "cuda" else None,
        trust_remote_code=False,
    )
    return WatchedDPOTrainer(
        model=setup.model,
        args=arguments,
        train_dataset=setup.train,
        eval_dataset=setup.evaluation,
        processing_class=setup.tokenizer,
        peft_config=setup.adapter,
        callbacks=setup.callbacks,
    )


def _precomputes(setup: TrainerSetup) -> bool:
    """Reference probabilities ahead of training cost one pass over all rows; that pays when rows are seen twice."""
    config, rows = setup.config, len(setup.train)
    if config.precompute_reference != "auto":
        return bool(config.precompute_reference == "true")
    return bool(setup.steps(rows) * config.batch_size * config.gradient_accumulation >= 2 * rows)
