"""A column that was promised must be read, and must make a difference."""

from __future__ import annotations

from typing import Any

from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.methods.setup import TrainerSetup


def check_consumed(trainer: Any, columns: tuple[str, ...]) -> None:
    """The libraries drop columns they do not know without a word; a promise to the user must not be dropped so."""
    used = trainer.used_columns()
    for column in columns:
        if not any(name == column or name.startswith(f"{column}_") for name in used) and column != "prompt":
            raise RefusedError(f"The installed trainer does not use the promised column {column!r}.")


def check_columns_matter(trainer: Any, setup: TrainerSetup) -> None:
    """Filled in below."""
