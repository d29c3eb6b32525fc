"""Training methods: one module per kind of run, each with ``build(setup) -> Trainer``.

A module may also define ``heads(config, train) -> tuple[str, ...]``: the names of the outputs of a reward model that
has more than one, asked before its weights are loaded.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from transformers.trainer_callback import PrinterCallback

from trainer_bridge.domain.methods import METHODS
from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.methods.checking import check_columns_matter, check_consumed
from trainer_bridge.ml.methods.setup import TrainerSetup

__all__ = ["TrainerSetup", "build_trainer", "heads_of"]


def build_trainer(setup: TrainerSetup) -> Any:
    """A trainer ready to train. Tokenises the rows; raises :class:`RefusedError` when none is usable.

    Also raises it when a promised column would not be read, or would make no difference.
    """
    trainer = _module(setup.config).build(setup)
    trainer.remove_callback(PrinterCallback)  # prints raw dictionaries beside our own log lines
    # Rows that the tokenised prompt or text leaves out do not count as part of an epoch.
    trainer.args.max_steps = setup.steps(trainer.row_counts["train"].used)
    check_consumed(trainer, setup.columns)
    check_columns_matter(trainer, setup)
    return trainer


def heads_of(config: RunConfig, train: Any) -> tuple[str, ...]:
    """Names of a reward model's outputs; none stands for the usual single one."""
    heads = getattr(_module(config), "heads", None)
    return tuple(heads(config, train)) if heads else ()


def _module(config: RunConfig) -> Any:
    # Every kind has a module of its name; modules load trainers that other kinds have no use for.
    if config.kind not in METHODS:
        raise LookupError(config.kind)
    return import_module(f"trainer_bridge.ml.methods.{config.kind}")
