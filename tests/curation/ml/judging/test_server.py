"""The small server tells what its model thinks: through HTTP come the same numbers and the same words."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from curation.ml.judging.allowance import LocalAllowance
from curation.ml.judging.calls import Answer, Call, Sampling
from curation.ml.judging.chat_model import Completion
from curation.ml.judging.endpoint import EndpointBackend, EndpointSettings
from curation.ml.judging.local import LocalBackend, LocalOptions
from curation.ml.judging.served_model import ServedModel
from curation.ml.judging.server import serving

CPU = LocalOptions(device="cpu", precision="float32")
QUESTIONS = [
    (("system", "You judge."), ("user", f"Which way to {action} is better?"))
    for action in ("plan a garden", "cook rice for six people", "repair an old bicycle")
]


@pytest.fixture(scope="module")
def served(language_model: Path) -> ServedModel:
    return ServedModel(language_model, "tiny")


@pytest.fixture(scope="module")
def url(served: ServedModel) -> Iterator[str]:
    with serving(served) as address:
        yield address


@pytest.fixture(scope="module")
def local(language_model: Path) -> LocalBackend:
    return LocalBackend(str(language_model), options=CPU)


def through_http(url: str, calls: list[Call], **settings: Any) -> tuple[list[Answer], EndpointBackend]:
    backend = EndpointBackend(EndpointSettings(url, "tiny", **settings), LocalAllowance())
    answers = dict(backend.answer(enumerate(calls)))
    return [answers[number] for number in range(len(calls))], backend


def post(url: str, body: Any, path: str = "/chat/completions") -> tuple[int, dict[str, Any]]:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=content)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


def likely_options(served: ServedModel, call: Call) -> tuple[str, ...]:
    """Words among the most probable next tokens; so small a vocabulary has none both with and without a blank."""
    told = served.complete(Call(call.messages, lead=call.lead, sampling=Sampling(max_tokens=1)), 20).tokens[0].top
    return tuple(text.strip() for text, _ in told if text.strip().isalpha())[:3]


def test_log_probabilities_are_those_of_the_model(served: ServedModel, url: str, local: LocalBackend) -> None:
    asked = [Call(messages, lead="Answer:") for messages in QUESTIONS]
    calls = [Call(call.messages, likely_options(served, call), "Answer:") for call in asked]

    answers, backend = through_http(url, calls, prefill=True)
    expected = dict(local.answer(enumerate(calls)))

    for number, answer in enumerate(answers):
        assert answer.log_probs is not None
        assert len(answer.log_probs) == 3
        assert answer.log_probs == pytest.approx(expected[number].log_probs, abs=1e-4)
        assert answer.prompt_tokens == expected[number].prompt_tokens
    assert (backend.provenance["usage"], backend.provenance["options_bounded"]) == ("reported", 0)


@pytest.mark.parametrize("sampling", [Sampling(max_tokens=9), Sampling(0.8, 0.9, 9, seed=5)])
def test_replies_are_those_of_the_model(url: str, local: LocalBackend, sampling: Sampling) -> None:
    calls = [Call(messages, lead="Well", sampling=sampling) for messages in QUESTIONS]

    answers, _ = through_http(url, calls, prefill=True)
    expected = dict(local.answer(enumerate(calls)))

    for number, answer in enumerate(answers):
        assert answer.text == expected[number].text
        assert answer.completion_tokens == expected[number].completion_tokens
        assert answer.reason == ("cut_off" if answer.completion_tokens == 9 else None)


def test_a_schema_that_the_server_declines_is_only_asked_for(url: str) -> None:
    call = Call(QUESTIONS[0], schema={"type": "object"}, sampling=Sampling(max_tokens=4))

    answers, backend = through_http(url, [call, call])

    assert answers[0] == answers[1]
    assert answers[0].reason == "cut_off"
    assert backend.provenance["json_enforced"] is False


def test_what_does_not_fit_is_a_failure(url: str) -> None:
    answers, _ = through_http(url, [Call((("user", "word " * 3000),), sampling=Sampling(max_tokens=4))])

    assert answers == [Answer(reason="context_too_long")]


def test_each_token_comes_with_its_alternatives(url: str) -> None:
    body = {"model": "tiny", "messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 3, "temperature": 0}
    _, plain = post(url, body)
    status, told = post(url, {**body, "logprobs": True, "top_logprobs": 4})

    tokens = told["choices"][0]["logprobs"]["content"]
    assert status == 200
    assert plain["choices"][0]["logprobs"] is None
    assert [len(token["top_logprobs"]) for token in tokens] == [4] * told["usage"]["completion_tokens"]
    # At temperature 0 the drawn token is the most probable one.
    assert all(token["logprob"] == token["top_logprobs"][0]["logprob"] for token in tokens)
    assert told["usage"]["total_tokens"] == told["usage"]["prompt_tokens"] + told["usage"]["completion_tokens"]


def test_the_models_are_listed(url: str) -> None:
    with urllib.request.urlopen(f"{url}/models") as response:  # noqa: S310
        assert [model["id"] for model in json.load(response)["data"]] == ["tiny"]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"model": "other"}, 404, "does not exist"),
        ({"n": 2}, 400, "n must be 1"),
        ({"stream": True}, 400, "stream must be false"),
        ({"tools": [{}]}, 400, "tools is not supported"),
        ({"response_format": {"type": "json_object"}}, 400, "response_format is not supported"),
        ({"messages": []}, 400, "at least one message"),
        ({"messages": [{"role": "user"}]}, 400, "content of text"),
        ({"temperature": "hot"}, 400, "temperature must be a number"),
        ({"top_logprobs": 21}, 400, "top_logprobs must be a number"),
        ({"continue_final_message": True}, 400, "assistant's message at the end"),
    ],
)
def test_nothing_is_ignored_in_silence(url: str, changes: dict[str, Any], status: int, words: str) -> None:
    told = post(url, {"model": "tiny", "messages": [{"role": "user", "content": "Hello?"}], **changes})

    assert told[0] == status
    assert words in told[1]["error"]["message"]


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_request_must_be_an_object(url: str, content: bytes) -> None:
    assert post(url, content)[0] == 400


def test_a_model_that_breaks_is_a_server_error() -> None:
    class Broken:
        name = "tiny"

        def complete(self, call: Call, top: int) -> Completion:
            raise ZeroDivisionError

    with serving(Broken()) as address:
        answers, _ = through_http(address, [Call(QUESTIONS[0])], max_retries=0)

    assert answers == [Answer(reason="http_500")]
