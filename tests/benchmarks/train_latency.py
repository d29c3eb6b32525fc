"""How long a number takes from a trainer's log to the page: a real worker, a real web server, a short run.

The page asks every second; here it is asked ten times as often, so that what is measured is ours. A number's latency
runs from the `at` of its line in `metrics.jsonl` to the answer of the API that first holds it.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.output import emit
from tests.support.house import House

STEPS = int(os.environ.get("PLUMBLINE_BENCH_STEPS", "40"))
ASK_SECONDS = 0.1
PAGE_ASKS_SECONDS = 1.0
START = """
from tests.trainer_bridge.making import long_run_make
run = long_run_make(max_steps={steps})
print("RUN", run.pk)
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as folder:
        house = House(Path(folder))
        try:
            measured(house)
        finally:
            house.stop()


def measured(house: House) -> None:
    """Train, ask, and print the median and the longest latency."""
    printed = house.manage("shell", "--no-imports", "-c", START.format(steps=STEPS))
    run = int(printed.rpartition("RUN ")[2])
    address = f"{house.start_web()}/api/runs/{run}/metrics/"
    headers = {"Authorization": f"Bearer {house.token('trainer@example.org')}"}
    house.start_worker("train,default")
    seen: dict[int, float] = {}
    while (answer := asked(address, headers, max(seen, default=-1)))["state"] in ("queued", "running"):
        now = time.time()
        for point in answer["results"]:
            seen.setdefault(point["step"], now)
        time.sleep(ASK_SECONDS)
    if answer["state"] != "succeeded":
        raise RuntimeError(f"The run {answer['state']}; see {house.log}.")
    logged: dict[int, float] = {}
    for line in (house.store / "runs" / str(run) / "metrics.jsonl").read_text().splitlines():
        entry = json.loads(line)
        logged.setdefault(entry["step"], datetime.fromisoformat(entry["at"]).timestamp())
    late = [seen[step] - logged[step] for step in logged if step in seen]
    emit(
        "metrics_latency_s",
        median(late),
        "s",
        longest=round(max(late), 2),
        with_the_pages_own_wait=round(max(late) + PAGE_ASKS_SECONDS, 2),
        steps=len(late),
        limit=2,
    )


def asked(address: str, headers: dict[str, str], after_step: int) -> dict[str, Any]:
    request = urllib.request.Request(f"{address}?after_step={after_step}", headers=headers)  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return dict(json.loads(answer.read()))
