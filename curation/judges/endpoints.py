"""Endpoints that judges may ask: named by whoever runs the installation, so that no address or key comes from a user.

PLUMBLINE_JUDGE_ENDPOINTS="vllm=http://10.0.0.5:8000/v1 openai=https://api.openai.com/v1"
PLUMBLINE_JUDGE_KEY_OPENAI=…                       the key, where one is needed
PLUMBLINE_JUDGE_LIMITS_OPENAI="requests=500 tokens=200000 concurrency=32"     per minute; all optional
PLUMBLINE_JUDGE_PREFILL="vllm"                     those that go on from the beginning of an assistant's turn
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from webapp.api.errors import UnprocessableError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LIMITS = ("requests", "tokens", "concurrency")
CONCURRENCY = 16


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible server. Limits are per minute and over all workers; None where there is none."""

    name: str
    url: str
    key: str = field(default="", repr=False)
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrency: int = CONCURRENCY
    # Whether it continues an assistant's turn that the request begins, as vLLM and SGLang do.
    prefill: bool = False


class EndpointSettingsError(ValueError):
    """The environment names an endpoint in a way that cannot be understood; the message says which and how."""


def read_endpoints(environment: Mapping[str, str]) -> dict[str, Endpoint]:
    """The endpoints of an environment by name. Raises EndpointSettingsError."""
    found = {}
    for entry in environment.get("PLUMBLINE_JUDGE_ENDPOINTS", "").split():
        name, _, url = entry.partition("=")
        parts = urlsplit(url)
        if not _NAME.fullmatch(name) or parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise EndpointSettingsError(
                f"PLUMBLINE_JUDGE_ENDPOINTS: write {entry!r} as name=https://host/v1, the name in lower case and the "
                "key in PLUMBLINE_JUDGE_KEY_NAME."
            )
        limits = _limits(environment.get(f"PLUMBLINE_JUDGE_LIMITS_{name.upper()}", ""), name)
        found[name] = Endpoint(
            name=name,
            url=url.rstrip("/"),
            key=environment.get(f"PLUMBLINE_JUDGE_KEY_{name.upper()}", ""),
            requests_per_minute=limits.get("requests"),
            tokens_per_minute=limits.get("tokens"),
            concurrency=limits.get("concurrency", CONCURRENCY),
            prefill=name in environment.get("PLUMBLINE_JUDGE_PREFILL", "").split(),
        )
    return found


def endpoints_all() -> dict[str, Endpoint]:
    """What this installation offers. Raises UnprocessableError where its environment cannot be understood."""
    try:
        return read_endpoints(settings.JUDGE_ENVIRONMENT)
    except EndpointSettingsError as error:
        raise UnprocessableError(str(error)) from None


def endpoint_get(name: str) -> Endpoint:
    """Raises UnprocessableError that says which there are."""
    endpoints = endpoints_all()
    if name not in endpoints:
        known = f"choose {' or '.join(sorted(endpoints))}" if endpoints else "PLUMBLINE_JUDGE_ENDPOINTS names none"
        raise UnprocessableError(
            f"model.endpoint: this installation has no endpoint {name!r}; {known}.",
            fields={"model.endpoint": ["No such endpoint."]},
        )
    return endpoints[name]


def _limits(text: str, name: str) -> dict[str, int]:
    found = {}
    for entry in text.split():
        limit, _, number = entry.partition("=")
        if limit not in _LIMITS or not number.isascii() or not number.isdecimal() or int(number) < 1:
            raise EndpointSettingsError(
                f"PLUMBLINE_JUDGE_LIMITS_{name.upper()}: write {entry!r} as requests=500, tokens=200000 or "
                "concurrency=32."
            )
        found[limit] = int(number)
    return found
