"""Judging as a job: what Celery, storage and progress cost beside the bare loop, and whether kill -9 loses a row.

Both run real workers against a database of their own. The bare loop answers the calls that the job makes, with the same
model in a process of its own; bare loop and job take turns on new rows, and a figure is the median of their ratios. A
job's time is that of its shards, from the first to the last.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.output import ROOT, emit
from tests.support.house import House

ROWS = int(os.environ.get("PLUMBLINE_BENCH_JUDGE_ROWS", "24"))
TINY_ROWS = 256
KILL_ROWS = int(os.environ.get("PLUMBLINE_BENCH_KILL_ROWS", "10000"))
KILL_EVERY = 20.0
ROUNDS = 3
MODEL_WORKER = "tests.benchmarks.judge_worker"
RULE_WORKER = "tests.curation.judges.rule_worker"
ENDED = "SELECT state IN ('succeeded', 'failed', 'cancelled') FROM jobs_job WHERE id = %s"
TIMES = """
SELECT job.state, job.message, extract(epoch FROM max(shard.finished_at) - min(shard.started_at))::float
  FROM jobs_job job JOIN jobs_jobshard shard ON shard.job_id = job.id WHERE job.id = %s GROUP BY job.id
"""
START = """
from tests.benchmarks.judge_rows import start
print("JOB", start({rows}, {seed}))
"""
CHECK = """
import json
from tests.benchmarks.judge_rows import wrong_rows
print("FOUND", json.dumps(wrong_rows({job})))
"""
# Answers "rows seed" on its input with the seconds that the bare loop takes for them.
BARE = """
import os, sys, time
import django
django.setup()
from curation.ml.judging.local import LocalBackend
from tests.benchmarks.judge_rows import calls, records
backend = LocalBackend(os.environ["PLUMBLINE_BENCH_MODEL"], revision="bench")
for line in sys.stdin:
    rows, seed = map(int, line.split())
    asked = calls(records(rows, seed), "pair_letter")
    began = time.perf_counter()
    assert sum(1 for _ in backend.answer(enumerate(asked))) == 2 * rows
    print(time.perf_counter() - began, flush=True)
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        folder = Path(name)
        efficiency(folder / "efficiency")
        killed(folder / "killed")


def efficiency(folder: Path) -> None:
    """With the packaged judge; with a tiny model, which answers in no time, storage is what is left to measure."""
    from curation.ml.judging.packaged import packaged_judge
    from trainer_bridge.ml import tiny_model

    tiny_model.build(folder / "tiny")
    tiny = ratios(folder / "tiny-house", folder / "tiny", TINY_ROWS)
    found = ratios(folder / "house", packaged_judge(folder / "judge"), ROWS)
    emit(
        "judge_job_efficiency",
        median(found),
        "of the bare loop",
        rows=ROWS,
        runs=[round(each, 2) for each in found],
        tiny_model=round(median(tiny), 2),
        tiny_model_rows=TINY_ROWS,
    )


def ratios(folder: Path, model: Path, rows: int) -> list[float]:
    """Seconds of the bare loop over those of the job, round after round."""
    house = House(folder, PLUMBLINE_BENCH_MODEL=str(model))
    try:
        house.start_worker("default,ml", include=MODEL_WORKER)
        command = [sys.executable, "-c", BARE]
        with subprocess.Popen(
            command, cwd=ROOT, env=house.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as bare:
            # Both are warm then: the model is loaded, and the instructions were read.
            bare_seconds(bare, 2, 0)
            job_seconds(house, 2, 0)
            return [bare_seconds(bare, rows, seed) / job_seconds(house, rows, seed) for seed in range(1, ROUNDS + 1)]
    finally:
        house.stop()


def bare_seconds(bare: subprocess.Popen[str], rows: int, seed: int) -> float:
    assert bare.stdin is not None
    assert bare.stdout is not None
    bare.stdin.write(f"{rows} {seed}\n")
    bare.stdin.flush()
    return float(bare.stdout.readline())


def job_seconds(house: House, rows: int, seed: int) -> float:
    job = start(house, rows, seed)
    house.wait_until(ENDED, job, seconds=3600)
    state, message, seconds = house.query(TIMES, job)
    assert state == "succeeded", message
    return float(seconds)


def killed(folder: Path) -> None:
    """A rule answers, a millisecond a call: it is the job's rows that count here, and there are many."""
    house = House(folder)
    try:
        worker = house.start_worker("default,ml", include=RULE_WORKER)
        job = start(house, KILL_ROWS, seed=1)
        kills, began = 0, time.monotonic()
        while not ended_within(house, job, KILL_EVERY):
            house.kill(worker)
            kills += 1
            worker = house.start_worker("default,ml", include=RULE_WORKER)
        seconds = time.monotonic() - began
        state, message, _ = house.query(TIMES, job)
        assert state == "succeeded", message
        (claims,) = house.query("SELECT max(claims) FROM jobs_jobshard WHERE job_id = %s", job)
        found = json.loads(told(house, CHECK.format(job=job), "FOUND"))
    finally:
        house.stop()
    calls = found.pop("calls")
    emit(
        "judge_rows_wrong_under_kill",
        sum(map(abs, found.values())),
        "rows",
        **found,
        rows=KILL_ROWS,
        kills=kills,
        most_claims_of_a_shard=claims,
        calls_counted=calls,
        seconds=round(seconds),
        model="a rule, 1 ms a call",
    )


def ended_within(house: House, job: int, seconds: float) -> bool:
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if house.query(ENDED, job)[0]:
            return True
        time.sleep(0.2)
    return bool(house.query(ENDED, job)[0])


def start(house: House, rows: int, seed: int) -> int:
    return int(told(house, START.format(rows=rows, seed=seed), "JOB"))


def told(house: House, code: str, word: str) -> str:
    """What a piece of code prints after a word, run as a process of the application."""
    return house.manage("shell", "--no-imports", "-c", code).rpartition(word)[2].strip()
