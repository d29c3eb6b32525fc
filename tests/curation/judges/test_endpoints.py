"""Endpoints are named by whoever runs the installation; what they write is understood or refused in one sentence."""

from __future__ import annotations

import pytest

from curation.judges.endpoints import Endpoint, EndpointSettingsError, read_endpoints


def test_endpoints_with_keys_and_limits_are_read() -> None:
    found = read_endpoints(
        {
            "PLUMBLINE_JUDGE_ENDPOINTS": "vllm=http://10.0.0.5:8000/v1/ openai=https://api.openai.com/v1",
            "PLUMBLINE_JUDGE_KEY_OPENAI": "sk-secret",
            "PLUMBLINE_JUDGE_LIMITS_OPENAI": "requests=500 tokens=200000 concurrency=32",
            "PLUMBLINE_JUDGE_PREFILL": "vllm",
        }
    )

    assert found == {
        "vllm": Endpoint("vllm", "http://10.0.0.5:8000/v1", prefill=True),
        "openai": Endpoint("openai", "https://api.openai.com/v1", "sk-secret", 500, 200_000, 32),
    }
    assert "sk-secret" not in repr(found)


def test_without_any_there_are_none() -> None:
    assert read_endpoints({}) == {}


@pytest.mark.parametrize(
    "entry", ["vllm", "vllm=", "vllm=10.0.0.5", "vllm=ftp://host/v1", "VLLM=http://host/v1", "x=http://key@host/v1"]
)
def test_an_entry_that_is_no_endpoint_is_refused(entry: str) -> None:
    with pytest.raises(EndpointSettingsError, match="as name=https://host/v1"):
        read_endpoints({"PLUMBLINE_JUDGE_ENDPOINTS": entry})


@pytest.mark.parametrize("limits", ["requests", "requests=-1", "requests=0", "speed=3", "tokens=many"])
def test_a_limit_that_is_none_is_refused(limits: str) -> None:
    with pytest.raises(EndpointSettingsError, match="PLUMBLINE_JUDGE_LIMITS_VLLM"):
        read_endpoints({"PLUMBLINE_JUDGE_ENDPOINTS": "vllm=http://h/v1", "PLUMBLINE_JUDGE_LIMITS_VLLM": limits})
