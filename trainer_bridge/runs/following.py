"""From a run folder that is being written to the rows people see: curves, position and the last sign of life."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from trainer_bridge.ml.run_folder import RunFolder
from trainer_bridge.models import Run
from trainer_bridge.runs import curves
from trainer_bridge.runs.folder import LOG_FILE

# What a living trainer writes.
_SIGNS = ("status.json", "metrics.jsonl", "samples.jsonl", LOG_FILE)


class Follower:
    """Looks into one run's folder again and again; the first look reads all of its curves."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run, self._folder = run, folder
        self._tail = curves.MetricsTail(folder / "metrics.jsonl")
        self._seen: tuple[int, datetime | None] = (-1, None)

    def look(self) -> int:
        """Write down what is new, and return the last step the trainer reports."""
        curves.points_store(self._run.pk, self._tail.read())
        seen = (step_of(self._folder, self._run.step), heartbeat_of(self._folder))
        if seen != self._seen:
            Run.objects.filter(pk=self._run.pk).update(step=seen[0], heartbeat_at=seen[1])
            self._seen = seen
        return seen[0]


def step_of(folder: Path, start: int) -> int:
    """The last step the trainer reports; while it still loads its model, the one it starts from."""
    status = RunFolder(folder).read_status()
    return int(status["step"]) if status.get("state") in ("training", "finished") else start


def heartbeat_of(folder: Path) -> datetime | None:
    """When the trainer last wrote anything, or None before it has."""
    times = []
    for name in _SIGNS:
        try:
            times.append((folder / name).stat().st_mtime)
        except FileNotFoundError:
            continue
    return datetime.fromtimestamp(max(times), UTC) if times else None
