"""Trainers built straight from rows, without a run folder: one tiny model on disk, loaded for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trainer_bridge.ml.conftest import turn

Row = dict[str, Any]
Build = Callable[..., Any]


def single(number: int, *, label: bool, **more: Any) -> Row:
    said = f"Start with a small step and check the result {number} times." if label else f"No idea {number}."
    return {
        "prompt": [turn("user", f"How do I plan garden number {number}?")],
        "completion": [turn("assistant", said)],
        "label": label,
        **more,
    }


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other take longer over a tiny model than its arithmetic does."""
    import torch

    earlier = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(earlier)


@pytest.fixture
def build(tiny: Path, tmp_path: Path) -> Build:
    """``build("reward", rows, loss_type="scaled")`` is a trainer over those rows, all of whose columns are promised."""
    from datasets import Dataset

    from trainer_bridge.ml import loading
    from trainer_bridge.ml.columns import features
    from trainer_bridge.ml.config import parse_config
    from trainer_bridge.ml.methods import TrainerSetup, build_trainer, heads_of

    def make(kind: str, rows: list[Row], *, evaluation: list[Row] | None = None, **settings: Any) -> Any:
        columns = tuple(rows[0])
        config = parse_config(
            {
                "kind": kind,
                "base_model": {"path": str(tiny)},
                "data": {"train": "train.jsonl"},
                "columns": list(columns),
                "batch_size": max(2, len(rows)),
                "max_length": 128,
                "use_lora": False,
                "device": "cpu",
                **settings,
            }
        )
        train = Dataset.from_list(rows, features=features(columns))
        held_out = Dataset.from_list(evaluation, features=features(columns)) if evaluation else None
        heads = heads_of(config, train)
        loaded = loading.load_base(config, tmp_path, "cpu", outputs=len(heads) or 1)
        return build_trainer(
            TrainerSetup(
                config=config,
                model=loaded.model,
                tokenizer=loaded.tokenizer,
                adapter=loading.lora_config(config, loaded.model),
                train=train,
                evaluation=held_out,
                columns=columns,
                checkpoints=tmp_path / "checkpoints",
                device="cpu",
                callbacks=[],
                heads=heads,
            )
        )

    return make


def batch_of(trainer: Any) -> dict[str, Any]:
    """All training rows as one batch, as the trainer would read them."""
    return dict(trainer._prepare_inputs(trainer.data_collator(list(trainer.train_dataset))))


def loss_and_gradient(trainer: Any) -> tuple[float, dict[str, Any]]:
    """Loss of all training rows, and the gradient of every weight that is trained."""
    trainer.model.train()
    trainer.model.zero_grad()
    loss = trainer.compute_loss(trainer.model, batch_of(trainer))
    loss.backward()
    found = {name: weight.grad for name, weight in trainer.model.named_parameters() if weight.grad is not None}
    return loss.item(), found
