"""A real HTTP server that does what a test tells it to, and counts what reaches it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 20.0
"""Seconds after which something that never comes fails the test instead of hanging it."""


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """Raised by a script: the connection is closed without an answer."""


Script = Callable[[int, dict[str, Any]], Reply]


@dataclass
class ScriptedServer:
    """`script(number, body)` answers request `number` (from 0); requests are answered side by side."""

    script: Script
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    active: int = 0
    most_active: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def began(self, body: dict[str, Any]) -> int:
        with self.lock:
            self.bodies.append(body)
            self.active += 1
            self.most_active = max(self.most_active, self.active)
            return len(self.bodies) - 1

    def ended(self) -> None:
        with self.lock:
            self.active -= 1


def said(
    text: str, *, finish_reason: str = "stop", log_probs: Any = None, usage: tuple[int, int, int] | None = (10, 3, 4)
) -> Reply:
    """A chat completion; `log_probs` are (token, log-probability) of its first position, the first one drawn."""
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}],
    }
    if log_probs is not None:
        top = [{"token": token, "logprob": value, "bytes": None} for token, value in log_probs]
        body["choices"][0]["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
    if usage is not None:
        prompt, completion, cached = usage
        details = {"cached_tokens": cached}
        body["usage"] = {"prompt_tokens": prompt, "completion_tokens": completion, "prompt_tokens_details": details}
    return Reply(body=body)


def failed(
    status: int, message: str = "no", headers: Mapping[str, str] | None = None, code: str | None = None
) -> Reply:
    return Reply(status, {"error": {"message": message, "type": "error", "code": code}}, headers or {})


@contextmanager
def scripted(script: Script) -> Iterator[ScriptedServer]:
    running = ScriptedServer(script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            number = running.began(body)
            try:
                reply = running.script(number, body)
            except Dropped:
                self.close_connection = True
                return
            finally:
                running.ended()
            content = reply.body.encode() if isinstance(reply.body, str) else json.dumps(reply.body).encode()
            kind = "text/html" if isinstance(reply.body, str) else "application/json"
            self.send_response(reply.status)
            for name, value in {"Content-Type": kind, **reply.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that gave up are part of the script."""

    server = Quiet(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
