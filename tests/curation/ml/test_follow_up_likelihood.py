"""Follow-ups as reward: the shift, the tokens that count, and the shared dialogue (METHODS §16.2, I2)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from curation.domain.judging.follow_ups import DIMENSIONS, PER_DIMENSION
from curation.ml.follow_up_likelihood import FollowUps, FollowUpScore, FollowUpScorer
from curation.ml.model_folder import ScoringError
from curation.ml.token_rows import ScoringItem, ScoringOptions

CPU = ScoringOptions(device="cpu", precision="float32")
PROMPT = [{"role": "user", "content": "How do I plan a garden with apples and pears in the shade of a table? " * 3}]
ANSWERS = ["Start with a small step.", "No.", "Ask an expert nearby, since local rules are different everywhere."]
SAID = [
    FollowUps("use", ["That helps, thank you.", "Great."], ["That does not help.", "What a waste of time."]),
    FollowUps("truth", ["You are right."], ["You are wrong.", "No.", "Not true."]),
]


@pytest.fixture(scope="module")
def plain_model(language_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same weights without a chat template."""
    folder = tmp_path_factory.mktemp("plain")
    for file in language_model.iterdir():
        if file.name != "chat_template.jinja":
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def item(*answers: str, prompt: list[dict[str, str]] = PROMPT) -> ScoringItem:
    return ScoringItem("record", prompt, [(f"r{at}", text) for at, text in enumerate(answers)])


def by_hand(folder: Path, head: str, text: str) -> float:
    """Mean log-probability of a follow-up's tokens, read plainly by transformers."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    start = tokenizer(head, add_special_tokens=False).input_ids
    ids = tokenizer(head + text, add_special_tokens=False).input_ids
    assert ids[: len(start)] == start
    labels = torch.tensor([[-100] * len(start) + ids[len(start) :]])
    with torch.no_grad():
        return -float(model(input_ids=torch.tensor([ids]), labels=labels).loss)


@pytest.mark.parametrize("shared", [True, False])
def test_scores_equal_a_plain_forward_pass(language_model: Path, shared: bool) -> None:
    scorer = FollowUpScorer(str(language_model), SAID, options=replace(CPU, shared_prefix=shared))

    results = list(scorer.score([item(*ANSWERS)]))

    assert [(each.record_id, each.response_id, each.state) for each in results] == [
        ("record", f"r{at}", "ok") for at in range(3)
    ]
    for result, answer in zip(results[:2], ANSWERS, strict=False):
        head = "".join(
            f"<|im_start|>{role}\n{text}<|im_end|>\n"
            for role, text in (("user", PROMPT[0]["content"]), ("assistant", answer))
        )
        means = {
            text: by_hand(language_model, f"{head}<|im_start|>user\n", text) for each in SAID for text in each.texts
        }
        for each in SAID:
            good = sum(means[text] for text in each.positive) / len(each.positive)
            bad = sum(means[text] for text in each.negative) / len(each.negative)
            assert result.scores[each.name] == pytest.approx(good - bad, abs=1e-5)
        assert result.score == pytest.approx(sum(result.scores.values()) / 2)


def test_without_a_chat_template_the_follow_up_is_a_turn_of_a_human(plain_model: Path) -> None:
    (result,) = FollowUpScorer(str(plain_model), SAID, options=CPU).score([item("No.")])

    head = f"Human: {PROMPT[0]['content']}\n\nAssistant: No.\n\nHuman:"
    good = by_hand(plain_model, head, " You are right.")
    bad = sum(by_hand(plain_model, head, f" {text}") for text in SAID[1].negative) / 3
    assert result.scores["truth"] == pytest.approx(good - bad, abs=1e-5)


def test_few_rows_at_once_where_the_shared_dialogue_is_long(
    language_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = FollowUpScorer(str(language_model), SAID, options=CPU)
    together = list(scorer.score([item(*ANSWERS)]))
    monkeypatch.setattr("curation.ml.response_scoring.MOST_SHARED", 100)
    passes = 0

    def counted(*_: Any) -> None:
        nonlocal passes
        passes += 1

    scorer.reader._model.register_forward_pre_hook(counted)
    apart = list(scorer.score([item(*ANSWERS)]))

    assert passes == 3 * 8
    assert [each.score for each in apart] == [pytest.approx(each.score, abs=1e-6) for each in together]


class Oracle(torch.nn.Module):
    """Knows what comes next: probability 1 for the token that follows, wherever it stands."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.config = model.config

    def forward(self, input_ids: torch.Tensor, logits_to_keep: int = 0, **_: Any) -> Any:
        following = torch.roll(input_ids, -1, dims=1)
        logits = torch.full((*input_ids.shape, self.config.vocab_size), -1e4)
        logits.scatter_(2, following[..., None], 1e4)
        return SimpleNamespace(logits=logits[:, -logits_to_keep:])


def test_a_model_that_is_sure_of_every_follow_up_gives_a_mean_of_0(language_model: Path) -> None:
    scorer = FollowUpScorer(str(language_model), SAID, options=replace(CPU, shared_prefix=False))
    scorer.reader._model = Oracle(scorer.reader._model)

    found = list(scorer.reader.score([item(*ANSWERS)]))
    results = list(scorer.score([item(*ANSWERS)]))

    assert len(found) == 3 * 8
    assert all(each.log_likelihood == pytest.approx(0, abs=1e-6) for each in found)
    assert all(value == pytest.approx(0, abs=1e-6) for each in results for value in each.scores.values())


def test_exchanging_pleased_and_displeased_negates_the_score(language_model: Path) -> None:
    turned = [FollowUps(each.name, each.negative, each.positive) for each in SAID]

    one, two = (
        list(FollowUpScorer(str(language_model), said, options=CPU).score([item(*ANSWERS)])) for said in (SAID, turned)
    )

    assert [each.score for each in one] == [pytest.approx(-(each.score or 0), abs=1e-6) for each in two]
    assert len({each.score for each in one}) == 3


def test_of_a_long_dialogue_the_beginning_is_left_out_and_a_long_response_fails(language_model: Path) -> None:
    scorer = FollowUpScorer(str(language_model), SAID, options=replace(CPU, max_length=120))
    long = [{"role": "user", "content": "And pears? " * 200}]

    results: list[FollowUpScore] = list(scorer.score([item("No.", "Never. " * 200, prompt=long), item("No.")]))

    assert [(each.state, each.reason) for each in results] == [
        ("ok", "truncated"), ("failed", "response_too_long"), ("ok", None)
    ]  # fmt: skip
    assert results[1].score is None


def test_a_model_that_reads_too_little_is_refused(language_model: Path) -> None:
    with pytest.raises(ScoringError, match="too few for a follow-up"):
        FollowUpScorer(str(language_model), SAID, options=replace(CPU, max_length=5))


def test_the_follow_ups_are_balanced() -> None:
    assert list(DIMENSIONS) == [
        "understanding", "relevance", "correctness", "engagingness", "informativeness", "instructions"
    ]  # fmt: skip
    for each in DIMENSIONS.values():
        assert (len(each.positive), len(each.negative)) == (PER_DIMENSION, PER_DIMENSION)
        words = [sum(len(text.split()) for text in said) for said in (each.positive, each.negative)]
        assert abs(words[0] - words[1]) <= 8
    texts = [text for each in DIMENSIONS.values() for text in (*each.positive, *each.negative)]
    assert len(set(texts)) == 120
    assert all(len(text) <= 60 for text in texts)
