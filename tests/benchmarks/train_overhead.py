"""A run through the product beside the library's own command: same rows, model, settings and steps; wall time.

`python -m trainer_bridge.ml.train` as a launcher starts it against `trl dpo` and `trl reward`, one after the other and
turn about, each in a process of its own from start to saved model. The product also checks rows, writes its status
and curves, and merges the adapter into a model; that is the overhead.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from tests.benchmarks.output import ROOT, emit

ROUNDS = 3
STEPS, BATCH, MAX_LENGTH = 20, 4, 256
LIMIT = 1.05
SHARED = {"max_steps": STEPS, "learning_rate": 1e-4, "max_length": MAX_LENGTH, "save_steps": 10, "logging_steps": 1}
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
    "PYTHONUNBUFFERED": "1",
    "CUDA_VISIBLE_DEVICES": "",
    # The command would otherwise say on every start that its way of launching is not configured.
    "ACCELERATE_USE_CPU": "true",
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        folder = Path(name)
        model = _model(folder / "model")
        for kind in ("dpo", "reward"):
            _measure(kind, folder, model)


def _measure(kind: str, folder: Path, model: Path) -> None:
    data = _rows(kind, folder / f"{kind}-rows")
    took: dict[str, list[float]] = {"ours": [], "theirs": []}
    busy: dict[str, list[float]] = {"ours": [], "theirs": []}
    for number in range(ROUNDS):
        order = ("ours", "theirs") if number % 2 == 0 else ("theirs", "ours")
        for side in order:
            out = folder / f"{kind}-{side}-{number}"
            wall, processor = _timed((_ours if side == "ours" else _theirs)(kind, out, data, model), out)
            took[side].append(wall)
            busy[side].append(processor)
    ours, theirs = median(took["ours"]), median(took["theirs"])
    emit(
        f"{kind}_overhead_ratio",
        ours / theirs,
        "ratio",
        limit=LIMIT,
        ours_s=round(ours, 1),
        trl_s=round(theirs, 1),
        processor_time_ratio=round(median(busy["ours"]) / median(busy["theirs"]), 2),
        steps=STEPS,
        rounds=ROUNDS,
    )


def _model(folder: Path) -> Path:
    """A random Llama of eight million weights: steps that take about as long as everything around them."""
    import torch
    from transformers import AutoConfig, LlamaForCausalLM

    from trainer_bridge.ml import tiny_model

    tiny_model.build(folder)
    torch.manual_seed(0)
    config = AutoConfig.from_pretrained(folder)
    config.update({"hidden_size": 320, "intermediate_size": 1024, "num_hidden_layers": 6})
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def _rows(kind: str, folder: Path) -> Path:
    from trainer_bridge.ml.tiny_model import own_text

    folder.mkdir()
    texts = list(own_text())
    with (folder / "train.jsonl").open("w", encoding="utf-8") as file:
        for number in range(STEPS * BATCH):
            question, _, answer = texts[number % len(texts)].partition("? ")
            row: dict[str, Any] = {
                "prompt": [{"role": "user", "content": f"{question}?"}],
                "chosen": [{"role": "assistant", "content": f"{answer} " * 6 + str(number)}],
                "rejected": [{"role": "assistant", "content": f"{answer} " * 3 + f"No idea {number}."}],
            }
            if kind == "reward":
                row["margin"] = number % 3 / 3
            file.write(json.dumps(row) + "\n")
    return folder


def _ours(kind: str, out: Path, data: Path, model: Path) -> list[str]:
    out.mkdir()
    (out / "train.jsonl").write_bytes((data / "train.jsonl").read_bytes())
    columns = ["prompt", "chosen", "rejected", *(["margin"] if kind == "reward" else [])]
    config = {
        "kind": kind,
        "base_model": {"path": str(model)},
        "data": {"train": "train.jsonl"},
        "columns": columns,
        "batch_size": BATCH,
        "device": "cpu",
        **SHARED,
    }
    (out / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return [sys.executable, "-m", "trainer_bridge.ml.train", str(out)]


def _theirs(kind: str, out: Path, data: Path, model: Path) -> list[str]:
    out.mkdir()
    options = {
        **SHARED,
        "model_name_or_path": model,
        "dataset_name": data,
        "output_dir": out / "run",
        "per_device_train_batch_size": BATCH,
        "seed": 0,
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "report_to": "none",
        "use_peft": True,
        "lora_r": 8,
        "lora_alpha": 16,
        "lora_dropout": 0.0,
        "lora_target_modules": "all-linear",
        "lora_task_type": "CAUSAL_LM" if kind == "dpo" else "SEQ_CLS",
        "eval_strategy": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [str(Path(sys.executable).with_name("trl")), kind, *arguments]


def _timed(command: list[str], out: Path) -> tuple[float, float]:
    """Seconds from start to end, and of processor time; raises with the program's last words when it fails."""
    environment = {**os.environ, **ENVIRONMENT, "HF_DATASETS_CACHE": str(out / "cache")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with (out / "log").open("w", encoding="utf-8") as log:
        ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed: {(out / 'log').read_text()[-2000:]}")
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
