"""What may go wrong at an endpoint: which of it passes, how long to wait, and what to tell when it does not."""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import openai

from curation.ml.judging.calls import BackendError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
LONGEST_TOLD_PAUSE = 120.0
"""Seconds. An endpoint that tells us to come back later than this is asked no more for that call."""


@dataclass(eq=False)
class Trouble(Exception):
    """One attempt failed.

    `passing`: the same request may succeed later. `declined`: what a 400 or 422 says. `answered`: the endpoint said
    that it failed, so that nothing was used; without an answer nobody knows.
    """

    reason: str
    passing: bool = False
    retry_after: float | None = None
    declined: str = ""
    answered: bool = True


def trouble_of(error: openai.APIError, *, endpoint: str, model: str, key: str) -> Trouble:
    """What happened, from the client library's error. Raises BackendError when nothing can be asked at all."""
    if isinstance(error, openai.APITimeoutError):
        return Trouble("timeout", passing=True, answered=False)
    if isinstance(error, openai.APIConnectionError):
        return Trouble("connection", passing=True, answered=False)
    if not isinstance(error, openai.APIStatusError):
        return Trouble("malformed_reply")
    status, told = error.status_code, without_key(_told(error), key)
    _stop_when_shut_out(status, error.code, told, endpoint=endpoint, model=model)
    reason = f"http_{status}"
    if status in (408, 409, 429) or status >= 500:
        wait = retry_after(error.response.headers, now=time.time())
        return Trouble(reason, passing=wait is None or wait <= LONGEST_TOLD_PAUSE, retry_after=wait)
    if error.code == "context_length_exceeded" or "context length" in told.lower() or status == 413:
        return Trouble("context_too_long")
    return Trouble(reason, declined=told if status in (400, 422) else "")


def _stop_when_shut_out(status: int, code: str | None, told: str, *, endpoint: str, model: str) -> None:
    if status == 401:
        raise BackendError(f"The endpoint {endpoint} does not accept the API key; check the key of this endpoint.")
    if status == 403:
        raise BackendError(
            f"The endpoint {endpoint} forbids this key to use the model {model}; check what the key may do."
        )
    if status == 404:
        raise BackendError(
            f"The endpoint {endpoint} does not know the model {model}, or its address is wrong (it usually ends in "
            f"/v1): {told}"
        )
    if status == 402 or code == "insufficient_quota":
        raise BackendError(f"The account at the endpoint {endpoint} has no credit left; top it up and run it again.")


def _told(error: openai.APIStatusError) -> str:
    said = error.body.get("message") if isinstance(error.body, Mapping) else None
    return " ".join(str(said or error.message).split())[:300]


def without_key(text: str, key: str) -> str:
    """The text, should a server have repeated the key in it."""
    return text.replace(key, "[key]") if key else text


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, None without one. It may be a number or a date (RFC 9110 10.2.3)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("retry-after")
    seconds = _number(told)
    if seconds is None and told:
        date = email.utils.parsedate_tz(told)
        seconds = max(0.0, email.utils.mktime_tz(date) - now) if date else None
    return seconds


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def pause(attempt: int, told: float | None, chance: Random) -> float:
    """Seconds before the attempt after `attempt` (0 for the first): exponential with full jitter.

    A told time is kept, and spread a little, so that all who were told the same do not come back together.
    """
    if told is not None:
        return told + chance.uniform(0, FIRST_PAUSE)
    # No pause grows past the longest, and no power of two past a float.
    return chance.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt, 30)))
