"""Log-likelihoods of responses: equal to transformers' own loss, the prompt excluded, the end counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from curation.ml.likelihood_margins import Likelihoods, cdr_margin
from curation.ml.log_likelihood import LikelihoodScorer, ResponseLikelihood
from curation.ml.reward_scoring import ScoringError, ScoringItem, ScoringOptions

CPU = ScoringOptions(device="cpu", precision="float32")
PROMPT = [{"role": "user", "content": "How do I plan a garden with apples and pears in the shade of a table? " * 3}]
ANSWERS = ["Start with a small step.", "No.", "Ask an expert nearby, since local rules are different everywhere."]


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


def own_loss(folder: Path, ids: list[int], start: int) -> tuple[float, int]:
    """What transformers makes of it: mean cross-entropy over labelled tokens, turned back into a sum."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    labels = torch.tensor([[-100] * start + ids[start:]])
    with torch.no_grad():
        loss = model(input_ids=torch.tensor([ids]), labels=labels).loss
    return -float(loss) * (len(ids) - start), len(ids) - start


@pytest.mark.parametrize("shared", [True, False])
def test_sums_equal_transformers_own_loss(language_model: Path, shared: bool) -> None:
    tokenizer = AutoTokenizer.from_pretrained(language_model)
    scorer = LikelihoodScorer(str(language_model), options=replace(CPU, shared_prefix=shared))

    results = list(scorer.score([item(*ANSWERS)]))

    head = "<|im_start|>user\n" + PROMPT[0]["content"] + "<|im_end|>\n<|im_start|>assistant\n"
    start = len(tokenizer(head).input_ids)
    for result, answer in zip(results, ANSWERS, strict=True):
        # The template's line break after the end of the turn is not the response's.
        ids = tokenizer(head + answer + "<|im_end|>").input_ids
        assert ids[-1] == tokenizer.eos_token_id
        expected, tokens = own_loss(language_model, ids, start)
        assert (result.state, result.reason, result.tokens) == ("ok", None, tokens)
        assert result.log_likelihood == pytest.approx(expected, abs=1e-5 * tokens)


def test_plain_text_is_used_without_a_template(plain_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(plain_model)
    scorer = LikelihoodScorer(str(plain_model), options=CPU)
    prompt = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is it safe?"}]

    (result,) = scorer.score([item("Yes.", prompt=prompt)])

    start = tokenizer("Be brief.\n\nHuman: Is it safe?\n\nAssistant:").input_ids
    ids = [*start, *tokenizer(" Yes.").input_ids, tokenizer.eos_token_id]
    expected, tokens = own_loss(plain_model, ids, len(start))
    assert scorer.provenance["template"] == "plain"
    assert result == ResponseLikelihood("record", "r0", pytest.approx(expected, abs=1e-4), tokens, "ok", None)


def test_batching_and_sharing_change_nothing(language_model: Path) -> None:
    items = [
        replace(item(*(text + f" {number}" for text in ANSWERS)), record_id=f"record{number}") for number in range(4)
    ]

    def sums(**options: object) -> list[float | None]:
        scorer = LikelihoodScorer(str(language_model), options=replace(CPU, **options))  # type: ignore[arg-type]
        return [entry.log_likelihood for entry in scorer.score(items)]

    plain = sums(shared_prefix=False)
    assert LikelihoodScorer(str(language_model), options=CPU).shares_prefixes
    for other in (sums(), sums(token_budget=1), sums(shared_prefix=False, token_budget=1), sums(window=2)):
        assert other == pytest.approx(plain, abs=1e-3)


def test_the_same_model_twice_gives_no_density_ratio(language_model: Path) -> None:
    strong, weak = (
        [entry.log_likelihood for entry in LikelihoodScorer(str(language_model), options=CPU).score([item(*ANSWERS)])]
        for _ in range(2)
    )

    assert cdr_margin(Likelihoods(strong[:1], strong[1:2]), Likelihoods(weak[:1], weak[1:2])) == pytest.approx([0.0])


def test_failures_have_reasons_and_truncation_is_named(language_model: Path) -> None:
    scorer = LikelihoodScorer(str(language_model), options=replace(CPU, max_length=40))
    short = [{"role": "user", "content": "Hi"}]

    results = [
        *scorer.score([item("yes", prompt=short), item("yes"), item("word " * 60, prompt=short)]),
        *scorer.score([item("yes", prompt=[{"role": "user"}])]),
    ]
    scorer._tokenizer.chat_template = "{{ messages[-1]['content'] }} after {{ messages[0]['content'] }}<|im_end|>"
    results += scorer.score([item("yes", prompt=short)])

    assert [(entry.state, entry.reason, entry.log_likelihood is None) for entry in results] == [
        ("ok", None, False),
        ("ok", "truncated", False),
        ("failed", "response_too_long", True),
        ("failed", "template", True),
        ("failed", "template", True),
    ]
    assert [entry.tokens for entry in results] == [results[0].tokens, results[0].tokens, None, None, None]
    assert scorer.counts == {"ok": 2, "truncated": 1, "failed": 3, "response_too_long": 1, "template": 2}


def test_other_models_are_refused(reward_model: Path) -> None:
    with pytest.raises(ScoringError, match="is not a language model"):
        LikelihoodScorer(str(reward_model), options=CPU)
