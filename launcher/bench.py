"""`./run bench`: JSON lines on standard output, `{"name", "value", "unit"}`; all else on standard error."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from launcher.browser import ensure_chromium
from launcher.console import StepError, say
from launcher.frontend import ensure_frontend
from launcher.layout import ROOT, VENV_PYTHON, DataFolder
from launcher.serve import readiness
from webapp.devservices.processes import group_members

WAIT_SECONDS = 600.0
SETTLE_SECONDS = 10.0


def run(what: str | None, *, peer: bool = False) -> int:
    """Run one benchmark, or all, and return the exit code. `peer` measures another tool beside the judges."""
    if what in (None, "start"):
        bench_start()
    if what in (None, "page"):
        ensure_frontend()
        ensure_chromium()
    codes = [
        _run_module(f"tests.benchmarks.bench_{each}", *(["--peer"] if peer and each == "judge" else []))
        for each in ("annotate", "page", "curation", "judge", "train")
        if what in (None, each)
    ]
    return max(codes, default=0)


def _run_module(name: str, *arguments: str) -> int:
    """Run a benchmark to its end, also when told to stop: the services it started are its own to stop."""
    process = subprocess.Popen([str(VENV_PYTHON), "-m", name, *arguments], cwd=ROOT)

    def pass_on(number: int, frame: object) -> None:
        # A terminal interrupts the whole group, the benchmark included.
        if number == signal.SIGTERM:
            process.terminate()

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def bench_start() -> None:
    """Measure a second start with demo data until `/readyz` agrees, and the memory then used while idle."""
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        folder = Path(name)
        # The database may run as another user and must be able to pass.
        folder.chmod(0o755)
        data = DataFolder(folder / "data")
        say("First start, which fills the database")
        _stop(_start(data)[0])
        say("Second start, which is measured")
        process, seconds = _start(data)
        try:
            _emit("warm_ready_s", round(seconds, 2), "s")
            time.sleep(SETTLE_SECONDS)
            groups = json.loads((data.run / "pids.json").read_text())["processes"]
            members = {part: group_members(groups[part]["pid"]) for part in ("web", "worker")}
            for part, pids in members.items():
                say(f"{part}: {len(pids)} processes, {sum(map(memory_mib, pids)):.0f} MiB")
            # Proportional: pages that forked processes share are counted once.
            _emit("idle_mib", round(sum(memory_mib(pid) for pids in members.values() for pid in pids), 1), "MiB")
        finally:
            _stop(process)


def memory_mib(pid: int) -> float:
    """Return the proportional set size of a process in MiB; its resident size where the system has no such figure."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return int(shown.strip() or 0) / 1024


def _start(data: DataFolder) -> tuple[subprocess.Popen[bytes], float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "PLUMBLINE_RUN_STARTED"}
    argv = [sys.executable, str(ROOT / "run"), "--port", str(port), "--data-dir", str(data.path), "--lite"]
    began = time.monotonic()
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=sys.stderr)
    while readiness(f"http://127.0.0.1:{port}") is None:
        if process.poll() is not None:
            raise StepError("The application did not start; the lines above say why.")
        if time.monotonic() - began > WAIT_SECONDS:
            _stop(process)
            raise StepError(f"The application was not ready after {WAIT_SECONDS:.0f} s.")
        time.sleep(0.05)
    return process, time.monotonic() - began


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def _emit(name: str, value: float, unit: str) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit}), flush=True)
