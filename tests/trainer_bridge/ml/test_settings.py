"""Settings that change how a run goes: when it stops, what it shows, in which order it reads, and what it says."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from tests.trainer_bridge.ml.conftest import metric_lines, pair, status, write_rows
from tests.trainer_bridge.ml.test_training import same, weights
from trainer_bridge.ml import finishing, train
from trainer_bridge.ml.config import RunConfig, parse_config
from trainer_bridge.ml.data import train_dataset
from trainer_bridge.ml.failing import sentence_of
from trainer_bridge.ml.methods.reward import WatchedRewardTrainer
from trainer_bridge.ml.run_folder import RunFolder

Make = Callable[..., Path]


def sample_lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "samples.jsonl").read_text().splitlines()]


def config_of(**settings: Any) -> RunConfig:
    return parse_config({"kind": "dpo", "base_model": {"path": "m"}, "data": {"train": "train.jsonl"}, **settings})


def test_early_stopping_keeps_the_best_checkpoint_and_samples_follow(run_folder: Make) -> None:
    # The held-out pairs are the training pairs the wrong way round: what is learned makes them worse.
    folder = run_folder(
        max_steps=6, eval_steps=1, early_stopping_patience=2, sample_prompts=1, learning_rate=1e-2, max_length=64,
        data={"train": "train.jsonl", "eval": "eval.jsonl"},
    )  # fmt: skip
    turned = [pair(number) for number in range(2)]
    write_rows(folder / "eval.jsonl", [{**row, "chosen": row["rejected"], "rejected": row["chosen"]} for row in turned])

    assert train.run(folder, resume=False) == 0

    assert (status(folder)["state"], status(folder)["step"]) == ("finished", 3)
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["steps"], summary["best_step"]) == (3, 1)
    assert [line["step"] for line in metric_lines(folder) if "eval_accuracy" in line["values"]] == [1, 2, 3]
    samples = sample_lines(folder)
    # The last one is of the model that is kept: what it said after its own step.
    assert [line["step"] for line in samples] == [0, 1, 2, 3, 3]
    assert samples[-1]["samples"] == samples[1]["samples"]
    assert samples[0]["samples"][0]["prompt"] == "How do I plan garden number 0?"
    assert (folder / "checkpoints" / "checkpoint-1").exists()

    # Killed before the model was written, it ends the same and trains no further.
    whole = weights(folder)
    (folder / "status.json").unlink()
    assert train.run(folder, resume=True) == 0
    assert (status(folder)["step"], status(folder)["resumed_from"]) == (3, 3)
    assert same(whole, weights(folder))


def test_reward_run_of_an_epoch_scores_pairs_and_merges_what_it_trained(run_folder: Make) -> None:
    folder = run_folder(
        "reward", [pair(number) for number in range(5)], max_steps=None, epochs=1, sample_prompts=2, max_length=64,
        save_steps=100, data={"train": "train.jsonl", "eval": "eval.jsonl"}, warmup_ratio=0.5, lr_scheduler="cosine",
        weight_decay=0.1, gradient_checkpointing="true", precision="bf16",
    )  # fmt: skip
    write_rows(folder / "eval.jsonl", [pair(number) for number in range(3)])

    assert train.run(folder, resume=False) == 0

    written = status(folder)
    assert (written["step"], written["max_steps"]) == (3, 3)
    assert [line["step"] for line in sample_lines(folder)] == [0, 3]
    assert all(sample["scores"].keys() == {"chosen", "rejected"} for sample in sample_lines(folder)[1]["samples"])
    rates = [line["values"]["learning_rate"] for line in metric_lines(folder) if "loss" in line["values"]]
    assert rates == pytest.approx([0, 5e-4, 1e-3])
    assert json.loads((folder / "summary.json").read_text())["precision"] == "bf16"
    # Weights held in 4 bits are merged by way of a base loaded again; the same way gives this run's model.
    config = parse_config({**_read_config(folder), "precision": "fp32"})
    trained = type("Trained", (), {"config": type("Config", (), {"num_labels": 1})})
    again = finishing._plain_base(config, RunFolder(folder), trained).merge_and_unload()
    assert torch.allclose(again.score.weight, weights(folder)["score.weight"], atol=1e-6)


def _read_config(folder: Path) -> dict[str, Any]:
    import yaml

    return dict(yaml.safe_load((folder / "config.yaml").read_text()))


@pytest.mark.parametrize(
    ("curriculum", "order"),
    [
        ("as_exported", [0, 1, 2, 3, 4]),
        ("margin_ascending", [1, 3, 0, 2, 4]),
        ("margin_descending", [4, 0, 2, 1, 3]),
    ],
)
def test_curriculum_orders_rows_by_a_margin_that_is_not_trained_on(
    tmp_path: Path, curriculum: str, order: list[int]
) -> None:
    write_rows(tmp_path / "train.jsonl", [pair(at, margin=[1, 0, 1, 0, 2][at]) for at in range(5)])

    rows: Dataset = train_dataset(
        tmp_path / "train.jsonl",
        config_of(curriculum=curriculum),
        ("prompt", "chosen", "rejected"),
        RunFolder(tmp_path),
    )

    assert rows.column_names == ["prompt", "chosen", "rejected"]
    assert [row["prompt"][0]["content"] for row in rows] == [f"How do I plan garden number {at}?" for at in order]


_KILLED = """
import os, signal, sys
from trainer_bridge.ml import train
from trainer_bridge.ml.callbacks import RunReporter
original = RunReporter.on_step_begin
def on_step_begin(self, args, state, control, **kwargs):
    original(self, args, state, control, **kwargs)
    if state.global_step == 3:
        os.kill(os.getpid(), signal.SIGKILL)
RunReporter.on_step_begin = on_step_begin
train.main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("dpo", {"loss_type": "beta_dpo", "batch_size": 3}), ("reward", {"curriculum": "as_exported"})],
)
def test_killed_run_goes_on_to_the_weights_of_an_uninterrupted_one(
    run_folder: Make, kind: str, settings: dict[str, Any]
) -> None:
    rows = [pair(number) for number in range(7)]
    whole, killed = (run_folder(kind, rows, name=name, max_length=64, **settings) for name in ("whole", "killed"))
    assert train.run(whole, resume=False) == 0
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(killed)], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    assert status(killed)["state"] == "training"

    assert train.run(killed, resume=True) == 0

    assert status(killed)["resumed_from"] == 2
    assert same(weights(whole), weights(killed))
    losses = [[line["values"]["loss"] for line in metric_lines(folder)] for folder in (whole, killed)]
    assert losses[0] == losses[1]


def test_full_disk_is_one_sentence_and_leaves_no_half_checkpoint(
    run_folder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_folder("reward", max_length=64)
    original = WatchedRewardTrainer._save_checkpoint

    def full(self: Any, model: Any, trial: Any) -> None:
        if self.state.global_step < 4:
            return original(self, model, trial)
        half = Path(self.args.output_dir) / "checkpoint-4"
        half.mkdir()
        (half / "model.safetensors").write_bytes(b"half")
        # What the library makes of an error of the system.
        raise RuntimeError("PytorchStreamWriter failed writing file data/3") from OSError(
            errno.ENOSPC, os.strerror(errno.ENOSPC)
        )

    monkeypatch.setattr(WatchedRewardTrainer, "_save_checkpoint", full)

    assert train.run(folder, resume=False) == 1

    said = status(folder)["error"]
    assert said.startswith("The disk that holds the run folder is full (")
    assert said.endswith("make room and resume the run: training goes on after step 2.")
    assert [entry.name for entry in (folder / "checkpoints").iterdir() if entry.is_dir()] == ["checkpoint-2"]
    assert not (folder / "model").exists()
    monkeypatch.undo()
    assert train.run(folder, resume=True) == 0


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        (
            {"batch_size": 4, "max_length": 512, "device": "cpu"},
            (
                "lower batch_size (now 4) and raise gradient_accumulation instead, set gradient_checkpointing to "
                "true, lower max_length (now 512), or "
            ),
        ),
        ({"batch_size": 1, "max_length": 512}, "lower max_length (now 512), set quantize to 4bit, or "),
        (
            {"batch_size": 1, "use_lora": False, "gradient_checkpointing": "false"},
            "set gradient_checkpointing to true, lower max_length (now 256), train with LoRA, or ",
        ),
        ({"batch_size": 1, "quantize": "4bit"}, "lower max_length (now 256), or "),
    ],
)
def test_lack_of_memory_says_what_to_lower_first(tmp_path: Path, settings: dict[str, Any], advice: str) -> None:
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    said = sentence_of(error, RunFolder(tmp_path), config_of(**settings))

    assert said == f"The machine ran out of memory; {advice}choose a smaller base model."


def test_only_the_first_of_several_processes_writes(tmp_path: Path) -> None:
    second = RunFolder(tmp_path, writes=False)

    with RunFolder(tmp_path).locked(), second.locked():
        second.update_status(state="training")
        second.append_metrics(1, {"loss": 1.0})
        second.append_samples(1, [])
        second.keep_inputs({}, resuming=False)

    assert [entry.name for entry in tmp_path.iterdir()] == [".lock"]


@pytest.mark.slow
def test_two_processes_train_one_model(run_folder: Make) -> None:
    """As torchrun starts them; the model is that of one process with twice the batch."""
    rows = [pair(number) for number in range(8)]
    settings = {"max_steps": 2, "save_steps": 1, "max_length": 64, "lora_dropout": 0.0, "curriculum": "as_exported"}
    alone = run_folder(rows=rows, name="alone", batch_size=4, **settings)
    together = run_folder(rows=rows, name="together", batch_size=2, **settings)
    assert train.run(alone, resume=False) == 0

    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "trainer_bridge.ml.train"]
    ended = subprocess.run([sys.executable, *command, str(together)], check=False, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr[-3000:]
    assert (status(together)["state"], status(together)["step"]) == ("finished", 2)
    assert [line["step"] for line in metric_lines(together)] == [1, 2]
    assert metric_lines(together)[0]["values"]["tokens"] == metric_lines(alone)[0]["values"]["tokens"]
    one, two = weights(alone), weights(together)
    assert all(torch.allclose(one[name], two[name], atol=1e-4) for name in one)
