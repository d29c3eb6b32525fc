"""A broker that is away costs no request: what was asked for is stored, and the sweep sends it later."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from webapp.celery import app
from webapp.jobs.dispatch import publish


@pytest.mark.parametrize("error", [RedisConnectionError("broken pipe"), ConnectionRefusedError("refused")])
def test_a_lost_broker_is_no_error(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def lost(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(app, "send_task", lost)

    publish(1, "default")


def test_other_errors_are_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise TypeError("a mistake of ours")

    monkeypatch.setattr(app, "send_task", broken)

    with pytest.raises(TypeError):
        publish(1, "default")
