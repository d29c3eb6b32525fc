"""Telling the application about a run that trains on another machine.

With PLUMBLINE_REPORT_URL and PLUMBLINE_REPORT_TOKEN in the environment, a thread reads what the trainer writes into
its run folder and sends what is new; at the end the model follows. Nothing here stops or slows training: what cannot
be sent is kept and tried again. Only the application itself may ask for an end, when somebody cancelled the run.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from trainer_bridge.ml.run_folder import RunFolder, sha256_of

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# A sign of life when nothing else is new.
BEAT_SECONDS = 20.0
_TIMEOUT_SECONDS = 60
_LONGEST_WAIT_SECONDS = 30.0
# How long the end of a run is tried to be told.
_FAREWELL_SECONDS = 1800.0
_PIECE_BYTES = 4 << 20
_LOG_CHARACTERS = 200_000
_LINES = 2000
_SENT_SUFFIXES = (".safetensors", ".json", ".txt", ".jinja", ".model")


class _RefusedError(Exception):
    """The application does not want to hear more; asking again is of no use. `stop`: it asks for an end."""

    def __init__(self, sentence: str, *, stop: bool = False) -> None:
        super().__init__(sentence)
        self.stop = stop


@contextmanager
def reporting(folder: RunFolder) -> Iterator[None]:
    """Report on the folder while inside, where the environment says so and this is the first of several processes."""
    url, token = os.environ.get("PLUMBLINE_REPORT_URL", ""), os.environ.get("PLUMBLINE_REPORT_TOKEN", "")
    if not (url and token) or os.environ.get("RANK", "0") != "0":
        yield
        return
    reporter = Reporter(folder, url, token)
    reporter.start()
    try:
        yield
    finally:
        reporter.finish()


class Reporter:
    """One trainer's session with the application."""

    def __init__(self, folder: RunFolder, url: str, token: str) -> None:
        self._folder = folder
        run = token.split("_")[1]
        self._address = f"{url.rstrip('/')}/api/runs/{run}"
        self._token = token
        self._session = uuid.uuid4().hex
        self._part = 0
        self._waiting: dict[str, Any] | None = None
        self._tails = {name: _Tail(folder.path / name) for name in ("metrics.jsonl", "samples.jsonl")}
        self._log = _Lines()
        self._told: dict[str, Any] = {}
        self._told_at = 0.0
        self._refused = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="run-reports", daemon=True)
        # What an earlier try left is not this one's word.
        self._begun_at = time.time()

    def start(self) -> None:
        """Begin to report, in a thread of its own."""
        logging.getLogger().addHandler(self._log)
        self._thread.start()

    def finish(self) -> None:
        """Send the rest: the model where there is one, and the last word. Gives up quietly after half an hour."""
        self._ended.set()
        self._thread.join()
        logging.getLogger().removeHandler(self._log)
        deadline = time.monotonic() + _FAREWELL_SECONDS
        wait = 1.0
        while not self._refused:
            try:
                if self._status().get("state") == "finished":
                    self._send_files()
                self._send_news(last=True)
                return
            except _RefusedError as error:
                logger.warning("the application takes no more reports: %s", error)
                return
            except (OSError, http.client.HTTPException, ValueError) as error:
                if time.monotonic() > deadline:
                    logger.warning("the end of this run could not be reported: %s", error)
                    return
                time.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)

    def _run(self) -> None:
        wait = LOOK_SECONDS
        while not self._ended.wait(wait):
            wait = LOOK_SECONDS
            try:
                self._send_news(last=False)
            except _RefusedError as error:
                logger.warning("the application takes no more reports: %s", error)
                self._refused = True
                if error.stop:
                    # As Ctrl-C does: the step is finished and a checkpoint saved.
                    os.kill(os.getpid(), signal.SIGTERM)
                return
            except (OSError, http.client.HTTPException, ValueError) as error:
                logger.debug("a report could not be sent yet: %s", error)
                wait = min(max(self._since_told(), 1.0), _LONGEST_WAIT_SECONDS)

    def _since_told(self) -> float:
        return time.monotonic() - self._told_at if self._told_at else 1.0

    def _status(self) -> dict[str, Any]:
        try:
            status = self._folder.read_status()
            fresh = (self._folder.path / "status.json").stat().st_mtime >= self._begun_at - 1
        except (OSError, ValueError):
            return {}
        return status if fresh else {}

    def _send_news(self, *, last: bool) -> None:
        """Send what is new since the last report, in as many reports as it takes."""
        self._send_waiting()
        while (news := self._news(last=last)) is not None:
            self._waiting = news
            self._send_waiting()
            if len(news["metrics"]) < _LINES:
                return

    def _send_waiting(self) -> None:
        """A report that could not be sent is sent as it was: its number tells the application what it has already."""
        if self._waiting is not None:
            self._call("POST", "/report/", json.dumps(self._waiting).encode(), kind="application/json")
            self._told_at = time.monotonic()
            self._waiting = None

    def _news(self, *, last: bool) -> dict[str, Any] | None:
        status = self._status()
        state = str(status.get("state") or "preparing")
        if state == "finished" and not last:
            # The model is sent first.
            state = "training"
        facts = {"state": state, "step": int(status.get("step") or 0), "max_steps": status.get("max_steps")}
        metrics, samples = self._tails["metrics.jsonl"].read(_LINES), self._tails["samples.jsonl"].read(50)
        log = self._log.take()
        if not (last or metrics or samples or log or facts != self._told or self._since_told() > BEAT_SECONDS):
            return None
        self._told = facts
        self._part += 1
        return {
            "session": self._session,
            "part": self._part,
            **facts,
            "error": status.get("error"),
            "log": log,
            "metrics": metrics,
            "samples": samples,
        }

    def _send_files(self) -> None:
        for name in ("adapter", "model"):
            for path in sorted((self._folder.path / name).glob("*")):
                if path.is_file() and path.suffix in _SENT_SUFFIXES:
                    self._send_file(path, f"{name}/{path.name}")
        self._send_file(self._folder.summary, "summary.json")

    def _send_file(self, path: Path, name: str) -> None:
        size, digest = path.stat().st_size, sha256_of(path)
        received = 0
        with path.open("rb") as file:
            while True:
                file.seek(received)
                asked = urlencode({"offset": received, "size": size, "sha256": digest})
                answer = self._call("PUT", f"/files/{quote(name)}/?{asked}", file.read(_PIECE_BYTES))
                received = int(answer["received"])
                if received >= size:
                    return

    def _call(self, method: str, path: str, body: bytes, *, kind: str = "application/octet-stream") -> dict[str, Any]:
        if not self._address.startswith(("http://", "https://")):
            raise _RefusedError("PLUMBLINE_REPORT_URL must begin with http:// or https://.")
        request = urllib.request.Request(  # noqa: S310 - checked above
            self._address + path,
            method=method,
            data=body,
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": kind},
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            said = error.read(2000).decode("utf-8", "replace")
            # Too many requests and the server's own troubles pass; everything else stays as it is.
            if error.code in (408, 425, 429) or error.code >= 500:
                raise OSError(f"{error.code} {said}") from None
            raise _RefusedError(f"{error.code} {said}", stop=error.code == 409 and '"cancelled"' in said) from None


class _Tail:
    """New whole lines of a JSON-lines file, from the start again where the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset, self._inode = path, 0, 0

    def read(self, limit: int) -> list[dict[str, Any]]:
        try:
            with self._path.open("rb") as file:
                facts = os.fstat(file.fileno())
                if facts.st_ino != self._inode or facts.st_size < self._offset:
                    self._inode, self._offset = facts.st_ino, 0
                file.seek(self._offset)
                entries: list[dict[str, Any]] = []
                for line in file:
                    if not line.endswith(b"\n") or len(entries) == limit:
                        break
                    self._offset += len(line)
                    entries.append(json.loads(line))
                return entries
        except FileNotFoundError:
            return []


class _Lines(logging.Handler):
    """What the trainer logs, kept until it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._kept = ""

    def emit(self, record: logging.LogRecord) -> None:
        self._kept = (self._kept + self.format(record) + "\n")[-_LOG_CHARACTERS:]

    def take(self) -> str:
        self.acquire()
        try:
            taken, self._kept = self._kept, ""
        finally:
            self.release()
        return taken
