"""Judges answered by an OpenAI-compatible endpoint: vLLM, SGLang, llama.cpp, or a hosted service. No torch.

Requests go out continuously, `concurrency` at once, at the pace of an allowance that all workers share. Only what may
pass is tried again (no connection, time-outs, 408, 409, 429 and 5xx), a bounded number of times.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from random import Random
from typing import Any
from urllib.parse import urlsplit

import openai
from openai.types.chat import ChatCompletion

from curation.ml.judging.allowance import Allowance, Reservation
from curation.ml.judging.calls import Answer, BackendError, Call
from curation.ml.judging.chat_completions import Dialect, Reading, estimated_tokens, read_completion, request_body
from curation.ml.judging.feeding import Ask, feed
from curation.ml.judging.troubles import Trouble, pause, trouble_of

NO_KEY = "none"
"""Sent where no key is needed: the header must hold something."""


@dataclass(frozen=True)
class EndpointSettings:
    """Where an endpoint is and how it may be asked. `base_url` usually ends in /v1; `timeout_s` is for one attempt.

    `prefill`: the server continues an assistant's turn that the request begins (vLLM, SGLang). `guided_json`: ask it
    to enforce schemas. Both change what is asked and so belong to the identity.
    Raises BackendError when the address or the key cannot be one.
    """

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    concurrency: int = 16
    timeout_s: float = 120.0
    max_retries: int = 6
    prefill: bool = False
    guided_json: bool = True

    def __post_init__(self) -> None:
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BackendError("The address of the endpoint must begin with http:// or https:// and name a host.")
        if address.username is not None or address.password is not None or address.query or address.fragment:
            raise BackendError(
                f"The address of the endpoint {self.place} must hold no user, password, ? or #; its key is a field "
                "of its own."
            )
        # A client library would repeat an unusable key in its error.
        if not (self.api_key.isascii() and self.api_key.isprintable()) or " " in self.api_key:
            raise BackendError(f"The API key of the endpoint {self.place} holds blanks or other signs no key has.")

    @property
    def place(self) -> str:
        """Host, port and path: how the endpoint is named to people and in keys."""
        address = urlsplit(self.base_url)
        return f"{address.netloc.rpartition('@')[2]}{address.path}".rstrip("/")


@dataclass
class _Heard:
    """What the endpoint told beside its answers."""

    usage: str = "not reported"
    fingerprints: set[str] = field(default_factory=set)
    options_bounded: int = 0
    retries: int = 0
    last_declined: str = ""

    def note(self, reading: Reading) -> None:
        if reading.usage is not None:
            self.usage = "reported"
        if reading.fingerprint:
            self.fingerprints.add(reading.fingerprint)
        self.options_bounded += reading.bounded


class EndpointBackend:
    """A JudgeBackend. The allowance is asked from a thread of its own, so that a slow one holds up no request."""

    def __init__(self, settings: EndpointSettings, allowance: Allowance) -> None:
        self._settings, self._allowance = settings, allowance
        self._dialect = Dialect(settings.prefill, settings.guided_json)
        self._heard = _Heard()
        self._chance = Random()  # noqa: S311 - spreads requests over time, and no answer depends on it
        # Loop time before which nobody sends: what one request is told to wait holds for all.
        self._resting_until = 0.0

    @property
    def identity(self) -> Mapping[str, Any]:
        settings = self._settings
        return {
            "backend": "openai",
            "base_url": settings.place,
            "model": settings.model,
            "prefill": settings.prefill,
            "guided_json": settings.guided_json,
        }

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The identity, and what was heard so far: whether usage is reported, and what had to be left out or guessed.

        `options_bounded` counts options whose log-probability is only known from above, see `option_log_probs`.
        """
        heard = self._heard
        return {
            **self.identity,
            "json_enforced": self._dialect.guided_json,
            "usage": heard.usage,
            "system_fingerprints": sorted(heard.fingerprints),
            "options_bounded": heard.options_bounded,
            "retries": heard.retries,
            "last_declined": heard.last_declined,
            "libraries": {"openai": version("openai")},
        }

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        """See JudgeBackend. Calls that ran out of attempts are answered with the reason of the last one."""
        return feed(calls, self._session, concurrency=self._settings.concurrency)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Ask]:
        self._resting_until = 0.0
        settings = self._settings
        client = openai.AsyncOpenAI(
            base_url=settings.base_url,
            api_key=settings.api_key or NO_KEY,
            timeout=settings.timeout_s,
            max_retries=0,  # retried here, where the allowance is asked again and the reason is known
        )
        with ThreadPoolExecutor(1, thread_name_prefix="endpoint-allowance") as thread:
            try:
                async with client:
                    yield partial(self._ask, client, thread)
            finally:
                thread.submit(self._allowance.close)

    async def _ask(self, client: openai.AsyncOpenAI, thread: Executor, call: Call) -> Answer:
        settings, attempt = self._settings, 0
        while True:
            body = request_body(call, settings.model, self._dialect)
            try:
                return await self._attempt(client, thread, call, body)
            except Trouble as trouble:
                if trouble.declined:
                    self._heard.last_declined = trouble.declined
                    self._stop_without_log_probs(call, trouble.declined)
                    if self._dialect.simpler(body, trouble.declined):
                        continue
                if not trouble.passing or attempt >= settings.max_retries:
                    return Answer(reason=trouble.reason)
                wait = pause(attempt, trouble.retry_after, self._chance)
                if trouble.retry_after is not None:
                    until = asyncio.get_running_loop().time() + trouble.retry_after
                    self._resting_until = max(self._resting_until, until)
            await asyncio.sleep(wait)
            attempt += 1
            self._heard.retries += 1

    async def _attempt(self, client: openai.AsyncOpenAI, thread: Executor, call: Call, body: dict[str, Any]) -> Answer:
        """One request, paid from the allowance. Raises Trouble, BackendError."""
        loop = asyncio.get_running_loop()
        tokens = estimated_tokens(body, self._dialect)
        reservation = Reservation(self._allowance, tokens)
        try:
            await asyncio.sleep(await loop.run_in_executor(thread, reservation.take))
            while (rest := self._resting_until - loop.time()) > 0:
                await asyncio.sleep(rest)
            reservation.requests = reservation.tokens = 0
            try:
                completion = await self._send(client, body)
            except Trouble as trouble:
                reservation.tokens = tokens if trouble.answered else 0
                raise
            reading = read_completion(call, completion, prefilled=self._settings.prefill, endpoint=self._settings.place)
            self._heard.note(reading)
            if reading.usage is not None:
                reservation.tokens = tokens - reading.usage.prompt_tokens - reading.usage.completion_tokens
            return reading.answer
        finally:
            thread.submit(reservation.settle)

    async def _send(self, client: openai.AsyncOpenAI, body: dict[str, Any]) -> Any:
        settings = self._settings
        try:
            # The library's own limit is on each read; a server that drips would never meet it.
            async with asyncio.timeout(settings.timeout_s):
                return await client.post("/chat/completions", body=body, cast_to=ChatCompletion)
        except TimeoutError:
            raise Trouble("timeout", passing=True, answered=False) from None
        except ValueError:
            raise Trouble("malformed_reply") from None
        except openai.APIError as error:
            failure = error
        # Out here, so that no traceback shows the library's error: servers repeat the key in theirs.
        raise trouble_of(failure, endpoint=settings.place, model=settings.model, key=settings.api_key)

    def _stop_without_log_probs(self, call: Call, declined: str) -> None:
        if call.options and "logprob" in declined.lower():
            raise BackendError(
                f"The endpoint {self._settings.place} declines to tell log-probabilities; use another model or a "
                f"protocol that writes its verdict: {declined}"
            )
