"""A small OpenAI-compatible server around a local model: chat completions with text and log-probabilities.

It stands in for vLLM where there is none: in tests, and on a machine that wants to try an endpoint judge.
One conversation is completed at a time. What it does not do (`n`, streams, guided JSON) it declines with a 400 that
names the field; nothing is ignored in silence.

    python -m curation.ml.judging.server --model DIR --port 8001
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from curation.ml.judging.calls import Call, Sampling
from curation.ml.judging.chat_model import ChatModel, Refusal

MOST_TOP = 20
DEFAULT_TOKENS = 512
_UNSUPPORTED = ("tools", "functions", "stop", "logit_bias", "presence_penalty", "frequency_penalty")
_NUMBERS: Mapping[str, tuple[float, float, float]] = {
    "temperature": (1.0, 0.0, 2.0),
    "top_p": (1.0, 0.0, 1.0),
    "max_tokens": (DEFAULT_TOKENS, 1, math.inf),
    "max_completion_tokens": (DEFAULT_TOKENS, 1, math.inf),
    "seed": (0, -math.inf, math.inf),
    "top_logprobs": (0, 0, MOST_TOP),
}
"""Default, least and most."""


@contextmanager
def serving(model: ChatModel, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in this process for the length of a with block; gives the base URL, which ends in /v1."""
    server = _server(model, host, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _server(model: ChatModel, host: str, port: int) -> ThreadingHTTPServer:
    class Handler(_Handler):
        served = model

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    served: ChatModel
    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes, which Nagle's algorithm would hold apart on a kept connection.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path.rstrip("/") == "/v1/models":
            self._send(200, {"object": "list", "data": [{"id": self.served.name, "object": "model"}]})
        else:
            self._refuse(Refusal(f"There is nothing at {self.path}.", status=404))

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if self.path.rstrip("/") != "/v1/chat/completions":
                raise Refusal(f"There is nothing at {self.path}.", status=404)
            self._send(200, completed(self.served, _decoded(content)))
        except Refusal as refusal:
            self._refuse(refusal)
        except Exception as error:  # noqa: BLE001 - a server answers, whatever happens
            self._refuse(Refusal(f"The server failed: {type(error).__name__}.", status=500))

    def _refuse(self, refusal: Refusal) -> None:
        kind = "invalid_request_error" if refusal.status < 500 else "server_error"
        self._send(refusal.status, {"error": {"message": str(refusal), "type": kind, "code": refusal.code}})

    def _send(self, status: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """One line a request is more than a log needs."""


def completed(model: ChatModel, body: Mapping[str, Any]) -> dict[str, Any]:
    """The chat completion that answers a request's body. Raises Refusal."""
    if body.get("model") != model.name:
        raise Refusal(f"The model {body.get('model')!r} does not exist; {model.name!r} does.", status=404)
    call, top = _call_of(body)
    completion = model.complete(call, top)
    tokens = [
        {**_token(token.text, token.log_prob), "top_logprobs": [_token(*each) for each in token.top]}
        for token in completion.tokens
    ]
    return {
        "id": f"chatcmpl-{time.time_ns():x}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model.name,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": completion.text},
                "logprobs": {"content": tokens} if top else None,
                "finish_reason": completion.finish_reason,
            }
        ],
        "usage": {
            "prompt_tokens": completion.prompt_tokens,
            "completion_tokens": completion.completion_tokens,
            "total_tokens": completion.prompt_tokens + completion.completion_tokens,
        },
    }


def _decoded(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        raise Refusal("The request is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal("The request must be a JSON object.")
    return body


def _call_of(body: Mapping[str, Any]) -> tuple[Call, int]:
    """The call that a request stands for, and how many tokens are told at each position."""
    for name in _UNSUPPORTED:
        if body.get(name):
            raise Refusal(f"{name} is not supported by this server.")
    if body.get("stream") or body.get("n") not in (None, 1):
        raise Refusal("This server answers with one whole reply: stream must be false and n must be 1.")
    if (body.get("response_format") or {}).get("type", "text") != "text":
        raise Refusal("response_format is not supported by this server: it cannot enforce JSON.")
    numbers = {name: _number(body, name) for name in _NUMBERS}
    limit = numbers["max_completion_tokens" if body.get("max_completion_tokens") else "max_tokens"]
    sampling = Sampling(numbers["temperature"], numbers["top_p"], int(limit), int(numbers["seed"]))
    messages, lead = _messages(body.get("messages")), ""
    if body.get("continue_final_message"):
        (role, lead), messages = messages[-1], messages[:-1]
        if role != "assistant" or not messages:
            raise Refusal("continue_final_message needs an assistant's message at the end of messages.")
    # At least one token is told where log-probabilities are asked for: the one that was drawn.
    top = max(1, int(numbers["top_logprobs"])) if body.get("logprobs") else 0
    return Call(messages, lead=lead, sampling=sampling), top


def _messages(given: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, list) or not given:
        raise Refusal("messages must be a list of at least one message.")
    for message in given:
        known = isinstance(message, dict) and message.get("role") in ("system", "user", "assistant")
        if not known or not isinstance(message.get("content"), str):
            raise Refusal("Each of messages needs a role (system, user, assistant) and a content of text.")
    return tuple((message["role"], message["content"]) for message in given)


def _number(body: Mapping[str, Any], name: str) -> float:
    default, least, most = _NUMBERS[name]
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refusal(f"{name} must be a number between {least} and {most}.")
    return value


def _token(text: str, log_prob: float) -> dict[str, Any]:
    return {"token": text, "logprob": log_prob, "bytes": list(text.encode())}


def main() -> None:
    """Serve a model folder until interrupted."""
    parser = argparse.ArgumentParser(description="Serve a local model as an OpenAI-compatible endpoint.")
    parser.add_argument("--model", type=Path, required=True, help="folder of a causal language model")
    parser.add_argument("--name", help="what requests call it; the folder's name by default")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    given = parser.parse_args()
    from curation.ml.judging.served_model import ServedModel

    server = _server(ServedModel(given.model, given.name or given.model.name), given.host, given.port)
    sys.stderr.write(f"Serving {given.model} at http://{given.host}:{server.server_port}/v1\n")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
