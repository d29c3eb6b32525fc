"""The REST API as a script sees it: a token and JSON."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import Any


class Rest:
    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def get(self, path: str) -> Any:
        return self._call("GET", path, None, "application/json")

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, json.dumps(body).encode(), "application/json")

    def patch(self, path: str, body: Any) -> Any:
        return self._call("PATCH", path, json.dumps(body).encode(), "application/json")

    def all(self, path: str) -> list[Any]:
        """Every row of a paged list."""
        rows: list[Any] = []
        cursor = ""
        while True:
            page = self.get(f"{path}?limit=200{cursor}")
            rows += page["results"]
            if page["next"] is None:
                return rows
            cursor = f"&cursor={page['next']}"

    def upload(self, path: str, name: str, content: bytes) -> Any:
        boundary = "plumbline-test-boundary"
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self._call("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def finished(self, job: dict[str, Any], *, seconds: float = 60) -> dict[str, Any]:
        """Wait for a job to succeed and return it as it ended."""
        deadline = time.monotonic() + seconds
        while job["state"] not in ("succeeded", "failed", "cancelled"):
            assert time.monotonic() < deadline, f"still {job['state']}: {job['title']}"
            time.sleep(0.1)
            job = self.get(f"/api/jobs/{job['id']}/")
        assert job["state"] == "succeeded", job["message"]
        return job

    def _call(self, method: str, path: str, body: bytes | None, content_type: str) -> Any:
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.address}{path}",
            data=body,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": content_type},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            content = answer.read()
        return json.loads(content) if content else None
