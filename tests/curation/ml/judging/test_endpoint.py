"""An endpoint that fails in every way a network knows: what is tried again, what is told, and what never leaks."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any

import pytest

from curation.ml.judging import troubles
from curation.ml.judging.allowance import LocalAllowance
from curation.ml.judging.calls import Answer, BackendError, Call, Sampling
from curation.ml.judging.endpoint import EndpointBackend, EndpointSettings
from tests.curation.ml.judging.scripted import PATIENCE, Dropped, Reply, Script, failed, said, scripted

KEY = "sk-verysecret-0123456789"
SCHEMA = {"type": "object", "properties": {"verdict": {"type": "string"}}, "required": ["verdict"]}
ASK = Call((("system", "You judge."), ("user", "Which is better?")), sampling=Sampling(0.7, 0.9, 50, 11))
CHOOSE = Call((("user", "Which is better?"),), options=("A", "B"), lead="Answer: ")


@pytest.fixture(autouse=True)
def hardly_any_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(troubles, "FIRST_PAUSE", 0.001)


def backend(url: str, **settings: Any) -> EndpointBackend:
    return EndpointBackend(EndpointSettings(url, "m", KEY, **settings), LocalAllowance())


def asked(script: Script, *calls: Call, **settings: Any) -> tuple[list[Answer], list[dict[str, Any]]]:
    """The answers in the order of the calls, and the bodies that reached the server."""
    with scripted(script) as server:
        answers = dict(backend(server.url, **settings).answer(enumerate(calls)))
        return [answers[number] for number in range(len(calls))], server.bodies


def in_turn(*replies: Reply | Exception) -> Script:
    """The first reply to the first request, and so on; the last one stays."""

    def script(number: int, body: dict[str, Any]) -> Reply:
        reply = replies[min(number, len(replies) - 1)]
        if isinstance(reply, Exception):
            raise reply
        return reply

    return script


def test_a_reply_and_its_tokens() -> None:
    answers, bodies = asked(in_turn(said("Fine.")), ASK)

    assert answers == [Answer("Fine.", prompt_tokens=10, completion_tokens=3, cached_tokens=4)]
    assert bodies == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Which is better?"}],
            "seed": 11,
            "temperature": 0.7,
            "top_p": 0.9,
            "max_tokens": 50,
        }
    ]


def test_tokens_that_are_not_reported_count_nothing_and_are_said_to_be_missing() -> None:
    with scripted(in_turn(said("Fine.", usage=None))) as server:
        judge = backend(server.url)

        assert list(judge.answer([(7, ASK)])) == [(7, Answer("Fine."))]
        assert judge.provenance["usage"] == "not reported"


@pytest.mark.parametrize(
    "trouble",
    [
        failed(429, headers={"Retry-After": "0.01"}),
        failed(429),
        failed(500),
        failed(503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        failed(408),
        failed(409),
        Dropped(),
    ],
    ids=lambda each: str(getattr(each, "status", "dropped")),
)
def test_what_may_pass_is_tried_again(trouble: Reply | Exception) -> None:
    answers, bodies = asked(in_turn(trouble, trouble, said("Fine.")), ASK)

    assert [answer.text for answer in answers] == ["Fine."]
    assert len(bodies) == 3


@pytest.mark.parametrize(
    ("trouble", "reason"), [(failed(429), "http_429"), (failed(502), "http_502"), (Dropped(), "connection")]
)
def test_attempts_end(trouble: Reply | Exception, reason: str) -> None:
    answers, bodies = asked(in_turn(trouble), ASK, max_retries=2)

    assert answers == [Answer(reason=reason)]
    assert len(bodies) == 3


def test_a_far_away_retry_after_ends_at_once() -> None:
    answers, bodies = asked(in_turn(failed(429, headers={"Retry-After": "3600"})), ASK)

    assert (answers, len(bodies)) == ([Answer(reason="http_429")], 1)


def test_nobody_listens() -> None:
    with scripted(in_turn(said("Fine."))) as server:
        closed = server.url

    assert dict(backend(closed, max_retries=1).answer([(0, ASK)])) == {0: Answer(reason="connection")}


def test_a_server_that_hangs_times_out() -> None:
    with scripted(lambda number, body: said("late") if server.over.wait(PATIENCE) else said("never")) as server:
        answers = dict(backend(server.url, timeout_s=0.1, max_retries=1).answer([(0, ASK)]))
        requests = len(server.bodies)

    assert answers == {0: Answer(reason="timeout")}
    assert requests == 2


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (failed(400, "This model's maximum context length is 2048 tokens."), "context_too_long"),
        (failed(400, "too much", code="context_length_exceeded"), "context_too_long"),
        (failed(400, "strange"), "http_400"),
        (failed(413), "context_too_long"),
        (Reply(body={"id": "x", "choices": []}), "malformed_reply"),
        (said("I had", finish_reason="content_filter"), "refused"),
    ],
)
def test_what_will_not_pass_is_asked_once(reply: Reply, reason: str) -> None:
    answers, bodies = asked(in_turn(reply), ASK)

    assert [answer.reason for answer in answers] == [reason]
    assert len(bodies) == 1


def test_a_truncated_reply_keeps_its_text() -> None:
    answers, _ = asked(in_turn(said('{"verdict": "fir', finish_reason="length")), ASK)

    assert (answers[0].text, answers[0].reason, answers[0].completion_tokens) == ('{"verdict": "fir', "cut_off", 3)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (failed(401, f"Incorrect API key provided: {KEY}"), "does not accept the API key"),
        (failed(403, f"{KEY} may not"), "forbids this key"),
        (failed(404, f"no model m for {KEY}"), "does not know the model m"),
        (failed(429, "You exceeded your quota", code="insufficient_quota"), "no credit left"),
        (Reply(body="<html>Welcome</html>"), "usually ends in /v1"),
    ],
)
def test_what_concerns_all_calls_stops_in_one_sentence_without_the_key(
    reply: Reply, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with scripted(in_turn(reply)) as server, pytest.raises(BackendError, match=words) as caught:
        list(backend(server.url, concurrency=2).answer(enumerate([ASK] * 5)))

    assert KEY not in str(caught.value)
    assert KEY not in repr(caught.getrepr(chain=True))
    assert KEY not in caplog.text


def test_the_key_is_nowhere_to_be_read() -> None:
    with scripted(in_turn(failed(400, f"what is {KEY}?"))) as server:
        judge = backend(server.url)
        answers = dict(judge.answer([(0, ASK)]))

    settings = EndpointSettings(server.url, "m", KEY)
    assert judge.provenance["last_declined"] == "what is [key]?"
    for told in (settings, judge.identity, judge.provenance, answers, judge):
        assert KEY not in repr(told)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel"])
def test_a_key_that_cannot_be_one_is_declined_without_repeating_it(key: str) -> None:
    with pytest.raises(BackendError, match="API key") as caught:
        EndpointSettings("http://localhost:8000/v1", "m", key)

    assert key not in str(caught.value)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "https:///v1", "https://me:pw@host/v1", ""])
def test_an_address_that_cannot_be_one(url: str) -> None:
    with pytest.raises(BackendError, match="address") as caught:
        EndpointSettings(url, "m")

    assert "pw" not in str(caught.value)


def test_the_identity_names_host_and_path() -> None:
    assert backend("https://host.example:8443/openai/v1/").identity == {
        "backend": "openai",
        "base_url": "host.example:8443/openai/v1",
        "model": "m",
        "prefill": False,
        "guided_json": True,
    }


def test_a_schema_is_enforced_where_the_server_can() -> None:
    call = Call(ASK.messages, schema=SCHEMA)
    _, bodies = asked(in_turn(said("{}")), call)

    wanted = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}}
    assert bodies[0]["response_format"] == wanted


def test_a_server_without_schemas_is_asked_once_and_remembered() -> None:
    def script(number: int, body: dict[str, Any]) -> Reply:
        return failed(400, "response_format is not supported") if "response_format" in body else said("{}")

    call = Call(ASK.messages, schema=SCHEMA)
    with scripted(script) as server:
        judge = backend(server.url, concurrency=1)
        answers = dict(judge.answer(enumerate([call] * 4)))

    assert [answers[number].text for number in range(4)] == ["{}"] * 4
    assert ["response_format" in body for body in server.bodies] == [True, False, False, False, False]
    assert judge.provenance["json_enforced"] is False


def test_a_server_that_names_its_limit_otherwise() -> None:
    def script(number: int, body: dict[str, Any]) -> Reply:
        return failed(400, "Use 'max_completion_tokens' instead.") if "max_tokens" in body else said("Fine.")

    answers, bodies = asked(script, ASK)

    assert (answers[0].text, bodies[1]["max_completion_tokens"]) == ("Fine.", 50)


def test_options_are_read_from_the_most_probable_tokens() -> None:
    reply = said("A", log_probs=[(" A", math.log(0.5)), ("A", math.log(0.125)), ("B", math.log(0.25))])
    answers, bodies = asked(in_turn(reply), CHOOSE)

    assert answers[0].log_probs == pytest.approx({"A": math.log(0.625), "B": math.log(0.25)})
    assert bodies[0] == {
        "model": "m",
        "messages": [
            {
                "role": "user",
                "content": "Which is better?\n\nReply with exactly one of these and nothing else: A, B",
            }
        ],
        "seed": 0,
        "temperature": 0,
        "max_tokens": 1,
        "logprobs": True,
        "top_logprobs": 20,
    }


def test_a_server_that_continues_a_turn_is_given_the_lead() -> None:
    _, bodies = asked(in_turn(said("A", log_probs=[("A", -0.1), ("B", -3.0)])), CHOOSE, prefill=True)

    assert bodies[0]["messages"][-1] == {"role": "assistant", "content": "Answer: "}
    assert (bodies[0]["continue_final_message"], bodies[0]["add_generation_prompt"]) == (True, False)


def test_an_option_that_is_not_told_of_is_bounded_and_counted() -> None:
    with scripted(in_turn(said("A", log_probs=[("A", math.log(0.7)), ("The", math.log(0.2))]))) as server:
        judge = backend(server.url)
        answer = dict(judge.answer([(0, CHOOSE)]))[0]

    assert answer.log_probs == pytest.approx({"A": math.log(0.7), "B": math.log(0.1)})
    assert judge.provenance["options_bounded"] == 1


def test_no_option_told_of_is_a_failure_and_no_number() -> None:
    answers, _ = asked(in_turn(said("The", log_probs=[("The", -0.1), ("It", -3.0)])), CHOOSE)

    assert (answers[0].log_probs, answers[0].reason) == (None, "option_not_in_top_logprobs")
    assert answers[0].prompt_tokens == 10


def test_a_server_that_ignores_log_probabilities_is_refused() -> None:
    with scripted(in_turn(said("A"))) as server, pytest.raises(BackendError, match="ignores that log-prob"):
        list(backend(server.url).answer([(0, CHOOSE)]))


def test_a_model_that_may_not_tell_log_probabilities_is_refused() -> None:
    reply = failed(400, "logprobs are not supported with this model")
    with scripted(in_turn(reply)) as server, pytest.raises(BackendError, match="declines to tell"):
        list(backend(server.url).answer([(0, CHOOSE)]))


def test_a_lead_that_the_model_was_asked_to_write_is_no_part_of_the_reply() -> None:
    call = Call((("user", "Why?"),), lead="Reason:")
    answers, bodies = asked(in_turn(said("Reason: because")), call)

    assert answers[0].text == " because"
    assert bodies[0]["messages"][0]["content"] == "Why?\n\nBegin your reply with: Reason:"


def test_follow_up_calls_wait_for_the_answers_they_need() -> None:
    received: list[int] = []

    def calls() -> Iterator[tuple[int, Call] | None]:
        yield 0, ASK
        while not received:
            yield None
        yield 1, ASK

    with scripted(in_turn(said("Fine."))) as server:
        for number, _ in backend(server.url).answer(calls()):
            received.append(number)

    assert received == [0, 1]
