"""Following a trainer: what its end means, and reading curves from a file that is being written."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from trainer_bridge.runs import supervising
from trainer_bridge.runs.curves import MetricsTail
from trainer_bridge.runs.folder import checkpoint_step, log_tail
from trainer_bridge.runs.outcomes import failure_of
from webapp.jobs.handlers import JobError, JobInterrupted


def line(step: int, **values: float | None) -> str:
    return json.dumps({"step": step, "at": "2026-01-01T00:00:00Z", "values": values}) + "\n"


def test_the_tail_reads_whole_lines_once(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    tail = MetricsTail(path)

    before = tail.read()
    path.write_text(line(1, loss=0.7) + '{"step": 2, "val')
    first = tail.read()
    with path.open("a") as file:
        file.write('ues": {"loss": 0.6}}\n' + "not json\n" + line(3, loss=None))
    second, third = tail.read(), tail.read()

    assert (before, third) == ([], [])
    assert first == [{"step": 1, "values": {"loss": 0.7}}]
    assert second == [{"step": 2, "values": {"loss": 0.6}}, {"step": 3, "values": {"loss": None}}]


def test_the_tail_starts_over_when_the_file_was_replaced(tmp_path: Path) -> None:
    path, other = tmp_path / "metrics.jsonl", tmp_path / "new"
    tail = MetricsTail(path)
    path.write_text(line(1, loss=0.7) + line(2, loss=0.6))
    tail.read()

    other.write_text(line(1, loss=0.7))
    other.replace(path)

    assert tail.read() == [{"step": 1, "values": {"loss": 0.7}}]


@pytest.mark.parametrize(
    ("code", "status", "kind", "says"),
    [
        (1, {"state": "failed", "error": "The loss is not a number at step 3."}, JobError, "The loss is not a number"),
        (2, {"state": "failed", "error": "No rows."}, JobError, "No rows."),
        (1, {"state": "training", "error": None}, JobError, "exit code 1; its log says more"),
        (-signal.SIGKILL, {"state": "training"}, JobError, "memory ran out; lower batch_size or max_length"),
        (-signal.SIGSEGV, {"state": "training"}, JobError, "crashed with signal SIGSEGV"),
        (143, {"state": "cancelled"}, RuntimeError, "stopped from outside"),
        (-signal.SIGTERM, {}, RuntimeError, "stopped from outside"),
        (75, {}, RuntimeError, "another process is training"),
        (137, {"state": "training"}, JobError, "memory ran out; lower batch_size or max_length"),
        (None, {"state": "failed", "error": "No rows."}, JobError, "No rows."),
        (None, {"state": "cancelled"}, RuntimeError, "stopped from outside"),
        (None, {"state": "training"}, RuntimeError, "ended without a word"),
    ],
)
def test_every_end_has_a_sentence(code: int, status: dict[str, Any], kind: type[Exception], says: str) -> None:
    failure = failure_of(code, status)

    assert type(failure) is kind
    assert says in str(failure)


class FakeProcess:
    """Runs for ever; counts how it was stopped."""

    def __init__(self) -> None:
        self.stops: list[float] = []

    def poll(self) -> int | None:
        return 143 if self.stops else None

    def stop(self, *, grace_seconds: float) -> int:
        self.stops.append(grace_seconds)
        return 143


class InterruptedProgress:
    should_stop = True

    def advance(self, n: int = 1, failures: dict[str, int] | None = None) -> None:
        raise JobInterrupted


def test_preparing_is_stopped_with_its_job() -> None:
    process = FakeProcess()

    with pytest.raises(JobInterrupted):
        supervising._wait(process, InterruptedProgress())  # type: ignore[arg-type]

    assert process.stops == [5]


@pytest.mark.parametrize(
    ("marked", "unmarked", "expected"), [([], [], None), ([], [4], None), ([2, 10], [12], 10), ([9, 10], [], 10)]
)
def test_only_whole_checkpoints_count(
    tmp_path: Path, marked: Sequence[int], unmarked: Sequence[int], expected: int | None
) -> None:
    for step in (*marked, *unmarked):
        folder = tmp_path / "checkpoints" / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        if step in marked:
            (folder / "complete").touch()

    assert checkpoint_step(tmp_path) == expected


def test_a_log_tail_starts_at_a_line_and_survives_broken_text(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(b"first\nsecond \xff\nthird\n")

    assert log_tail(tmp_path, limit=100) == "first\nsecond �\nthird\n"
    assert log_tail(tmp_path, limit=10) == "third\n"
    assert log_tail(tmp_path / "nowhere", limit=10) == ""
