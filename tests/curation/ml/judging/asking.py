"""Calls that judges make, short enough for a small random model, and what it says when asked without any of ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch

from curation.ml.judging.calls import Answer, Call, Sampling
from curation.ml.judging.local import LocalBackend, LocalOptions

CPU = LocalOptions(device="cpu", precision="float32")
RUBRIC = "Compare two answers. Ignore their order, their length and the names in them. " * 4
REQUEST = "Please plan a garden with apples, pears and a small table in the shade. " * 4


def pair(number: int, *, rubric: str = RUBRIC, request: str = REQUEST) -> list[Call]:
    """Both orders of a pair."""
    responses = ("yes " * (1 + 7 * number % 13) + "gladly", "no " * (1 + 5 * number % 11) + "never")
    return [
        Call(
            (("system", rubric), ("user", f"{request} ({number})\n1: {first}\n2: {second}\nWhich is better?")),
            options=("A", "B"),
            lead="Answer:",
        )
        for first, second in (responses, responses[::-1])
    ]


def to_generate(text: str, **sampling: Any) -> Call:
    return Call((("user", text),), sampling=Sampling(**{"max_tokens": 12, **sampling}))


def ask(backend: LocalBackend, calls: Iterable[Call]) -> list[Answer]:
    """Answers in the order of the calls."""
    given = list(calls)
    found = dict(backend.answer(enumerate(given)))
    assert sorted(found) == list(range(len(given)))
    return [found[at] for at in range(len(given))]


def plainly(model: Any, tokenizer: Any, call: Call) -> dict[str, float]:
    """The options' log-probabilities by one pass over the whole row, written without any of the backend's modules."""
    messages = [{"role": role, "content": content} for role, content in call.messages]
    ids = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
    ids = ids + tokenizer(call.lead, add_special_tokens=False).input_ids
    with torch.inference_mode():
        log_probs = model(torch.tensor([ids])).logits[0, -1].double().log_softmax(dim=-1)
    found = {}
    for option in call.options:
        variants = [tokenizer(text, add_special_tokens=False).input_ids for text in (option, f" {option}")]
        tokens = sorted({variant[0] for variant in variants if len(variant) == 1})
        found[option] = float(torch.logsumexp(log_probs[tokens], dim=0))
    return found


def apart(answers: Sequence[Answer], expected: Sequence[dict[str, float]]) -> float:
    """The largest difference between log-probabilities."""
    assert all(answer.reason is None for answer in answers)
    return max(
        abs((answer.log_probs or {})[option] - value)
        for answer, wanted in zip(answers, expected, strict=True)
        for option, value in wanted.items()
    )
