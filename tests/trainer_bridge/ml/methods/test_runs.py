"""Every method from a run folder to a model that loads: it learns one batch, stops, resumes, and is of its kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoModelForTokenClassification, AutoTokenizer

from curation.ml.reward_scoring import RewardScorer, ScoringError, ScoringItem, ScoringOptions
from tests.trainer_bridge.ml.conftest import metric_lines, pair, status, turn, write_rows
from tests.trainer_bridge.ml.methods.conftest import Row, single
from tests.trainer_bridge.ml.test_training import same, stop_at, weights
from trainer_bridge.domain.model_kind import check_model_kind, heads_of
from trainer_bridge.ml import train

Make = Callable[..., Path]

REFERENCE = [turn("assistant", "Plan it on paper first.")]
SINGLES = [single(number, label=number % 2 == 0) for number in range(4)]
MARKED = [
    {
        "prompt": row["prompt"],
        "completion": row["completion"],
        "marks": [{"start": 0, "end": 5, "category": "wrong"}] if row["label"] else [],
    }
    for row in SINGLES
]
TEXTS = [{"prompt": row["prompt"], "completion": row["completion"]} for row in SINGLES]
ASPECTS = [pair(number, aspect=("facts", "tone")[number % 2]) for number in range(4)]
TIES = [pair(at, tie=at == 0) for at in range(4)]
METHODS: dict[str, tuple[str, list[Row], Row]] = {
    "davidson": ("reward", [pair(at, tie=at == 0) for at in range(4)], {"loss_type": "davidson"}),
    "davidson_full": (
        "reward",
        [pair(at, tie=at == 0) for at in range(4)],
        {"loss_type": "davidson", "use_lora": False},
    ),
    "soft_label": ("reward", [pair(at, soft_label=0.9, weight=1.5) for at in range(4)], {"loss_type": "soft_label"}),
    "aspects": ("reward", ASPECTS, {"loss_type": "aspect_heads"}),
    "spans": ("reward", MARKED, {"loss_type": "span_heads"}),
    "kto": ("kto", SINGLES, {"use_lora": False, "learning_rate": 1e-3}),
    "simpo": ("cpo", [pair(number) for number in range(4)], {}),
    "orpo": ("orpo", [pair(number) for number in range(4)], {"use_lora": False, "learning_rate": 1e-3}),
    "tpo": ("tpo", [pair(number, reference=REFERENCE) for number in range(4)], {}),
    "sft": ("sft", TEXTS, {}),
}


@pytest.fixture
def trained(run_folder: Make) -> Make:
    """A run folder of one of the methods, in which a batch is all rows."""

    def make(method: str, name: str = "run", **settings: Any) -> Path:
        kind, rows, own = METHODS[method]
        config = (
            {"batch_size": 4, "learning_rate": 1e-2, "lora_dropout": None, "max_steps": 4, "save_steps": 100}
            | own
            | settings
        )
        return run_folder(kind, rows, name=name, **config)

    return make


@pytest.mark.parametrize("method", [method for method in METHODS if method != "soft_label"])
def test_method_learns_a_batch_and_ends_the_same_when_it_was_stopped(
    trained: Make, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    whole, stopped = trained(method, "whole"), trained(method, "stopped")

    assert train.run(whole, resume=False) == 0
    stop_at(monkeypatch, 2)
    assert train.run(stopped, resume=False) == 143
    monkeypatch.undo()
    assert train.run(stopped, resume=True) == 0

    lines = [line["values"] for line in metric_lines(whole) if "loss" in line["values"]]
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert {"tokens", "grad_norm", "learning_rate", "step_s"} <= lines[0].keys()
    assert [line["values"]["loss"] for line in metric_lines(stopped)] == [line["loss"] for line in lines]
    assert metric_lines(stopped)[-1]["values"]["tokens"] == lines[-1]["tokens"]
    assert same(weights(whole), weights(stopped))
    assert status(whole)["rows"]["train"]["used"] == 4
    config = json.loads((whole / "model" / "config.json").read_text())
    check_model_kind(whole / "model", config, "reward" if METHODS[method][0] == "reward" else "policy", named="it")


def score(folder: Path, **options: Any) -> float:
    scorer = RewardScorer(str(folder / "model"), options=ScoringOptions(device="cpu"), **options)
    (result,) = scorer.score([ScoringItem("1", ASPECTS[0]["prompt"], [("a", ASPECTS[0]["chosen"][0]["content"])])])
    assert result.score is not None
    return result.score


def test_model_of_ties_is_a_plain_reward_model_that_says_nu(trained: Make) -> None:
    folder = trained("davidson", learning_rate=1e-1)

    train.run(folder, resume=False)

    config = json.loads((folder / "model" / "config.json").read_text())
    nus = [line["values"]["nu"] for line in metric_lines(folder)]
    assert nus[0] == pytest.approx(2 * 0.25 / 0.75, abs=1e-5)
    assert abs(nus[-1] - nus[0]) > 0.01
    assert config["davidson_nu"] > 0
    assert config["davidson_nu"] != pytest.approx(nus[0], abs=1e-3)
    assert {name.rpartition(".")[2] for name in weights(folder)} == {"weight"}
    assert -1000 < score(folder) < 1000


def test_heads_of_aspects_are_chosen_by_name(trained: Make) -> None:
    folder = trained("aspects", data={"train": "train.jsonl", "eval": "eval.jsonl"}, eval_steps=5)
    write_rows(folder / "eval.jsonl", ASPECTS[:1])

    train.run(folder, resume=False)

    assert heads_of(json.loads((folder / "model" / "config.json").read_text())) == ("facts", "tone")
    assert score(folder, head="facts") != score(folder, head="tone")
    evaluated = metric_lines(folder)[-1]["values"]
    assert evaluated["eval_accuracy"] == evaluated["eval_accuracy/facts"]
    assert "eval_accuracy/tone" not in evaluated
    # It can be trained further on the same aspects, and on no others.
    again = trained("aspects", "again", max_steps=1, learning_rate=1e-7, base_model={"path": str(folder / "model")})
    assert train.run(again, resume=False) == 0
    assert score(again, head="facts") == pytest.approx(score(folder, head="facts"), abs=0.01)
    for name, aspects, sentence in (
        ("fewer", ["facts"] * 4, "is a model of 2 outputs and this run trains 1"),
        ("others", ["facts", "style"] * 2, "outputs are facts, tone and this run's facts, style"),
    ):
        other = trained("aspects", name, max_steps=1, base_model={"path": str(folder / "model")})
        rows = [{**row, "aspect": aspect} for row, aspect in zip(ASPECTS, aspects, strict=True)]
        write_rows(other / "train.jsonl", rows)
        assert train.run(other, resume=False) == 2
        assert sentence in status(other)["error"]
    with pytest.raises(ScoringError, match=r"gives 2 numbers per response; choose one of its heads facts, tone\."):
        score(folder)
    with pytest.raises(ScoringError, match=r"has no head 'style'; it has facts, tone\."):
        score(folder, head="style")


def test_model_of_marks_finds_them_and_scores_nothing(trained: Make) -> None:
    folder = trained("spans", max_steps=20, use_lora=False, learning_rate=3e-3, logging_steps=20)

    train.run(folder, resume=False)

    model = AutoModelForTokenClassification.from_pretrained(folder / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(folder / "model")
    assert (model.config.id2label, model.config.num_labels) == ({0: "wrong"}, 1)
    ids = tokenizer.apply_chat_template(MARKED[0]["prompt"] + MARKED[0]["completion"], return_dict=True)["input_ids"]
    with torch.no_grad():
        found = model(torch.tensor([ids])).logits[0, :, 0] > 0
    response = len(
        tokenizer.apply_chat_template(MARKED[0]["prompt"], add_generation_prompt=True, return_dict=True)["input_ids"]
    )
    text = tokenizer.decode([token for token, yes in zip(ids[response:], found[response:], strict=True) if yes])
    assert text == "Start"
    with pytest.raises(ScoringError, match="finds faults in the words of a response; it gives no score for the whole"):
        score(folder)


def test_policy_of_a_method_loads_with_its_template(trained: Make) -> None:
    folder = trained("simpo", max_steps=1)

    train.run(folder, resume=False)

    assert AutoTokenizer.from_pretrained(folder / "model").chat_template
    assert AutoModelForCausalLM.from_pretrained(folder / "model").config.architectures == ["LlamaForCausalLM"]


def test_members_of_an_ensemble_draw_their_own_rows_and_say_so(trained: Make) -> None:
    folders = [trained("soft_label", f"member{at}", max_steps=1, members=2, member=at) for at in (1, 2)]

    for folder in folders:
        assert train.run(folder, resume=False) == 0

    summaries = [json.loads((folder / "summary.json").read_text()) for folder in folders]
    assert [summary["ensemble"]["member"] for summary in summaries] == [1, 2]
    assert summaries[0]["seed"] != summaries[1]["seed"]
    assert summaries[0]["ensemble"]["rows_sha256"] != summaries[1]["ensemble"]["rows_sha256"]
    assert all(1 <= summary["ensemble"]["rows_distinct"] <= 4 for summary in summaries)
    assert not same(weights(folders[0]), weights(folders[1]))
