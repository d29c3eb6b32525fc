"""The two trainers, with three additions: row counts, named rewards, and a stop at a loss that is not a number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers.trainer_callback import PrinterCallback, TrainerState
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError, TrainingError


@dataclass(frozen=True)
class RowCounts:
    """``given`` = ``used`` + ``dropped``; ``truncated`` of the used rows lose tokens at the end. Per split."""

    given: int
    used: int
    dropped: int
    truncated: int
    reason: str | None


class _Watched:
    """Mixed into a trainer. ``row_counts`` is filled per split (``train``, ``eval``) while the trainer is built."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.row_counts: dict[str, RowCounts] = {}
        super().__init__(*args, **kwargs)

    def _prepare_dataset(self, dataset: Any, processing_class: Any, args: Any, dataset_name: str) -> Any:
        prepared = super()._prepare_dataset(dataset, processing_class, args, dataset_name)  # type: ignore[misc]
        dpo = "prompt_ids" in prepared.column_names
        counts = RowCounts(
            given=len(dataset),
            used=len(prepared),
            dropped=len(dataset) - len(prepared),
            truncated=_count_truncated(prepared, args.max_length) if dpo else 0,
            reason=None if len(dataset) == len(prepared) else ("prompt_too_long" if dpo else "too_long"),
        )
        self.row_counts[dataset_name] = counts
        if not counts.used:
            what = "a prompt that fills" if dpo else "a text longer than"
            raise RefusedError(
                f"None of the {counts.given} {dataset_name} rows can be used: each has {what} max_length "
                f"({args.max_length} tokens); raise max_length or filter the snapshot."
            )
        return prepared

    def training_step(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        loss: torch.Tensor = super().training_step(*args, **kwargs)  # type: ignore[misc]
        if not torch.isfinite(loss):
            step = self.state.global_step + 1  # type: ignore[attr-defined]
            raise TrainingError(
                f"The loss was not a number at step {step}; lower the learning rate, "
                "or check the data for rows that are not what they should be."
            )
        return loss


def _count_truncated(prepared: Any, max_length: int) -> int:
    # Read column by column in the Arrow table: lists of token ids of a large export would not fit as Python objects.
    import pyarrow.compute as pc

    table = prepared.with_format("arrow")
    total = 0
    for start in range(0, len(prepared), 4096):
        part = table[start : start + 4096]
        lengths = {name: pc.list_value_length(part[name]) for name in ("prompt_ids", "chosen_ids", "rejected_ids")}
        longest = pc.add(lengths["prompt_ids"], pc.max_element_wise(lengths["chosen_ids"], lengths["rejected_ids"]))
        total += pc.sum(pc.greater(longest, max_length)).as_py() or 0
    return int(total)


class WatchedDPOTrainer(_Watched, DPOTrainer):
    """DPO, watched."""


class WatchedRewardTrainer(_Watched, RewardTrainer):
    """Bradley-Terry reward training, watched; also logs the mean reward of chosen and of rejected responses."""

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        loss, outputs = super().compute_loss(model, inputs, True, num_items_in_batch)
        chosen, rejected = outputs.logits.detach().squeeze(-1).chunk(2)
        mode = "train" if self.model.training else "eval"
        self._metrics[mode]["chosen_reward"].append(chosen.float().mean().item())
        self._metrics[mode]["rejected_reward"].append(rejected.float().mean().item())
        return (loss, outputs) if return_outputs else loss


def build_trainer(
    config: RunConfig,
    *,
    model: Any,
    tokenizer: Any,
    adapter: Any,
    train: Any,
    evaluation: Any | None,
    columns: tuple[str, ...],
    checkpoints: Path,
    device: str,
    callbacks: list[Any],
) -> Any:
    """A trainer ready to train. Tokenises the rows; raises :class:`RefusedError` when none is usable."""
    common: dict[str, Any] = {
        "output_dir": str(checkpoints),
        "max_steps": config.max_steps,
        "learning_rate": config.effective_learning_rate,
        "per_device_train_batch_size": config.batch_size,
        "per_device_eval_batch_size": config.batch_size,
        "gradient_accumulation_steps": config.gradient_accumulation,
        "max_length": config.max_length,
        "seed": config.seed,
        "data_seed": config.seed,
        "logging_steps": config.logging_steps,
        "logging_nan_inf_filter": False,
        "save_strategy": "steps",
        "save_steps": config.save_steps,
        "save_total_limit": 2,
        "eval_strategy": "steps" if evaluation is not None else "no",
        "eval_steps": config.eval_steps,
        "report_to": "none",
        "disable_tqdm": True,
        "disable_dropout": False,  # done on the base model alone, see loading.load_base
        "use_cpu": device == "cpu",
        "bf16": device == "cuda" and torch.cuda.is_bf16_supported(),
        "gradient_checkpointing": device == "cuda",
        "dataloader_pin_memory": device == "cuda",
        "pad_to_multiple_of": 8 if device == "cuda" else None,
        "trust_remote_code": False,
    }
    maker: Callable[..., Any]
    if config.kind == "dpo":
        arguments: Any = DPOConfig(
            **common,
            beta=config.beta,
            loss_type=[config.loss_type],
            label_smoothing=config.label_smoothing,
            precompute_ref_log_probs=_precompute_pays(config, len(train)),
        )
        maker = WatchedDPOTrainer
    else:
        arguments = RewardConfig(**common)
        maker = WatchedRewardTrainer
    trainer = maker(
        model=model,
        args=arguments,
        train_dataset=train,
        eval_dataset=evaluation,
        processing_class=tokenizer,
        peft_config=adapter,
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)  # prints raw dictionaries beside our own log lines
    _check_consumed(trainer, columns)
    return trainer


def _precompute_pays(config: RunConfig, rows: int) -> bool:
    """Reference probabilities ahead of training cost one pass over all rows; that pays when rows are seen twice."""
    return config.max_steps * config.batch_size * config.gradient_accumulation >= 2 * rows


def _check_consumed(trainer: Any, columns: tuple[str, ...]) -> None:
    """The libraries drop columns they do not know without a word; a promise to the user must not be dropped so."""
    trainer._set_signature_columns_if_needed()
    used = {name for name in trainer._signature_columns if name in trainer.train_dataset.column_names}
    for column in columns:
        if not used & {column, f"{column}_ids"} and column != "prompt":
            raise RefusedError(f"The installed trainer does not use the promised column {column!r}.")


def restore(trainer: Any, checkpoint: Path) -> None:
    """Put the weights and the step count of a checkpoint into a trainer without training."""
    trainer._load_from_checkpoint(str(checkpoint))
    trainer.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))


def counts_as_json(counts: dict[str, RowCounts]) -> dict[str, Any]:
    """Row counts by split, as plain values."""
    return {name: asdict(value) for name, value in counts.items()}
