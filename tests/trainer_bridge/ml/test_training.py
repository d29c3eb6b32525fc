"""Real training of a tiny model: what a finished run leaves, and what a stopped one can be made to leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

from tests.trainer_bridge.ml.conftest import metric_lines, pair, status, turn, write_rows
from trainer_bridge.ml import train
from trainer_bridge.ml.run_folder import COMPLETE_MARK

Make = Callable[..., Path]

PAIR_NAMES = {
    "loss", "chosen_reward", "rejected_reward", "reward_margin", "accuracy", "chosen_length", "rejected_length",
}  # fmt: skip
NAMES = {"dpo": PAIR_NAMES | {"kl", "token_accuracy"}, "reward": PAIR_NAMES}
PACE = {"learning_rate", "grad_norm", "tokens", "tokens_per_s", "memory_bytes", "step_s"}


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model" / "model.safetensors")


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("kind", ["dpo", "reward"])
def test_run_finishes_with_normalised_metrics_and_learns(run_folder: Make, kind: str) -> None:
    folder = run_folder(
        kind, max_steps=6, learning_rate=1e-2, eval_steps=4, data={"train": "train.jsonl", "eval": "e.jsonl"}
    )
    write_rows(folder / "e.jsonl", [pair(number) for number in range(20, 24)])

    code = train.run(folder, resume=False)

    assert code == 0
    written = status(folder)
    assert (written["state"], written["step"], written["max_steps"], written["error"]) == ("finished", 6, 6, None)
    counts = {"given": 12, "used": 12, "dropped": 0, "truncated": 0, "reason": None}
    assert written["rows"] == {"train": counts, "eval": counts | {"given": 4, "used": 4}}
    lines = metric_lines(folder)
    trained = [line for line in lines if "loss" in line["values"]]
    evaluated = [line for line in lines if "eval_loss" in line["values"]]
    assert [line["step"] for line in trained] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in evaluated] == [4, 6]
    assert all(set(line["values"]) == NAMES[kind] | PACE for line in trained[1:])
    assert set(trained[0]["values"]) == NAMES[kind] | PACE - {"tokens_per_s"}
    assert all(set(line["values"]) == {f"eval_{name}" for name in NAMES[kind] | {"runtime_s"}} for line in evaluated)
    for line in trained:
        values = line["values"]
        assert values["chosen_reward"] - values["rejected_reward"] == pytest.approx(values["reward_margin"], abs=1e-5)
    assert trained[-1]["values"]["loss"] < trained[0]["values"]["loss"]
    assert trained[-1]["values"]["reward_margin"] > 0.1


@pytest.mark.parametrize("kind", ["dpo", "reward"])
def test_summary_says_what_was_trained(run_folder: Make, kind: str) -> None:
    folder = run_folder(kind, rows=[pair(number, pair_id=number) for number in range(8)], max_steps=2, seed=7)

    train.run(folder, resume=False)

    read = json.loads((folder / "summary.json").read_text())
    assert (read["kind"], read["steps"], read["seed"]) == (kind, 2, 7)
    assert read["columns"] == ["prompt", "chosen", "rejected"]
    assert read["columns_ignored"] == ["pair_id"]
    assert len(read["data_sha256"]["train"]) == 64
    assert read["versions"]["trl"] == "1.16.0"
    assert read["chat_template"] == "from the base model"
    assert read["model_size_bytes"] > 1_000_000
    assert read["metrics"]["loss"] > 0


def test_merged_language_model_equals_base_with_adapter(run_folder: Make, tiny: Path) -> None:
    folder = run_folder("dpo", learning_rate=1e-2)

    train.run(folder, resume=False)

    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    assert tokenizer.chat_template
    ids = tokenizer.apply_chat_template([turn("user", "hello there")], return_tensors="pt", return_dict=True)
    merged = AutoModelForCausalLM.from_pretrained(folder / "model").eval()
    base = AutoModelForCausalLM.from_pretrained(tiny).eval()
    adapted = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny), folder / "adapter").eval()
    with torch.no_grad():
        assert torch.allclose(merged(**ids).logits, adapted(**ids).logits, atol=1e-4)
        assert not torch.allclose(merged(**ids).logits, base(**ids).logits, atol=1e-3)


@pytest.mark.parametrize("use_lora", [True, False])
def test_reward_model_loads_as_a_one_output_classifier(run_folder: Make, use_lora: bool) -> None:
    folder = run_folder("reward", use_lora=use_lora, max_steps=2)

    train.run(folder, resume=False)

    model = AutoModelForSequenceClassification.from_pretrained(folder / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    assert model.config.num_labels == 1
    assert model.config.pad_token_id == tokenizer.pad_token_id is not None
    assert (folder / "adapter").exists() is use_lora
    ids = tokenizer(["short", "a much longer text than that"], padding=True, return_tensors="pt")
    with torch.no_grad():
        assert model(**ids).logits.shape == (2, 1)


@pytest.mark.parametrize(
    ("kind", "settings"), [("dpo", {}), ("dpo", {"use_lora": False, "max_steps": 6}), ("reward", {"batch_size": 3})]
)
def test_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    run_folder: Make, monkeypatch: pytest.MonkeyPatch, kind: str, settings: dict[str, int]
) -> None:
    rows = [pair(number) for number in range(5)]
    whole = run_folder(kind, rows, name="whole", **{"max_steps": 4, **settings})
    stopped = run_folder(kind, rows, name="stopped", **{"max_steps": 4, **settings})
    assert train.run(whole, resume=False) == 0

    stop_at(monkeypatch, 3)
    assert train.run(stopped, resume=False) == 143
    assert (status(stopped)["state"], status(stopped)["step"]) == ("cancelled", 3)
    assert not (stopped / "model").exists()
    monkeypatch.undo()
    assert train.run(stopped, resume=True) == 0

    assert status(stopped)["resumed_from"] == 3
    assert same(weights(whole), weights(stopped))
    losses = [[line["values"]["loss"] for line in metric_lines(folder)] for folder in (whole, stopped)]
    assert losses[0] == losses[1]


def stop_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Send this process SIGTERM in the middle of a step, as an orchestrator would."""
    from trainer_bridge.ml.callbacks import RunReporter

    original = RunReporter.on_step_begin

    def on_step_begin(self: RunReporter, args: object, state: object, control: object, **kwargs: object) -> None:
        original(self, args, state, control, **kwargs)
        if state.global_step + 1 == step:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(RunReporter, "on_step_begin", on_step_begin)


def test_sigterm_ends_the_process_with_a_checkpoint_to_resume_from(run_folder: Make) -> None:
    folder = run_folder("reward", max_steps=100_000, save_steps=50_000, logging_steps=5)
    process = subprocess.Popen([sys.executable, "-m", "trainer_bridge.ml.train", str(folder)])
    try:
        deadline = time.monotonic() + 120
        while not (folder / "metrics.jsonl").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=60)
    finally:
        process.kill()

    assert code == 143
    written = status(folder)
    assert written["state"] == "cancelled"
    checkpoint = folder / "checkpoints" / f"checkpoint-{written['step']}"
    assert written["step"] > 0
    assert (checkpoint / COMPLETE_MARK).exists()
    assert not (folder / "model").exists()


def test_sigterm_before_training_cancels_at_once(run_folder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_folder()
    monkeypatch.setattr(train, "_source", lambda *_: os.kill(os.getpid(), signal.SIGTERM))

    assert train.run(folder, resume=False) == 143

    assert (status(folder)["state"], status(folder)["step"]) == ("cancelled", 0)


@pytest.mark.parametrize(("kind", "use_lora"), [("dpo", True), ("reward", True), ("dpo", False)])
def test_killed_between_last_checkpoint_and_model_finishes_on_resume(
    run_folder: Make, monkeypatch: pytest.MonkeyPatch, kind: str, use_lora: bool
) -> None:
    from trainer_bridge.ml import finishing

    whole = run_folder(kind, name="whole", use_lora=use_lora, max_steps=3)
    train.run(whole, resume=False)
    folder = run_folder(kind, name="killed", use_lora=use_lora, max_steps=3)

    def die(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(finishing, "save_model", die)
    assert train.run(folder, resume=False) == 1
    assert status(folder)["error"] == "Training broke with RuntimeError: disk full"
    monkeypatch.undo()

    assert train.run(folder, resume=True) == 0

    assert same(weights(whole), weights(folder))
    assert [line["step"] for line in metric_lines(folder)] == [1, 2, 3]
    assert json.loads((folder / "summary.json").read_text())["steps"] == 3


def test_cut_short_checkpoint_is_not_used(run_folder: Make) -> None:
    folder = run_folder()
    train.run(folder, resume=False)
    whole = weights(folder)
    (folder / "checkpoints" / "checkpoint-4" / COMPLETE_MARK).unlink()
    (folder / "checkpoints" / "checkpoint-4" / "optimizer.pt").write_bytes(b"half")
    (folder / "status.json").unlink()

    assert train.run(folder, resume=True) == 0

    assert status(folder)["resumed_from"] == 2
    assert same(whole, weights(folder))


def test_resuming_a_finished_run_changes_nothing(run_folder: Make) -> None:
    folder = run_folder(max_steps=2)
    train.run(folder, resume=False)
    before = (folder / "status.json").read_text()

    assert train.run(folder, resume=True) == 0

    assert (folder / "status.json").read_text() == before
