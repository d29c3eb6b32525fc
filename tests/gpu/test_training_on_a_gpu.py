"""Training on a GPU is what training on a processor is, as near as the precision allows.

Run with `pytest -m gpu tests/gpu` on a machine with CUDA.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

STEPS = 4


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trainer_bridge.ml import base_models

    return Path(base_models.prepare("tiny-llama", tmp_path_factory.mktemp("base") / "tiny").path)


def trained(folder: Path, base: Path, kind: str, **settings: Any) -> tuple[list[float], dict[str, Any]]:
    """Losses by step, and the summary, of a run over four pairs that every batch holds."""
    from tests.trainer_bridge.ml.conftest import pair, write_rows
    from trainer_bridge.ml import train

    folder.mkdir()
    write_rows(folder / "train.jsonl", [pair(number) for number in range(4)])
    config = {
        "kind": kind,
        "base_model": {"path": str(base)},
        "data": {"train": "train.jsonl"},
        "max_steps": STEPS,
        "batch_size": 4,
        "max_length": 64,
        "learning_rate": 1e-2,
        **settings,
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    assert train.run(folder, resume=False) == 0, (folder / "status.json").read_text()
    lines = [json.loads(line)["values"] for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line], json.loads((folder / "summary.json").read_text())


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("dpo", {}),
        ("dpo", {"loss_type": "cdpo", "use_lora": False, "learning_rate": 1e-3}),
        ("reward", {"center_rewards": 0.01}),
    ],
)
def test_half_precision_on_a_gpu_follows_a_processor(
    tmp_path: Path, base: Path, kind: str, settings: dict[str, Any]
) -> None:
    expected, _ = trained(tmp_path / "cpu", base, kind, device="cpu", **settings)
    exact, precise = trained(tmp_path / "fp32", base, kind, device="cuda", precision="fp32", **settings)
    found, summary = trained(tmp_path / "bf16", base, kind, device="cuda", **settings)

    assert (precise["precision"], summary["precision"]) == ("fp32", "bf16")
    assert summary["device"] != "cpu"
    assert summary["peak_gpu_memory_bytes"] > 0
    assert found[-1] < found[0]
    assert exact == pytest.approx(expected, abs=5e-3)
    assert found == pytest.approx(expected, abs=0.1)


@pytest.mark.skipif(find_spec("bitsandbytes") is None, reason="bitsandbytes is not installed")
def test_base_in_four_bits_trains_and_is_merged_in_full(tmp_path: Path, base: Path) -> None:
    from transformers import AutoModelForCausalLM

    losses, summary = trained(tmp_path / "run", base, "dpo", device="cuda", quantize="4bit")

    assert losses[-1] < losses[0]
    assert summary["config"]["quantize"] == "4bit"
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "run" / "model")
    assert {str(parameter.dtype) for parameter in model.parameters()} == {"torch.float32"}
