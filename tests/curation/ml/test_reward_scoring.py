"""Reward scoring with a small model: order, batching, truncation and failures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from curation.ml.prefix_scoring import SharedPrefix
from curation.ml.reward_scoring import (
    ResponseScore,
    RewardScorer,
    ScoringError,
    ScoringItem,
    ScoringOptions,
)
from curation.ml.token_rows import TokenRow

CPU = ScoringOptions(device="cpu")


def item(number: int, *responses: str, prompt: str = "How do I plan a garden?") -> ScoringItem:
    messages = [{"role": "user", "content": prompt}]
    return ScoringItem(f"record{number}", messages, [(f"r{at}", text) for at, text in enumerate(responses)])


def items(count: int = 12) -> list[ScoringItem]:
    return [
        item(number, "yes " * (1 + 7 * number % 23), f"no {number} " * (1 + number % 5), "Start with a small step.")
        for number in range(count)
    ]


def test_batched_scores_equal_scores_one_by_one(reward_model: Path) -> None:
    batched = list(RewardScorer(str(reward_model), options=CPU).score(items()))
    single = list(RewardScorer(str(reward_model), options=replace(CPU, token_budget=1)).score(items()))

    assert [(entry.record_id, entry.response_id) for entry in batched] == [
        (f"record{number}", f"r{at}") for number in range(12) for at in range(3)
    ]
    assert all(entry.state == "ok" and entry.reason is None for entry in batched)
    scores = [[entry.score for entry in result] for result in (batched, single)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)
    assert max(scores[0]) - min(scores[0]) > 0.1


def test_scores_equal_the_model_read_directly(reward_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(reward_model)
    model = AutoModelForSequenceClassification.from_pretrained(reward_model).eval()
    asked = item(1, "Start with a small step.")
    messages = [*asked.prompt, {"role": "assistant", "content": "Start with a small step."}]
    ids = tokenizer.apply_chat_template(messages, return_tensors="pt", return_dict=True)
    with torch.no_grad():
        expected = model(**ids).logits.item()

    (result,) = RewardScorer(str(reward_model), options=CPU).score([asked])

    assert result == ResponseScore("record1", "r0", pytest.approx(expected, abs=1e-5), "ok", None)


def test_scoring_twice_and_in_other_windows_gives_the_same(reward_model: Path) -> None:
    first = list(RewardScorer(str(reward_model), options=CPU).score(items()))
    again = list(RewardScorer(str(reward_model), options=CPU).score(items()))
    small = list(RewardScorer(str(reward_model), options=replace(CPU, window=5)).score(items()))

    assert first == again
    assert [entry.score for entry in small] == pytest.approx([entry.score for entry in first], abs=1e-4)


def test_reading_stays_one_window_ahead(reward_model: Path) -> None:
    taken = 0

    def endless() -> Iterator[ScoringItem]:
        nonlocal taken
        for number in itertools.count():
            taken += 1
            yield item(number, "yes", "no")

    scorer = RewardScorer(str(reward_model), options=replace(CPU, window=8))
    results = list(itertools.islice(scorer.score(endless()), 20))

    assert len(results) == 20
    assert taken == 12  # three windows of eight responses, two responses a record


def test_long_prompt_loses_its_start_and_says_so(reward_model: Path) -> None:
    scorer = RewardScorer(str(reward_model), options=replace(CPU, max_length=64))
    long, other_start, other_end = scorer.score(
        [
            item(1, "yes", prompt="apples " * 100 + "the end"),
            item(2, "yes", prompt="pears " * 5 + "apples " * 100 + "the end"),
            item(3, "yes", prompt="apples " * 100 + "a different end"),
        ]
    )

    assert (long.state, long.reason) == ("ok", "truncated")
    assert other_start.score == pytest.approx(long.score, abs=1e-5)
    assert other_end.score != pytest.approx(long.score, abs=1e-5)
    assert scorer.counts == {"ok": 3, "truncated": 3}


def test_failures_have_a_reason_and_no_score(reward_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = RewardScorer(str(reward_model), options=replace(CPU, max_length=64))
    broken = ScoringItem("record9", [{"role": "user"}], [("r0", "yes")])
    original = scorer._forward

    def with_nan(rows: list[TokenRow], shared: SharedPrefix | None = None) -> list[float]:
        return [
            float("nan") if len(row.ids) > 30 else score
            for row, score in zip(rows, original(rows, shared), strict=True)
        ]

    monkeypatch.setattr(scorer, "_forward", with_nan)
    results = list(scorer.score([item(1, "fine", "word " * 200, "word " * 12), broken]))

    assert [(entry.state, entry.reason, entry.score is None) for entry in results] == [
        ("ok", None, False),
        ("failed", "response_too_long", True),
        ("failed", "not_a_number", True),
        ("failed", "template", True),
    ]
    assert scorer.counts == {"ok": 1, "failed": 3, "response_too_long": 1, "not_a_number": 1, "template": 1}


def test_out_of_memory_falls_back_to_single_responses(reward_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = RewardScorer(str(reward_model), options=CPU)
    expected = [entry.score for entry in scorer.score(items(2))]
    original = scorer._forward

    def little_memory(rows: list[TokenRow], shared: SharedPrefix | None = None) -> list[float]:
        if len(rows) > 1 or len(rows[0].ids) > 60:
            raise torch.OutOfMemoryError("no")
        return original(rows, shared)

    monkeypatch.setattr(scorer, "_forward", little_memory)
    results = list(scorer.score([*items(2), item(3, "word " * 60)]))

    assert [entry.score for entry in results[:6]] == pytest.approx(expected, abs=1e-4)
    assert (results[6].state, results[6].reason) == ("failed", "out_of_memory")


def test_provenance_names_model_precision_and_limits(reward_model: Path) -> None:
    scorer = RewardScorer(str(reward_model), revision="v3", options=replace(CPU, precision="bfloat16"))

    provenance = scorer.provenance

    assert {key: provenance[key] for key in ("model", "revision", "precision", "max_length", "device")} == {
        "model": str(reward_model), "revision": "v3", "precision": "bfloat16", "max_length": 2048, "device": "cpu",
    }  # fmt: skip
    assert all(entry.state == "ok" for entry in scorer.score(items(2)))


def test_no_items_give_no_scores(reward_model: Path) -> None:
    assert list(RewardScorer(str(reward_model), options=CPU).score([])) == []


def test_a_model_with_several_outputs_is_read_at_the_one_asked_for(language_model: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    wide = AutoModelForSequenceClassification.from_pretrained(language_model, num_labels=2)
    wide.config.id2label, wide.config.label2id = {0: "facts", 1: "tone"}, {"facts": 0, "tone": 1}
    wide.config.reward_heads = "aspects"
    wide.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(language_model).save_pretrained(tmp_path)

    facts, tone = (RewardScorer(str(tmp_path), options=CPU, head=head) for head in ("facts", "tone"))

    first, second = ([entry.score for entry in scorer.score(items(2))] for scorer in (facts, tone))
    assert all(one != other for one, other in zip(first, second, strict=True))
    assert facts.provenance["head"] == "facts"
    for head, sentence in (
        (None, r"gives 2 numbers per response; choose one of its heads facts, tone\."),
        ("style", r"has no head 'style'; it has facts, tone\."),
    ):
        with pytest.raises(ScoringError, match=sentence):
            RewardScorer(str(tmp_path), options=CPU, head=head)


def test_models_that_cannot_score_are_refused(language_model: Path, reward_model: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for file in reward_model.iterdir():
        if file.name != "chat_template.jinja":
            (bare / file.name).write_bytes(file.read_bytes())
    wide = tmp_path / "wide"
    AutoModelForSequenceClassification.from_pretrained(language_model, num_labels=3).save_pretrained(wide)
    AutoTokenizer.from_pretrained(language_model).save_pretrained(wide)

    for model, sentence in (
        (str(language_model), "is not a reward model"),
        (str(wide), "gives 3 numbers per response"),
        (str(bare), "has no chat template"),
        (str(tmp_path / "gone"), "does not exist"),
        ("someone/some-model", "is not on this machine"),
        ("not a name", "is neither a folder nor a Hub id"),
    ):
        with pytest.raises(ScoringError, match=sentence):
            RewardScorer(model, options=CPU)
