"""What every method is given to build its trainer from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from trainer_bridge.domain.run_config import steps_of
from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.environment import TRACKED_AS


@dataclass(frozen=True)
class TrainerSetup:
    """A loaded model, checked rows and where to save. ``columns`` are the promised ones; ``heads`` name the outputs."""

    config: RunConfig
    model: Any
    tokenizer: Any
    adapter: Any
    train: Any
    evaluation: Any | None
    columns: tuple[str, ...]
    checkpoints: Path
    device: str
    callbacks: list[Any]
    heads: tuple[str, ...] = ()
    processes: int = 1

    def steps(self, rows: int) -> int:
        """Optimiser steps of the run when so many rows are used."""
        config = self.config
        if config.epochs is None:
            return int(config.max_steps)
        return steps_of(
            rows=rows,
            epochs=config.epochs,
            batch_size=config.batch_size,
            gradient_accumulation=config.gradient_accumulation,
            processes=self.processes,
        )

    def arguments(self, *, accuracy: str | None) -> dict[str, Any]:
        """Keyword arguments for the library's training arguments, the same for every method.

        ``accuracy`` is the name under which the trainer logs held-out accuracy (without ``eval_``), by which the best
        checkpoint is chosen when early stopping is on; without one the held-out loss decides.
        """
        config, gpu = self.config, self.device == "cuda"
        evaluated = self.evaluation is not None
        stops = bool(config.early_stopping_patience)
        return {
            "output_dir": str(self.checkpoints),
            "max_steps": self.steps(len(self.train)),
            "learning_rate": config.learning_rate,
            "lr_scheduler_type": config.lr_scheduler,
            "warmup_steps": config.warmup_ratio,
            "weight_decay": config.weight_decay,
            "per_device_train_batch_size": config.batch_size,
            "per_device_eval_batch_size": config.batch_size,
            "gradient_accumulation_steps": config.gradient_accumulation,
            "max_length": config.max_length,
            "seed": config.own_seed,
            "data_seed": config.own_seed,
            "train_sampling_strategy": "random" if config.curriculum == "none" else "sequential",
            "logging_steps": config.logging_steps,
            "logging_nan_inf_filter": False,
            "save_strategy": "steps",
            # The best checkpoint can only be kept where every evaluation has one.
            "save_steps": config.eval_steps if stops else config.save_steps,
            "save_total_limit": 2,
            "eval_strategy": "steps" if evaluated else "no",
            "eval_steps": config.eval_steps,
            "load_best_model_at_end": stops,
            "metric_for_best_model": f"eval_{accuracy or 'loss'}" if stops else None,
            "greater_is_better": accuracy is not None if stops else None,
            "report_to": config.report_to,
            "project": TRACKED_AS,
            # A run's folder is called by its number.
            "run_name": f"run-{self.checkpoints.resolve().parent.name.removeprefix('run-')}",
            "disable_tqdm": True,
            "use_cpu": not gpu,
            "bf16": uses_bf16(config, self.device),
            "gradient_checkpointing": gpu
            if config.gradient_checkpointing == "auto"
            else config.gradient_checkpointing == "true",
            "dataloader_pin_memory": gpu,
            "trust_remote_code": False,
        }

    def given(self, arguments: Any) -> dict[str, Any]:
        """Keyword arguments for the library's trainer, the same for every method."""
        return {
            "model": self.model,
            "args": arguments,
            "train_dataset": self.train,
            "eval_dataset": self.evaluation,
            "processing_class": self.tokenizer,
            "peft_config": self.adapter,
            "callbacks": self.callbacks,
        }

    @property
    def padded_to(self) -> int | None:
        """What padded lengths are a multiple of: a GPU multiplies matrices of such widths faster."""
        return 8 if self.device == "cuda" else None


def uses_bf16(config: RunConfig, device: str) -> bool:
    """Whether the run computes in bfloat16; on a processor it does so only when asked."""
    if config.precision == "auto":
        return device == "cuda" and torch.cuda.is_bf16_supported()
    return bool(config.precision == "bf16")
