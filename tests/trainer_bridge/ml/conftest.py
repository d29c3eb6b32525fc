"""A tiny base model, built once, and run folders that train on a dozen rows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

# Read when the model libraries are imported: no test may reach for the network.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from trainer_bridge.ml import base_models


def turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def pair(number: int, **more: Any) -> dict[str, Any]:
    return {
        "prompt": [turn("user", f"How do I plan garden number {number}?")],
        "chosen": [turn("assistant", f"Start with a small step and check the result {number} times.")],
        "rejected": [turn("assistant", f"No idea {number}.")],
        **more,
    }


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def metric_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def status(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "status.json").read_text())


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(base_models.prepare("tiny-llama", tmp_path_factory.mktemp("base") / "tiny").path)


@pytest.fixture
def run_folder(tmp_path: Path, tiny: Path) -> Callable[..., Path]:
    """Make a run folder: ``run_folder("dpo", rows, max_steps=4)``; a setting of ``None`` is left out."""

    def make(kind: str = "dpo", rows: list[dict[str, Any]] | None = None, name: str = "run", **settings: Any) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        write_rows(folder / "train.jsonl", [pair(number) for number in range(12)] if rows is None else rows)
        config = {
            "kind": kind,
            "base_model": {"path": str(tiny)},
            "data": {"train": "train.jsonl"},
            "max_steps": 4,
            "max_length": 128,
            "learning_rate": 1e-3,
            "save_steps": 2,
            "lora_dropout": 0.1,
            "device": "cpu",
            **settings,
        }
        kept = {key: value for key, value in config.items() if value is not None}
        (folder / "config.yaml").write_text(yaml.safe_dump(kept), encoding="utf-8")
        return folder

    return make
