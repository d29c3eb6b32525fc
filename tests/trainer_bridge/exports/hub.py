"""The few addresses of the Hub that a push uses, on this machine; what was sent to them is kept."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD, READER = "hf_writer", "hf_reader"


class FakeHub:
    """`repos` as they were asked for, and `commits`: `{file name: bytes}` each."""

    def __init__(self) -> None:
        self.url = ""
        self.repos: list[dict[str, Any]] = []
        self.commits: list[dict[str, bytes]] = []
        self.uploads: dict[str, bytes] = {}

    def answer(self, path: str, token: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if token not in (GOOD, READER):
            return 401, {"error": "Invalid credentials in Authorization header"}
        if token == READER:
            return 403, {"error": "Forbidden: you must use a write token"}
        if path == "/api/repos/create":
            self.repos.append(json.loads(body))
            return 200, {"url": f"{self.url}/datasets/{self.repos[-1].get('organization')}/{self.repos[-1]['name']}"}
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if "/preupload/" in path:
            files = json.loads(body)["files"]
            return 200, {"files": [{**file, "uploadMode": "regular", "shouldIgnore": False} for file in files]}
        if "/commit/" in path:
            lines = [json.loads(line) for line in body.splitlines()]
            files = {
                line["value"]["path"]: base64.b64decode(line["value"]["content"])
                for line in lines
                if line["key"] == "file"
            }
            self.commits.append(files)
            return 200, {
                "success": True,
                "commitUrl": f"{self.url}{path.removeprefix('/api').partition('/commit/')[0]}/commit/1",
                "commitOid": "c0ffee",
                "hookOutput": "",
            }
        return 404, {"error": f"nothing at {path}"}


@contextmanager
def fake_hub() -> Iterator[FakeHub]:
    hub = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, answer = hub.answer(self.path.partition("?")[0], token, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
