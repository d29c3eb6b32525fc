"""Requests and tokens per minute: never more than promised, and nobody waits longer than needed."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.ml.judging import troubles
from curation.ml.judging.allowance import LocalAllowance, burst


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_without_limits_everything_goes_at_once() -> None:
    allowance = LocalAllowance()

    assert [allowance.reserve(1, 10**9) for _ in range(100)] == [0.0] * 100


def test_requests_queue_up_one_behind_the_other() -> None:
    allowance = LocalAllowance(requests_per_minute=30, clock=Clock())

    assert [allowance.reserve(1, 0) for _ in range(4)] == [0.0, 2.0, 4.0, 6.0]


def test_tokens_may_be_what_is_waited_for() -> None:
    clock = Clock()
    allowance = LocalAllowance(600, 6000, clock=clock)

    # 100 tokens a second, of which one second's worth lies ready; a request larger than that waits, and passes.
    assert allowance.reserve(1, 100) == 0.0
    assert allowance.reserve(1, 500) == 5.0
    clock.now = 2.0
    assert allowance.reserve(1, 50) == pytest.approx(3.5)


def test_what_was_reserved_and_not_used_is_there_for_the_next() -> None:
    allowance = LocalAllowance(None, 6000, clock=Clock())
    allowance.reserve(1, 1100)

    allowance.settle(0, -1000)

    assert allowance.reserve(1, 50) == 0.5


def test_a_long_rest_earns_no_more_than_a_burst() -> None:
    clock = Clock()
    allowance = LocalAllowance(requests_per_minute=120, clock=clock)
    clock.now = 3600.0

    assert [allowance.reserve(1, 0) for _ in range(4)] == [0.0, 0.0, 0.5, 1.0]


@given(
    per_minute=st.integers(1, 5000),
    steps=st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3)), min_size=1, max_size=60),
)
def test_no_stretch_of_time_sees_more_than_promised(per_minute: int, steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    allowance = LocalAllowance(requests_per_minute=per_minute, clock=clock)
    sent: list[tuple[float, int]] = []
    for rest, requests in steps:
        clock.now += rest
        sent.append((clock.now + allowance.reserve(requests, 0), requests))

    times = [at for at, _ in sent]
    assert times == sorted(times)
    for first, (began, _) in enumerate(sent):
        for last in range(first, len(sent)):
            went = sum(requests for _, requests in sent[first : last + 1])
            # A reservation of several waits until all of it is there, so a window may open with it.
            promised = burst(per_minute) + (sent[last][0] - began) * per_minute / 60 + sent[first][1]
            assert went <= promised + 1e-6


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:30 GMT"}, 30.0),
        ({"retry-after": "Thu, 01 Jan 2015 00:00:30 GMT"}, 0.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
    ],
)
def test_retry_after_is_a_number_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00").timestamp()

    assert troubles.retry_after(headers, now=now) == seconds


@given(attempt=st.integers(0, 2000), seed=st.integers(0, 99))
def test_pauses_grow_to_a_limit_and_are_spread_over_all_of_it(attempt: int, seed: int) -> None:
    assert 0 <= troubles.pause(attempt, None, Random(seed)) <= min(30.0, 0.5 * 2.0 ** min(attempt, 10))


@given(told=st.floats(0, 120), seed=st.integers(0, 99))
def test_a_told_pause_is_kept(told: float, seed: int) -> None:
    assert told <= troubles.pause(3, told, Random(seed)) <= told + 0.5
