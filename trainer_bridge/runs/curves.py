"""From a trainer's `metrics.jsonl` to rows people can plot."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from trainer_bridge.models import RunMetric
from webapp.api.sql import query

# Training and evaluation numbers of a step come on lines of their own and share a row; a step that is trained
# again after a crash replaces its numbers.
_MERGE = """
INSERT INTO trainer_bridge_runmetric (run_id, step, values)
SELECT %(run)s, point.step, point.values FROM jsonb_to_recordset(%(points)s) AS point(step int, values jsonb)
ON CONFLICT (run_id, step) DO UPDATE SET values = trainer_bridge_runmetric.values || excluded.values
"""


class MetricsTail:
    """Reads the new whole lines of a file that grows, and starts over when the file was replaced."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._identity: tuple[int, int] | None = None

    def read(self) -> list[dict[str, Any]]:
        """New points as `{"step": int, "values": {name: number or None}}`; a half-written last line waits."""
        try:
            with self._path.open("rb") as file:
                facts = os.fstat(file.fileno())
                identity = (facts.st_dev, facts.st_ino)
                if identity != self._identity or facts.st_size < self._offset:
                    self._identity, self._offset = identity, 0
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        whole, newline, _ = data.rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        return [point for line in whole.splitlines() if (point := _point(line)) is not None]


def points_at_the_end(folder: Path, *, limit: int = 128 * 1024) -> list[dict[str, Any]]:
    """The last whole points of a run folder's `metrics.jsonl`, from at most `limit` bytes."""
    try:
        with (folder / "metrics.jsonl").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - limit, 0))
            data = file.read(limit)
    except FileNotFoundError:
        return []
    lines = data.rpartition(b"\n")[0].splitlines()
    return [point for line in (lines[1:] if size > limit else lines) if (point := _point(line)) is not None]


def _point(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
        return {"step": int(entry["step"]), "values": dict(entry["values"])}
    except (ValueError, KeyError, TypeError):
        return None


def points_store(run_id: int, points: list[dict[str, Any]]) -> None:
    """Add points to the run's curves. Repeating it changes nothing."""
    merged: dict[int, dict[str, Any]] = {}
    for point in points:
        merged.setdefault(point["step"], {}).update(point["values"])
    if merged:
        rows = [{"step": step, "values": values} for step, values in merged.items()]
        query(_MERGE, {"run": run_id, "points": Jsonb(rows)})


def points_forget_after(run_id: int, step: int) -> None:
    """Forget what was logged after a checkpoint: those steps are trained again."""
    RunMetric.objects.filter(run=run_id, step__gt=step).delete()
