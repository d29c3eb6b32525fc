"""Judging as a job: what Celery, storage and progress cost beside the bare loop, and whether kill -9 loses a row.

Both run real workers against a database of their own. The job's time is that of a second job in a warm worker, from its
first shard to its end; the bare loop answers the same calls with the same model in a process of its own. They take
turns, and the figure is the ratio of the medians. Rows may be set by PLUMBLINE_BENCH_JUDGE_ROWS (efficiency) and
PLUMBLINE_BENCH_KILL_ROWS.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.output import ROOT, emit
from tests.support.house import House

ROWS = int(os.environ.get("PLUMBLINE_BENCH_JUDGE_ROWS", "96"))
KILL_ROWS = int(os.environ.get("PLUMBLINE_BENCH_KILL_ROWS", "10000"))
KILL_EVERY = 20.0
ROUNDS = 3
WORKER = "tests.benchmarks.judge_worker"
ENDED = "SELECT state IN ('succeeded', 'failed', 'cancelled') FROM jobs_job WHERE id = %s"

_START = """
import json, django
from tests.benchmarks.judge_rows import start
print('JOB', json.dumps(start({rows}, {seed})))
"""
_BARE = """
import os, time, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.core")
os.environ.setdefault("PLUMBLINE_SECRET_KEY", "bench")
import django
django.setup()
from tests.benchmarks.judge_rows import calls
from curation.ml.judging.local import LocalBackend
backend = LocalBackend(os.environ["PLUMBLINE_BENCH_MODEL"], revision="bench")
list(backend.answer(calls(8, 0)))
began = time.perf_counter()
answered = sum(1 for _ in backend.answer(calls({rows}, {seed})))
print("BARE", answered, time.perf_counter() - began)
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        folder = Path(name)
        efficiency(folder / "efficiency")
        killed(folder / "killed")


def efficiency(folder: Path) -> None:
    from tests.benchmarks.judge_backend import build_language_model

    model = folder / "model"
    build_language_model(model)
    house = House(folder / "house", PLUMBLINE_BENCH_MODEL=str(model))
    try:
        house.start_worker("default,ml", include=WORKER)
        _job_seconds(house, 8, seed=0)
        bare, job = [], []
        for seed in range(1, ROUNDS + 1):
            bare.append(_bare_seconds(house, ROWS, seed))
            job.append(_job_seconds(house, ROWS, seed))
    finally:
        house.stop()
    ratio = statistics.median(bare) / statistics.median(job)
    emit("judge_job_efficiency", ratio, "of the bare loop", rows=ROWS, rounds=ROUNDS)


def killed(folder: Path) -> None:
    from trainer_bridge.ml import tiny_model

    model = folder / "model"
    tiny_model.build(model)
    house = House(folder / "house", PLUMBLINE_BENCH_MODEL=str(model))
    try:
        worker = house.start_worker("default,ml", include=WORKER)
        job = _start(house, KILL_ROWS, seed=1)
        kills = 0
        while not house.query(ENDED, job)[0]:
            began = time.monotonic()
            while time.monotonic() - began < KILL_EVERY and not house.query(ENDED, job)[0]:
                time.sleep(0.2)
            if not house.query(ENDED, job)[0]:
                house.kill(worker)
                kills += 1
                worker = house.start_worker("default,ml", include=WORKER)
        wrong = json.loads(house.manage("shell", "--no-imports", "-c", _CHECK.format(job=job)).rpartition("WRONG ")[2])
    finally:
        house.stop()
    emit("judge_rows_wrong_under_kill", wrong, "rows", rows=KILL_ROWS, kills=kills)


_CHECK = """
from tests.benchmarks.judge_rows import wrong_rows
print('WRONG', wrong_rows({job}))
"""


def _start(house: House, rows: int, seed: int) -> int:
    output = house.manage("shell", "--no-imports", "-c", _START.format(rows=rows, seed=seed))
    return int(json.loads(output.rpartition("JOB ")[2]))


def _job_seconds(house: House, rows: int, seed: int) -> float:
    job = _start(house, rows, seed)
    house.wait_until(ENDED, job, seconds=3600)
    state, seconds = house.query(
        "SELECT j.state, extract(epoch FROM max(s.finished_at) - min(s.started_at))::float FROM jobs_job j "
        "JOIN jobs_jobshard s ON s.job_id = j.id WHERE j.id = %s GROUP BY j.state",
        job,
    )
    assert state == "succeeded", state
    return float(seconds)


def _bare_seconds(house: House, rows: int, seed: int) -> float:
    command = [sys.executable, "-c", _BARE.format(rows=rows, seed=seed)]
    done = subprocess.run(command, cwd=ROOT, env=house.environment, capture_output=True, text=True, check=True)
    answered, seconds = done.stdout.rpartition("BARE ")[2].split()
    assert int(answered) == 2 * rows, answered
    return float(seconds)


if __name__ == "__main__":
    main()
