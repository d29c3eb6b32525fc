"""A column that was promised must be read, and must make a difference."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from trainer_bridge.ml.columns import NUMBERS, SPOKEN
from trainer_bridge.ml.config import trainer_name
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.methods.setup import TrainerSetup

# Columns that say something about a row besides its texts, which no trainer could leave out.
_TESTED = (*NUMBERS, *SPOKEN, "tie", "aspect", "marks")
_ROWS, _LOOKED_AT = 2, 32
# Gradients of two runs over the same numbers differ by rounding alone, by far less than this share.
_SAME = 1e-5


def check_consumed(trainer: Any, columns: tuple[str, ...]) -> None:
    """The libraries drop columns they do not know without a word; a promise to the user must not be dropped so."""
    used = trainer.used_columns()
    for column in columns:
        if not any(name == column or name.startswith(f"{column}_") for name in used) and column != "prompt":
            raise RefusedError(f"The installed trainer does not use the promised column {column!r}.")


def check_columns_matter(trainer: Any, setup: TrainerSetup) -> None:
    """Raises :class:`RefusedError` unless the gradient moves with every promised column.

    Looks at two short rows and at the last layer alone, so that it takes less time than a step. A column in which no
    value could be changed, such as an aspect that all rows share, passes.
    """
    tested = [column for column in setup.columns if column in _TESTED]
    if not tested:
        return
    rows = _short_rows(trainer)
    with _untouched(trainer):
        before = _gradient(trainer, rows)
        for column in tested:
            changed = _changed(trainer, rows, column)
            if changed is not None and _near(before, _gradient(trainer, changed)):
                raise RefusedError(
                    f"The column {column!r} makes no difference to what the {trainer_name(setup.config)} trainer "
                    "learns; leave it out of the export, or choose a loss that reads it."
                )


def _short_rows(trainer: Any) -> list[dict[str, Any]]:
    dataset = trainer.train_dataset
    rows = [dataset[number] for number in range(min(_LOOKED_AT, len(dataset)))]
    if trainer.args.remove_unused_columns:
        used = trainer.used_columns()
        rows = [{name: value for name, value in row.items() if name in used} for row in rows]
    return sorted(rows, key=_length)[:_ROWS]


def _length(row: dict[str, Any]) -> int:
    return sum(len(value) for value in row.values() if isinstance(value, list))


def _changed(trainer: Any, rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]] | None:
    """The rows with another value of the column in the first of them that can have one."""
    for number, row in enumerate(rows):
        for name in trainer.prepared_as.get(column, (column, f"{column}_ids")):
            other = _other(row[name], trainer.train_dataset, name) if name in row else None
            if other is not None:
                return [*rows[:number], {**row, name: other}, *rows[number + 1 :]]
    return None


def _other(value: Any, dataset: Any, name: str) -> Any | None:
    """A value that differs from this one and that a row could have, or None."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, float):
        # A large gap saturates a loss, and there a little more of it makes no difference.
        return 0.0 if abs(value) > 2 else value + 0.25 if value <= 0.5 else value - 0.25
    if isinstance(value, list):
        turned = value[::-1]
        return turned if turned != value else (value[:-1] or None)
    others = dataset.select(range(min(len(dataset), 1000)))[name]
    return next((other for other in others if other != value), None)


def _gradient(trainer: Any, rows: list[dict[str, Any]]) -> list[torch.Tensor]:
    """Gradient of the loss of a batch of these rows by the last trained parameters."""
    torch.manual_seed(0)
    batch = trainer._prepare_inputs(trainer.data_collator(copy.deepcopy(rows)))
    last = [parameter for parameter in trainer.model.parameters() if parameter.requires_grad][-8:]
    with trainer.compute_loss_context_manager():
        loss = trainer.compute_loss(trainer.model, batch)
    found = torch.autograd.grad(loss, last, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(last, found, strict=True)]


def _near(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    apart = sum((a - b).float().pow(2).sum().item() for a, b in zip(first, second, strict=True))
    size = sum(a.float().pow(2).sum().item() for a in (*first, *second))
    return apart <= _SAME**2 * size


@contextmanager
def _untouched(trainer: Any) -> Iterator[None]:
    """Leave metrics, random numbers and the model's mode as they were: a check is no part of training."""
    kept = {
        name: copy.deepcopy(trainer.__dict__[name])
        for name in ("_metrics", "_stored_metrics", "_counts", "_total_train_tokens")
        if name in trainer.__dict__
    }
    training = trainer.model.training
    trainer.model.eval()  # without dropout, and without what losses remember from batch to batch
    with torch.random.fork_rng():
        yield
    trainer.model.train(training)
    trainer.__dict__.update(kept)
