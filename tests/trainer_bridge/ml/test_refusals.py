"""What cannot be trained is refused with one sentence, and rows that a trainer would lose quietly are counted."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoTokenizer

from tests.trainer_bridge.ml.conftest import pair, status, turn, write_rows
from trainer_bridge.ml import train
from trainer_bridge.ml.config import parse_config
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.methods.reward import WatchedRewardTrainer
from trainer_bridge.ml.run_folder import RunFolder

Make = Callable[..., Path]


def long_pair(number: int) -> dict[str, Any]:
    return pair(number, chosen=[turn("assistant", "word " * 300)])


def long_prompt(number: int) -> dict[str, Any]:
    return pair(number, prompt=[turn("user", "word " * 300)])


def test_reward_counts_the_rows_the_trainer_drops(run_folder: Make) -> None:
    folder = run_folder("reward", [pair(1), long_pair(2), pair(3), pair(4), long_prompt(5)], max_steps=1)

    assert train.run(folder, resume=False) == 0

    assert status(folder)["rows"]["train"] == {
        "given": 5, "used": 3, "dropped": 2, "truncated": 0, "reason": "too_long",
    }  # fmt: skip


def test_dpo_counts_truncated_and_dropped_rows(run_folder: Make) -> None:
    folder = run_folder("dpo", [pair(1), long_pair(2), pair(3), pair(4), long_prompt(5)], max_steps=1)

    assert train.run(folder, resume=False) == 0

    assert status(folder)["rows"]["train"] == {
        "given": 5, "used": 4, "dropped": 1, "truncated": 1, "reason": "prompt_too_long",
    }  # fmt: skip


def test_margin_changes_what_a_reward_model_learns(run_folder: Make) -> None:
    plain = run_folder("reward", [pair(number) for number in range(4)], name="plain", max_steps=1)
    rows = [pair(number, margin=2) for number in range(4)]
    margined = run_folder(
        "reward", rows, name="margined", max_steps=1, columns=["chosen", "rejected", "prompt", "margin"]
    )

    losses = []
    for folder in (plain, margined):
        assert train.run(folder, resume=False) == 0
        losses.append(json.loads((folder / "summary.json").read_text())["metrics"]["loss"])

    assert losses[1] > losses[0] + 1


def test_parquet_and_gzip_rows_train(run_folder: Make) -> None:
    import pyarrow
    import pyarrow.parquet

    rows = [pair(number) for number in range(4)]
    parquet = run_folder("reward", name="parquet", max_steps=1, data={"train": "rows.parquet"})
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), parquet / "rows.parquet")
    packed = run_folder("reward", name="packed", max_steps=1, data={"train": "rows.jsonl.gz"})
    with gzip.open(packed / "rows.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)

    for folder in (parquet, packed):
        assert train.run(folder, resume=False) == 0
        assert status(folder)["rows"]["train"]["used"] == 4


@pytest.mark.parametrize(
    ("rows", "settings", "sentence"),
    [
        ([], {}, "train.jsonl has no rows, so there is nothing to train on."),
        (
            [{**pair(1), "chosen": "plain text"}],
            {},
            "train.jsonl row 1: chosen must be a list of messages with role and content.",
        ),
        (
            [pair(1), {**pair(2), "prompt": [{"role": "user"}]}],
            {},
            "train.jsonl row 2: every message in prompt needs a text role and a text content.",
        ),
        ([{"chosen": [], "rejected": []}], {}, "train.jsonl has no column 'prompt', which the dpo trainer needs."),
        (
            [pair(1, margin=1.0)],
            {"columns": ["prompt", "chosen", "rejected", "margin"]},
            (
                "The dpo trainer does not use the column 'margin', so its effect would be lost silently; "
                "it uses prompt, chosen, rejected, weight."
            ),
        ),
        (
            [pair(1, margin=1.0), pair(2, margin=None)],
            {"kind": "reward"},
            "train.jsonl row 2: margin must be a number on every row, not None.",
        ),
        (
            [pair(1)],
            {"kind": "reward", "columns": ["prompt", "chosen", "rejected", "margin"]},
            "train.jsonl has no column 'margin', which the reward trainer needs.",
        ),
        (
            [long_pair(1), long_pair(2)],
            {"kind": "reward"},
            (
                "None of the 2 train rows can be used: each has a text longer than max_length (128 tokens); "
                "raise max_length or filter the snapshot."
            ),
        ),
        (
            [long_prompt(1)],
            {},
            (
                "None of the 1 train rows can be used: each has a prompt that fills max_length (128 tokens); "
                "raise max_length or filter the snapshot."
            ),
        ),
        ([pair(1)], {"data": {"train": "gone.jsonl"}}, "gone.jsonl does not exist."),
        ([pair(1)], {"base_model": {"path": "/nowhere/model"}}, "The base model folder /nowhere/model does not exist."),
        (
            [pair(1)],
            {"base_model": {"hub_id": "someone/some-model"}},
            (
                "The Hub model someone/some-model is not on this machine and this machine is set to offline; "
                "choose another base model or go online."
            ),
        ),
        ([pair(1)], {"lora_target_modules": ["nothing_here"]}, "The base model has no layers named 'nothing_here'"),
        (
            [pair(1)],
            {"quantize": "4bit"},
            "quantize 4bit needs a GPU that torch can use, and this run has none; set quantize to none.",
        ),
        (
            [pair(1)],
            {"report_to": "trackio"},
            (
                "report_to trackio needs the package trackio, which is not installed where this run trains; "
                "install it there, or set report_to to none."
            ),
        ),
        ([pair(1)], {"early_stopping_patience": 2}, "Early stopping watches held-out accuracy, and this run has no"),
        ([pair(1)], {"sample_prompts": 2}, "sample_prompts shows held-out prompts, and this run has no test rows;"),
        (
            [pair(1)],
            {"curriculum": "margin_ascending"},
            "The curriculum margin_ascending sorts by the column 'margin', which train.jsonl lacks.",
        ),
        ([pair(1, offset=-1)], {"loss_type": "odpo"}, "train.jsonl row 1: offset must be a number of at least 0, not"),
        (
            [pair(1, reward_gap=1.5)],
            {"loss_type": "mappo"},
            "train.jsonl row 1: reward_gap must be a number from 0 to 1, not 1.5.",
        ),
        ([pair(1)], {"device": "cuda"}, "The run asks for a GPU, but this machine has none that torch can use"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    run_folder: Make, rows: list[dict[str, Any]], settings: dict[str, Any], sentence: str
) -> None:
    if settings.get("device") == "cuda" and torch.cuda.is_available():
        settings, sentence = {"base_model": {"path": "/nowhere"}}, "The base model folder /nowhere does not exist."
    folder = run_folder(rows=rows, **settings)

    code = train.run(folder, resume=False)

    written = status(folder)
    assert code == 2
    assert written["state"] == "failed"
    assert sentence in written["error"]
    assert not (folder / "model").exists()
    assert not (folder / "metrics.jsonl").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "ppo"}, "kind must be one of dpo, kto, cpo, orpo, tpo, sft, reward, not 'ppo'."),
        ({"max_step": 3}, "max_step: There is no such setting; known are loss_type, max_steps, "),
        ({"max_steps": "many"}, "max_steps: Give a whole number, not 'many'."),
        ({"max_steps": 0}, "max_steps: Give a number from 1 to 100000, not 0."),
        ({"max_steps": 2, "epochs": 1}, "epochs: Give epochs or max_steps, not both."),
        ({"learning_rate": "fast"}, "learning_rate: Give a number, not 'fast'."),
        ({"loss_type": "best"}, "loss_type: 'best' is no loss of a dpo run; choose one of sigmoid, cdpo, "),
        (
            {"label_smoothing": 0.1},
            "label_smoothing: The loss sigmoid does not use this setting; leave it out, or choose one of cdpo, ",
        ),
        ({"kind": "reward", "beta": 0.2}, "beta: A reward run does not use this setting; leave it out."),
        (
            {"loss_type": "exo_pair", "label_smoothing": 0},
            "label_smoothing: The loss exo_pair needs a number above 0, for example 0.001.",
        ),
        ({"loss_type": "beta_dpo", "batch_size": 1}, "batch_size: The loss beta_dpo compares the pairs of a batch"),
        ({"loss_type": "mappo", "f_divergence": "forward_kl"}, "f_divergence: The loss mappo does not use this"),
        ({"quantize": "4bit", "use_lora": False}, "quantize: Weights held in 4 bits cannot be trained themselves"),
        ({"members": 3, "member": 4}, "member: Give a number from 1 to members (3), not 4."),
        (
            {"loss_type": "aot", "columns": ["prompt", "chosen", "rejected", "weight"]},
            "The dpo (aot) trainer does not use the column 'weight', so its effect would be lost silently; ",
        ),
        (
            {"loss_type": "odpo", "columns": ["prompt", "chosen", "rejected"]},
            "The dpo (odpo) trainer needs the column 'offset', which the export does not promise.",
        ),
        ({"base_model": {}}, "config.yaml lacks 'base_model'."),
        ({"base_model": {"path": "a", "hub_id": "b/c"}}, "base_model must name exactly one of path and hub_id."),
        ({"columns": ["chosen"]}, "The dpo trainer needs the column 'prompt', which the export does not promise."),
    ],
)
def test_bad_configuration_is_refused(change: dict[str, Any], sentence: str) -> None:
    good = {"kind": "dpo", "base_model": {"path": "a"}, "data": {"train": "t.jsonl"}}
    assert parse_config({**good, "learning_rate": "1e-5"}).learning_rate == 1e-5

    with pytest.raises(RefusedError) as refused:
        parse_config({**good, **change})

    assert sentence in str(refused.value)


def test_loss_that_is_not_a_number_fails_the_run(run_folder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_folder("reward", max_steps=4)
    original = WatchedRewardTrainer.compute_loss

    def broken(self: Any, *args: Any, **kwargs: Any) -> Any:
        loss = original(self, *args, **kwargs)
        return loss * float("nan") if self.state.global_step == 2 else loss

    monkeypatch.setattr(WatchedRewardTrainer, "compute_loss", broken)

    assert train.run(folder, resume=False) == 1

    assert status(folder)["error"] == (
        "The loss was not a number at step 3; lower the learning rate, "
        "or check the data for rows that are not what they should be."
    )
    assert status(folder)["step"] == 2
    assert not (folder / "model").exists()


def test_out_of_memory_is_one_sentence(run_folder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_folder("reward")

    def full(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(WatchedRewardTrainer, "compute_loss", full)

    assert train.run(folder, resume=False) == 1

    assert status(folder)["error"].startswith("The machine ran out of memory; lower batch_size (now 2)")


def test_tokenizer_without_a_chat_template_gets_the_default_one(run_folder: Make, tiny: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in tiny.iterdir():
        if file.name != "chat_template.jinja":
            (bare / file.name).write_bytes(file.read_bytes())
    folder = run_folder("dpo", base_model={"path": str(bare)}, max_steps=1)

    assert train.run(folder, resume=False) == 0

    assert json.loads((folder / "summary.json").read_text())["chat_template"] == "supplied by default"
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    prompt = tokenizer.apply_chat_template([turn("user", "hi")], tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template([turn("user", "hi"), turn("assistant", "yes")], tokenize=False)
    assert whole.startswith(prompt)


def test_reward_model_is_refused_as_base_of_dpo(run_folder: Make) -> None:
    reward = run_folder("reward", name="reward", max_steps=1)
    train.run(reward, resume=False)
    folder = run_folder("dpo", base_model={"path": str(reward / "model")})

    assert train.run(folder, resume=False) == 2

    assert "is a reward model; DPO needs a language model" in status(folder)["error"]


def test_resume_is_refused_when_the_data_changed(run_folder: Make) -> None:
    folder = run_folder()
    train.run(folder, resume=False)
    (folder / "status.json").unlink()
    write_rows(folder / "train.jsonl", [pair(number) for number in range(3)])

    assert train.run(folder, resume=True) == 2

    assert status(folder)["error"] == (
        "This run cannot be resumed: data_sha256 changed since its checkpoint; start a new run."
    )


def test_starting_afresh_over_checkpoints_is_refused_and_touches_nothing(run_folder: Make) -> None:
    folder = run_folder(max_steps=2)
    train.run(folder, resume=False)
    before = (folder / "status.json").read_text()

    assert train.run(folder, resume=False) == 2

    assert (folder / "status.json").read_text() == before


def test_second_process_in_a_run_folder_is_turned_away(run_folder: Make) -> None:
    folder = run_folder()

    with RunFolder(folder).locked():
        assert train.run(folder, resume=False) == 75

    assert not (folder / "status.json").exists()


def test_missing_configuration_is_refused(tmp_path: Path) -> None:
    assert train.run(tmp_path, resume=False) == 2
    assert "The run folder has no config.yaml" in status(tmp_path)["error"]
    assert train.run(tmp_path / "gone", resume=False) == 2


def test_unreadable_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("kind: [dpo", encoding="utf-8")

    assert train.run(tmp_path, resume=False) == 2

    assert "config.yaml is not readable as YAML" in status(tmp_path)["error"]
