"""What an endpoint's twenty most probable tokens say of the options, and what they do not say."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.ml.judging.calls import Answer, Call
from curation.ml.judging.chat_completions import Dialect, option_log_probs, read_completion, request_body

ASK = Call((("user", "Why?"),))


def told(**tokens: float) -> list[tuple[str, float]]:
    return [(token, math.log(probability)) for token, probability in tokens.items()]


def test_variants_of_an_option_are_added() -> None:
    pairs = [*told(A=0.2, B=0.1), (" A", math.log(0.3)), ("ĠB", math.log(0.05)), ("▁A", math.log(0.1))]

    found, bounded = option_log_probs(("A", "B"), pairs)

    assert found == pytest.approx({"A": math.log(0.6), "B": math.log(0.15)})
    assert bounded == 0


@pytest.mark.parametrize(
    ("tokens", "bound"),
    [
        ({"A": 0.9, "x": 0.06}, 0.04),  # what is left is less than the least told
        ({"A": 0.5, "x": 0.01}, 0.01),  # any token not told is no more probable than the least told
        ({"A": 1.0}, 1e-12),  # rounding may leave nothing
    ],
)
def test_an_option_not_told_of_gets_the_most_it_can_have(tokens: dict[str, float], bound: float) -> None:
    found, bounded = option_log_probs(("A", "B"), told(**tokens))

    assert math.exp(found["B"]) == pytest.approx(bound)
    assert bounded == 1


def test_options_are_not_taken_for_words_that_begin_like_them() -> None:
    assert option_log_probs(("A", "B"), told(An=0.5, a=0.2, Bee=0.1)) == ({}, 0)


@given(st.lists(st.floats(0.001, 1), min_size=3, max_size=60), st.integers(2, 20))
def test_a_verdict_is_never_surer_than_the_truth(weights: list[float], top: int) -> None:
    """Token 0 is option A, token 1 is option B, all the others are other words."""
    truth = [weight / math.fsum(weights) for weight in weights]
    tokens = sorted(
        zip(["A", "B", *(f"w{at}" for at in range(2, len(truth)))], truth, strict=True), key=lambda x: -x[1]
    )

    found, _ = option_log_probs(("A", "B"), [(token, math.log(value)) for token, value in tokens[:top]])

    if found:
        claimed, true = found["A"] - found["B"], math.log(truth[0] / truth[1])
        assert abs(claimed) <= abs(true) + 1e-6
        assert claimed * true >= -1e-6


def test_what_the_lead_was_given_for_is_left_alone_where_the_server_continued_it() -> None:
    call = Call(ASK.messages, lead="Reason:")
    message = SimpleNamespace(content="Reason: because", refusal=None)
    completion = SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")])

    texts = [
        read_completion(call, completion, prefilled=prefilled, endpoint="e").answer.text for prefilled in (True, False)
    ]

    assert texts == ["Reason: because", " because"]


@pytest.mark.parametrize("usage", [None, SimpleNamespace(prompt_tokens="many"), SimpleNamespace(total_tokens=3)])
def test_usage_that_makes_no_sense_is_not_reported(usage: Any) -> None:
    message = SimpleNamespace(content=None, refusal="I will not.")
    choice = SimpleNamespace(message=message, finish_reason="stop")

    reading = read_completion(ASK, SimpleNamespace(choices=[choice], usage=usage), prefilled=False, endpoint="e")

    assert reading.usage is None
    assert reading.answer == Answer("I will not.", reason="refused")


def test_a_wish_follows_the_last_question_or_stands_alone() -> None:
    dialect = Dialect(prefill=False, guided_json=True)
    after_assistant = Call((("user", "Why?"), ("assistant", "So.")), options=("A", "B"))

    roles = [message["role"] for message in request_body(after_assistant, "m", dialect)["messages"]]

    assert roles == ["user", "assistant", "user"]
    assert request_body(ASK, "m", dialect)["messages"] == [{"role": "user", "content": "Why?"}]
