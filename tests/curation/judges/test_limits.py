"""One row paces all workers: taken together they get what one would, and its arithmetic is that of one process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db.models import F

from curation.judges.endpoints import Endpoint
from curation.judges.limits import SharedAllowance
from curation.ml.judging.allowance import LocalAllowance
from curation.models import EndpointAllowance


def endpoint(requests: int | None = None, tokens: int | None = None) -> Endpoint:
    return Endpoint("vllm", "http://127.0.0.1:9/v1", requests_per_minute=requests, tokens_per_minute=tokens)


def pass_time(seconds: float) -> None:
    EndpointAllowance.objects.update(updated_at=F("updated_at") - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_without_limits_nothing_is_asked_of_the_database(django_assert_num_queries: Any) -> None:
    allowance = SharedAllowance(endpoint())

    with django_assert_num_queries(0):
        assert allowance.reserve(1, 10**9) == 0.0
        allowance.settle(0, -5)


@pytest.mark.django_db
def test_the_row_is_made_on_first_use_and_follows_what_the_installation_allows() -> None:
    SharedAllowance(endpoint(requests=60)).reserve(1, 100)
    SharedAllowance(endpoint(requests=120, tokens=6000)).reserve(1, 100)

    row = EndpointAllowance.objects.get()
    assert (row.name, row.requests_per_minute, row.tokens_per_minute) == ("vllm", 120, 6000)


@pytest.mark.django_db
def test_requests_and_tokens_are_waited_for_as_in_one_process() -> None:
    # A request and 100 tokens a minute.
    shared = SharedAllowance(endpoint(1, 100))
    now = [0.0]
    local = LocalAllowance(1, 100, clock=lambda: now[0])
    steps = [(0.0, 1, 50), (0.0, 1, 50), (30.0, 1, 400), (1800.0, 1, 10), (0.0, 2, 0), (60.0, 1, 1000), (120.0, 1, 0)]
    for rest, requests, tokens in steps:
        pass_time(rest)
        now[0] += rest

        # The database's own clock goes on while the test runs.
        assert shared.reserve(requests, tokens) == pytest.approx(local.reserve(requests, tokens), abs=9)


@pytest.mark.django_db
def test_what_is_given_back_shortens_the_line() -> None:
    allowance = SharedAllowance(endpoint(tokens=60))
    assert allowance.reserve(1, 601) == pytest.approx(600, abs=5)

    allowance.settle(0, -600)

    assert allowance.reserve(1, 60) == pytest.approx(60, abs=5)


@pytest.mark.django_db
def test_a_row_from_the_future_earns_nothing_and_stays_there() -> None:
    allowance = SharedAllowance(endpoint(requests=60))
    allowance.reserve(1, 0)
    pass_time(-3600)
    ahead = EndpointAllowance.objects.get()

    assert allowance.reserve(1, 0) == pytest.approx(1, abs=0.01)
    assert EndpointAllowance.objects.get().updated_at == ahead.updated_at


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_get_places_one_behind_the_other() -> None:
    workers, each = 6, 20
    start = Barrier(workers)

    def work() -> list[float]:
        allowance = SharedAllowance(endpoint(requests=1))
        start.wait()
        try:
            return [allowance.reserve(1, 0) for _ in range(each)]
        finally:
            allowance.close()

    with ThreadPoolExecutor(workers) as pool:
        waits = sorted(wait for worker in [pool.submit(work) for _ in range(workers)] for wait in worker.result())

    # A minute apart, whoever asked: nobody was given another's place. The clock moves a little between them.
    assert waits == pytest.approx([60.0 * place for place in range(workers * each)], abs=29)
    left = EndpointAllowance.objects.get().requests_available
    assert left == pytest.approx(1 - workers * each, abs=0.5)
