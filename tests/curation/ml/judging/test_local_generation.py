"""Replies are what transformers generates, and a drawn one depends on nothing but its call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from curation.ml.judging import generation
from curation.ml.judging.calls import Answer, Call, Sampling
from curation.ml.judging.generation import Drawing, Prompt
from curation.ml.judging.local import LocalBackend
from tests.curation.ml.judging.asking import CPU, ask, pair, to_generate

TEXTS = ["Why?", "Please plan a garden with apples.", "Repair an old bicycle " * 9, "Say yes"]


def reply(model: Any, tokenizer: Any, text: str, length: int) -> list[int]:
    """The tokens after one conversation, generated alone and greedily."""
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": text}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    new: list[int] = model.generate(**ids, max_new_tokens=length, do_sample=False)[0, ids["input_ids"].shape[1] :]
    return [int(token) for token in new]


def test_greedy_replies_are_those_of_transformers(backend: LocalBackend, language_model: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(language_model, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(language_model)
    lengths = [12, 12, 7, 12]
    expected = [reply(model, tokenizer, text, length) for text, length in zip(TEXTS, lengths, strict=True)]

    answers = ask(backend, [to_generate(text, max_tokens=length) for text, length in zip(TEXTS, lengths, strict=True)])

    assert [answer.text for answer in answers] == [tokenizer.decode(ids, skip_special_tokens=True) for ids in expected]
    assert [answer.completion_tokens for answer in answers] == [len(ids) for ids in expected]
    assert all(answer.prompt_tokens > 0 and answer.log_probs is None for answer in answers)


def drawn(texts: list[str], seed: int) -> list[Call]:
    return [to_generate(text, temperature=0.9, top_p=0.95, seed=seed) for text in texts]


def test_a_drawn_reply_depends_on_its_call_alone(backend: LocalBackend) -> None:
    together = ask(backend, drawn(TEXTS, 3))
    backwards = ask(backend, [to_generate("Count to ten"), *drawn(TEXTS[::-1], 3)])
    alone = [ask(backend, [call])[0] for call in drawn(TEXTS, 3)]

    assert together == alone == backwards[:0:-1]
    assert [answer.text for answer in ask(backend, drawn(TEXTS, 4))] != [answer.text for answer in together]


def test_draws_follow_the_probabilities() -> None:
    """20,000 draws of three tokens at temperature 0.5, which squares (.2, .3, .5) to (.105, .237, .658)."""
    scores = torch.tensor([[0.2, 0.3, 0.5]]).log().repeat(20_000, 1)
    rows = [Prompt([1, 2], Sampling(temperature=0.5, seed=seed)) for seed in range(20_000)]

    chosen = Drawing(rows)(torch.zeros(0), scores).argmax(dim=-1)

    assert (chosen.bincount() / 20_000).tolist() == pytest.approx([0.1053, 0.2368, 0.6579], abs=0.012)


def test_top_p_keeps_the_fewest_tokens_that_hold_it() -> None:
    log_probs = torch.tensor([0.15, 0.5, 0.05, 0.3]).log()

    assert torch.isfinite(generation._nucleus(log_probs, 0.75)).tolist() == [False, True, False, True]
    assert torch.isfinite(generation._nucleus(log_probs, 0.01)).tolist() == [False, True, False, False]


def test_a_reply_ends_at_the_end_of_its_turn(language_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours may go on; what is generated beside a finished row is not its text."""
    backend = LocalBackend(str(language_model), options=CPU)
    original = Drawing.__call__
    steps: list[int] = []

    def third_token_ends(self: Drawing, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        found = original(self, input_ids, scores)
        steps.append(len(input_ids))
        if len(steps) == 3:
            found[0, backend._tokenizer.eos_token_id] = torch.inf
        return found

    monkeypatch.setattr(Drawing, "__call__", third_token_ends)
    short, long = ask(backend, [to_generate("Why?"), to_generate("Why not, please?")])

    assert steps == [2] * 12
    assert (short.completion_tokens, long.completion_tokens) == (3, 12)
    assert "<|" not in short.text


def test_a_lead_begins_the_reply_and_is_no_part_of_it(backend: LocalBackend) -> None:
    call = replace(to_generate("Why?"), lead='{"verdict":')

    led, free = ask(backend, [call, to_generate("Why?")])

    assert "verdict" not in led.text
    assert led.prompt_tokens > free.prompt_tokens


def test_a_reply_that_does_not_fit_fails_before_it_is_begun(backend: LocalBackend) -> None:
    answers = ask(backend, [to_generate("Why?", max_tokens=4000), to_generate("Why?")])

    assert [answer.reason for answer in answers] == ["context_too_long", None]


def test_out_of_memory_halves_a_batch(backend: LocalBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [to_generate(text) for text in TEXTS]
    expected = ask(backend, calls)
    original = generation.ReplyGenerator._batch

    def scarce(self: Any, prompts: list[Prompt], batch: list[int]) -> Any:
        if len(batch) > 1 or len(prompts[batch[0]].ids) > 40:
            raise torch.OutOfMemoryError("no")
        return original(self, prompts, batch)

    monkeypatch.setattr(generation.ReplyGenerator, "_batch", scarce)
    answers = ask(backend, calls)

    assert (answers[2].reason, answers[2].text) == ("out_of_memory", "")
    assert [*answers[:2], answers[3]] == [*expected[:2], expected[3]]


def test_not_a_number_is_said(language_model: Path) -> None:
    backend = LocalBackend(str(language_model), options=CPU)
    token = backend._tokenizer("§").input_ids[-1]
    with torch.no_grad():
        model = backend._generator._model
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.clone())
        model.model.embed_tokens.weight[token] = torch.nan

    failed, neighbour = ask(backend, [to_generate("§ is a sign"), to_generate("Why?")])

    assert failed == Answer(reason="not_a_number", prompt_tokens=failed.prompt_tokens)
    assert neighbour.reason is None


def test_reading_and_generating_in_one_stream(backend: LocalBackend) -> None:
    read, written, again = ask(backend, [pair(0)[0], to_generate("Why?"), pair(0)[1]])

    assert set(read.log_probs or {}) == set(again.log_probs or {}) == {"A", "B"}
    assert written.completion_tokens == 12
