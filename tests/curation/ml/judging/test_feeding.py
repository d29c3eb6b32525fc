"""An endpoint is kept as busy as it may be, and no busier; nothing waits for a batch to fill."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from curation.ml.judging.allowance import LocalAllowance
from curation.ml.judging.calls import Answer, BackendError, Call, Sampling
from curation.ml.judging.endpoint import EndpointBackend, EndpointSettings
from tests.curation.ml.judging.scripted import PATIENCE, Reply, failed, said, scripted

ASK = Call((("user", "Which is better?"),), sampling=Sampling(max_tokens=5))


class Counted(LocalAllowance):
    """Remembers what was taken and given back."""

    def __init__(self) -> None:
        super().__init__()
        self.reserved: list[tuple[int, int]] = []
        self.settled: list[tuple[int, int]] = []
        self.closed = 0

    def reserve(self, requests: int, tokens: int) -> float:
        self.reserved.append((requests, tokens))
        return super().reserve(requests, tokens)

    def settle(self, requests: int, tokens: int) -> None:
        self.settled.append((requests, tokens))

    def close(self) -> None:
        self.closed += 1


class Far(Counted):
    """Says to wait until long after the test."""

    def reserve(self, requests: int, tokens: int) -> float:
        super().reserve(requests, tokens)
        return 3600.0


def backend(url: str, concurrency: int, allowance: LocalAllowance | None = None) -> EndpointBackend:
    settings = EndpointSettings(url, "m", concurrency=concurrency, max_retries=0)
    return EndpointBackend(settings, allowance or LocalAllowance())


def numbered(count: int, pulled: list[int]) -> Iterator[tuple[int, Call]]:
    for number in range(count):
        pulled.append(number)
        yield number, ASK


def test_as_many_requests_as_allowed_are_under_way_all_the_time() -> None:
    together = threading.Barrier(4)

    def script(number: int, body: dict[str, Any]) -> Reply:
        # Nobody is answered before four stand here: with fewer under way this would break.
        together.wait(PATIENCE)
        return said("Fine.")

    with scripted(script) as server:
        answers = dict(backend(server.url, 4).answer(numbered(40, [])))

    assert [answers[number].text for number in range(40)] == ["Fine."] * 40
    assert (server.most_active, len(server.bodies)) == (4, 40)


def test_a_slow_request_holds_up_no_other() -> None:
    with scripted(lambda number, body: said("Fine.") if number else slow(number)) as server:
        handed_out: list[int] = []

        def slow(number: int) -> Reply:
            assert all_others.wait(PATIENCE)
            return said("At last.")

        all_others = threading.Event()
        texts = []
        for number, answer in backend(server.url, 3).answer(numbered(30, [])):
            handed_out.append(number)
            texts.append(answer.text)
            if len(handed_out) == 29:
                all_others.set()

    assert texts == ["Fine."] * 29 + ["At last."]
    assert sorted(handed_out) == list(range(30))


def test_a_finished_request_is_replaced_while_the_caller_is_busy() -> None:
    third = threading.Event()

    def script(number: int, body: dict[str, Any]) -> Reply:
        if number == 2:
            third.set()
        return said("Fine.")

    with scripted(script) as server:
        answers = backend(server.url, 2).answer(numbered(10, []))
        next(answers)

        assert third.wait(PATIENCE)
        answers.close()


def test_calls_are_pulled_as_there_is_room() -> None:
    pulled: list[int] = []
    with scripted(lambda number, body: said("Fine.")) as server:
        ahead = [len(pulled) - at for at, _ in enumerate(backend(server.url, 4).answer(numbered(50, pulled)))]

    assert max(ahead) == 4 + 3
    assert len(pulled) == 50


def test_leaving_early_ends_what_is_under_way() -> None:
    allowance = Counted()
    with scripted(lambda number, body: said("Fine.") if number == 0 else hang()) as server:

        def hang() -> Reply:
            server.over.wait(PATIENCE)
            return said("Too late.")

        answers = backend(server.url, 2, allowance).answer(numbered(10, []))
        next(answers)
        answers.close()

        assert not any(thread.name.startswith("endpoint-") for thread in threading.enumerate())
    assert allowance.closed == 1


def test_what_was_not_sent_is_given_back() -> None:
    allowance = Far()
    stop = threading.Event()

    def calls() -> Iterator[tuple[int, Call]]:
        yield 0, ASK
        while not allowance.reserved:
            stop.wait(0.001)
        raise KeyboardInterrupt

    with scripted(lambda number, body: said("Fine.")) as server, pytest.raises(KeyboardInterrupt):
        list(backend(server.url, 2, allowance).answer(calls()))

    assert allowance.reserved == [(1, 9)]
    assert allowance.settled == [(-1, -9)]
    assert server.bodies == []


def test_a_reservation_is_corrected_by_what_was_used() -> None:
    allowance = Counted()
    replies = [said("Fine.", usage=(4, 2, 0)), said("Fine.", usage=None), failed(400), failed(500)]
    with scripted(lambda number, body: replies[number]) as server:
        list(backend(server.url, 1, allowance).answer(numbered(4, [])))

    # 16 characters are about 4 tokens, and 5 may be written. Not reported is not corrected; a failure used nothing.
    assert allowance.reserved == [(1, 9)] * 4
    assert allowance.settled == [(0, -3), (0, -9), (0, -9)]


def test_backends_share_an_allowance() -> None:
    allowance = LocalAllowance(requests_per_minute=6000)
    began = time.monotonic()
    with scripted(lambda number, body: said("Fine.")) as server:
        threads = [
            threading.Thread(target=lambda: list(backend(server.url, 8, allowance).answer(numbered(70, []))))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(server.bodies) == 140
    # 100 may go at once, the other 40 at 100 a second: sooner is impossible, later is the machine's affair.
    assert time.monotonic() - began >= 0.39


def test_one_endpoint_that_shuts_out_ends_all() -> None:
    with scripted(lambda number, body: failed(401)) as server, pytest.raises(BackendError):
        list(backend(server.url, 4).answer(numbered(1000, [])))

    assert len(server.bodies) <= 4 + 3


def test_waiting_for_answers_that_nobody_owes_is_a_mistake() -> None:
    with scripted(lambda number, body: said("Fine.")) as server, pytest.raises(RuntimeError, match="none is under way"):
        list(backend(server.url, 2).answer([None]))


def test_no_calls_need_no_endpoint() -> None:
    assert list(backend("http://127.0.0.1:9/v1", 2).answer([])) == []


def test_what_the_callers_calls_raise_comes_through() -> None:
    def calls() -> Iterator[tuple[int, Call]]:
        yield 0, ASK
        raise ZeroDivisionError

    with scripted(lambda number, body: said("Fine.")) as server, pytest.raises(ZeroDivisionError):
        list(backend(server.url, 2).answer(calls()))


def test_an_answer_is_an_answer() -> None:
    with scripted(lambda number, body: said("Fine.")) as server:
        assert list(backend(server.url, 2).answer([(5, ASK)])) == [(5, Answer("Fine.", None, None, 10, 3, 4))]
