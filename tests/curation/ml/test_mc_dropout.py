"""Monte-Carlo dropout: seeded passes, population deviation, and no false certainty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from statistics import fmean, pstdev

import pytest
import torch
from transformers import AutoTokenizer, GPT2Config, GPT2ForSequenceClassification

from curation.ml.mc_dropout import DropoutMargin, DropoutScore, DropoutScorer, dropout_margin
from curation.ml.reward_scoring import RewardScorer, ScoringError, ScoringItem, ScoringOptions

CPU = ScoringOptions(device="cpu", precision="float32")
ITEMS = [
    ScoringItem(
        f"record{number}", [{"role": "user", "content": "How do I cook rice?"}], [("a", "yes " * 9), ("b", "no")]
    )
    for number in range(3)
]


@pytest.fixture(scope="module")
def dropout_model(reward_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dropout")
    tokenizer = AutoTokenizer.from_pretrained(reward_model)
    torch.manual_seed(3)
    config = GPT2Config(
        n_embd=32, n_layer=2, n_head=2, n_positions=256, vocab_size=len(tokenizer), num_labels=1,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    GPT2ForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_passes_are_drawn_anew_and_summed_up(dropout_model: Path) -> None:
    results = list(DropoutScorer(str(dropout_model), passes=6, options=CPU).score(ITEMS))

    assert [(entry.record_id, entry.response_id) for entry in results] == [
        (f"record{number}", response) for number in range(3) for response in "ab"
    ]
    for entry in results:
        assert (entry.state, entry.reason, len(set(entry.samples))) == ("ok", None, 6)
        assert entry.mean == pytest.approx(fmean(entry.samples), abs=1e-12)
        assert entry.std == pytest.approx(pstdev(entry.samples), abs=1e-12)
    # The same text in another record is another draw.
    assert results[0].samples != results[2].samples


def test_a_seed_repeats_whatever_the_neighbours_are(dropout_model: Path) -> None:
    def run(items: list[ScoringItem], seed: int = 0, window: int = 256) -> dict[tuple[str, str], DropoutScore]:
        scorer = DropoutScorer(str(dropout_model), passes=4, seed=seed, options=replace(CPU, window=window))
        return {(entry.record_id, entry.response_id): entry for entry in scorer.score(items)}

    first = run(ITEMS)
    torch.manual_seed(99)
    before = torch.random.get_rng_state()
    again = run(ITEMS[::-1], window=1)

    assert first == again
    assert all(entry != first[name] for name, entry in run(ITEMS, seed=1).items())
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_model_without_dropout_is_refused_and_a_head_rate_helps(reward_model: Path) -> None:
    with pytest.raises(ScoringError, match="has no dropout"):
        DropoutScorer(str(reward_model), options=CPU)

    scorer = DropoutScorer(str(reward_model), passes=200, head_dropout=0.1, options=CPU)
    results = list(scorer.score(ITEMS[:1]))

    expected = [entry.score for entry in RewardScorer(str(reward_model), options=CPU).score(ITEMS[:1])]
    assert all(entry.std > 0.01 for entry in results)
    # Dropout before a linear head does not move its expectation.
    for entry, score in zip(results, expected, strict=True):
        assert abs(entry.mean - score) < 5 * entry.std / 200**0.5
    assert scorer.provenance["head_dropout"] == 0.1


def test_reading_leaves_the_model_without_dropout(dropout_model: Path) -> None:
    scorer = DropoutScorer(str(dropout_model), passes=2, options=CPU)
    list(scorer.score(ITEMS[:1]))

    assert not scorer._model.training


def test_failures_have_reasons(dropout_model: Path) -> None:
    scorer = DropoutScorer(str(dropout_model), passes=2, options=replace(CPU, max_length=48))
    broken = ScoringItem("broken", [{"role": "user"}], [("a", "yes")])
    long = ScoringItem("long", [{"role": "user", "content": "Hi"}], [("a", "word " * 80)])

    results = list(scorer.score([broken, long]))

    assert results == [
        DropoutScore("broken", "a", None, None, (), "failed", "template"),
        DropoutScore("long", "a", None, None, (), "failed", "response_too_long"),
    ]


def test_nonsense_settings_are_refused(dropout_model: Path) -> None:
    with pytest.raises(ScoringError, match="at least two passes"):
        DropoutScorer(str(dropout_model), passes=1, options=CPU)
    with pytest.raises(ScoringError, match="between 0 and 1"):
        DropoutScorer(str(dropout_model), head_dropout=1.0, options=CPU)


def test_a_margin_is_taken_pass_by_pass() -> None:
    first = DropoutScore("r", "a", 1.0, 0.0, (1.0, 2.0, 3.0, 4.0), "ok", None)
    second = DropoutScore("r", "b", 1.0, 0.0, (2.0, 1.0, 3.0, 7.0), "ok", None)
    failed = DropoutScore("r", "c", None, None, (), "failed", "template")

    margin, swapped = dropout_margin(first, second), dropout_margin(second, first)

    assert margin == DropoutMargin(0.75, pytest.approx(1.479020, abs=1e-6), 0.25)
    assert swapped == DropoutMargin(-0.75, margin.std, -0.25)
    assert dropout_margin(first, failed) is None
    with pytest.raises(ValueError, match="argument"):
        dropout_margin(first, replace(second, samples=(1.0,)))
