"""How fast a file becomes a dataset version, through the API and a worker; part of `bench_annotate`.

The clock runs from the first byte of the upload until the version is ready. Memory is the largest process's peak,
sampled ten times a second.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psutil

from tests.benchmarks.output import ROOT, TEXT, emit

BOUNDARY = "plumbline-bench-boundary"


def write_rows(path: Path, count: int) -> None:
    """Preference rows of about 1.7 KB in TRL's format, all different."""
    with path.open("wb") as file:
        for number in range(count):
            row = {
                "prompt": f"Question {number}: {TEXT[number % 97 :][:350]}",
                "chosen": f"One {number} {TEXT[number % 89 :][:620]}",
                "rejected": f"Another {number} {TEXT[number % 83 :][:620]}",
            }
            file.write(orjson.dumps(row) + b"\n")


class PeakMemory(threading.Thread):
    """Samples the resident size of processes and their children until `finish`; keeps the largest single one."""

    def __init__(self, roots: dict[str, int]) -> None:
        super().__init__(daemon=True)
        self.roots = roots
        self.mib = dict.fromkeys(roots, 0.0)
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(0.1):
            for name, pid in self.roots.items():
                try:
                    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
                    largest = max(process.memory_info().rss for process in processes)
                except psutil.NoSuchProcess:
                    continue
                self.mib[name] = max(self.mib[name], largest / 2**20)

    def finish(self) -> dict[str, float]:
        self._ended.set()
        self.join()
        return self.mib


def start_worker(log: Path) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "celery", "-A", "webapp", "worker", "--loglevel", "info", "--without-mingle"),
        *("-Q", "default", "--concurrency", "2"),
    ]
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)


def measure(*, port: int, token: str, project: int, rows: int, folder: Path, web_pid: int) -> None:
    """Import `rows` rows once and print `import_rows_per_s` and `import_peak_mib`."""
    path = folder / "rows.jsonl"
    write_rows(path, rows)
    worker = start_worker(folder / "worker.log")
    try:
        client = Client(port, token)
        dataset = client.send("POST", f"/api/projects/{project}/datasets/", {"name": "Bench"})["id"]
        # A small import first, so that the worker has loaded what it needs.
        small = folder / "small.jsonl"
        write_rows(small, 10)
        client.wait(client.upload(f"/api/datasets/{dataset}/imports/", small))
        memory = PeakMemory({"worker": worker.pid, "web": web_pid})
        memory.start()
        began = time.perf_counter()
        job = client.upload(f"/api/datasets/{dataset}/imports/", path)
        uploaded = time.perf_counter()
        done = client.wait(job)
        seconds = time.perf_counter() - began
        peak = memory.finish()
    finally:
        worker.terminate()
        worker.wait(30)
    # 10 rows of it came with the small file.
    if done["result"]["new"] + done["result"]["merged"] + 10 < rows:
        raise RuntimeError(f"Imported {done['result']} of {rows} rows.")
    emit(
        "import_rows_per_s",
        rows / seconds,
        "rows/s",
        2444,
        rows=rows,
        file_mib=round(path.stat().st_size / 2**20, 1),
        upload_s=round(uploaded - began, 2),
        total_s=round(seconds, 2),
    )
    emit("import_peak_mib", peak["worker"], "MiB", 1335, web_mib=round(peak["web"], 1))


class Client:
    """The few calls an import needs."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(self, method: str, path: str, body: Any = None) -> Any:
        headers = {**self.headers, "Content-Type": "application/json"}
        self.connection.request(method, path, orjson.dumps(body) if body is not None else None, headers)
        return self._answer()

    def upload(self, path: str, file: Path) -> Any:
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            "Content-Type: application/x-ndjson\r\n\r\n"
        ).encode()
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()

        def parts() -> Iterator[bytes]:
            yield head
            with file.open("rb") as rows:
                while block := rows.read(1 << 20):
                    yield block
            yield tail

        headers = {
            **self.headers,
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(head) + file.stat().st_size + len(tail)),
        }
        self.connection.request("POST", path, parts(), headers)
        return self._answer()

    def wait(self, job: dict[str, Any]) -> Any:
        while job["state"] in ("queued", "running"):
            time.sleep(0.05)
            job = self.send("GET", f"/api/jobs/{job['id']}/")
        if job["state"] != "succeeded":
            raise RuntimeError(f"The import {job['state']}: {job['message']}")
        return job

    def _answer(self) -> Any:
        answer = self.connection.getresponse()
        body = orjson.loads(answer.read() or b"null")
        if answer.status >= 300:
            raise RuntimeError(f"{answer.status}: {body}")
        return body
