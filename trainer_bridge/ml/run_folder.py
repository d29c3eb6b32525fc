"""The run folder: the only thing a training process and the application share.

=================  ======================================================================================
``config.yaml``    written by whoever starts the run, see :class:`trainer_bridge.ml.config.RunConfig`
``status.json``    replaced atomically: ``state`` (preparing, training, finished, cancelled, failed), ``step``,
                   ``max_steps``, ``error`` (one sentence or null), ``rows``, ``resumed_from``, ``pid``, times
``metrics.jsonl``  one object a line: ``{"step", "at", "values": {name: number}}``; training and evaluation values of
                   the same step come on lines of their own; a number that is not finite is null
``samples.jsonl``  what the model says or scores as it learns, see :mod:`trainer_bridge.ml.sampling`
``checkpoints/``   ``checkpoint-STEP`` folders; one without its ``complete`` mark was cut short and is not used
``adapter/``       the LoRA adapter alone (LoRA runs)
``model/``         the final model and tokenizer, loadable with plain ``from_pretrained``
``summary.json``   final metrics, package versions, seed, data hashes, sizes
``inputs.json``    what the checkpoints were made from, compared when resuming
=================  ======================================================================================
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trainer_bridge.ml.errors import FolderInUseError, RefusedError

COMPLETE_MARK = "complete"


def now() -> str:
    """The current time, ISO 8601 UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_json(path: Path, value: Any) -> None:
    """Write JSON by atomic rename: a reader sees the old file or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=1, allow_nan=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file())


class RunFolder:
    """Paths and durable writes of one run folder. ``status`` holds what ``status.json`` says.

    Of several processes that train together one ``writes``; the others read, and their writes do nothing.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self.path = path
        self.writes = writes
        self.config = path / "config.yaml"
        self.checkpoints = path / "checkpoints"
        self.model = path / "model"
        self.adapter = path / "adapter"
        self.summary = path / "summary.json"
        self.metrics = path / "metrics.jsonl"
        self.samples = path / "samples.jsonl"
        self._status_file = path / "status.json"
        self.status: dict[str, Any] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for this process; a retried job must not write beside a process that still trains."""
        if not self.path.is_dir():
            raise RefusedError(f"There is no run folder {self.path}.")
        if not self.writes:
            yield
            return
        with (self.path / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise FolderInUseError(f"Another process is already training in {self.path}.") from None
            yield

    def read_status(self) -> dict[str, Any]:
        """The last status written, or an empty dict."""
        try:
            return dict(json.loads(self._status_file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    def update_status(self, **changes: Any) -> None:
        """Merge changes into ``status.json``."""
        self.status |= changes
        self.status["updated_at"] = now()
        if self.writes:
            write_json(self._status_file, self.status)

    def append_metrics(self, step: int, values: dict[str, float]) -> None:
        """Append one line to ``metrics.jsonl``; JSON has no not-a-number, so such a value becomes null."""
        finite = {name: value if math.isfinite(value) else None for name, value in values.items()}
        self._append(self.metrics, {"step": step, "at": now(), "values": finite})

    def append_samples(self, step: int, samples: list[dict[str, Any]]) -> None:
        """Append one line to ``samples.jsonl``."""
        self._append(self.samples, {"step": step, "at": now(), "samples": samples})

    def _append(self, path: Path, line: dict[str, Any]) -> None:
        if not self.writes:
            return
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")

    def cut_metrics(self, step: int) -> None:
        """Forget lines, of samples too, after ``step``: training goes on from there and writes them again."""
        for path in (self.metrics, self.samples):
            if path.exists() and self.writes:
                _cut(path, step)

    def last_values(self) -> dict[str, float]:
        """The newest value of every metric name."""
        latest: dict[str, float] = {}
        if self.metrics.exists():
            for line in self.metrics.read_text(encoding="utf-8").splitlines():
                latest |= json.loads(line)["values"]
        return latest

    def last_checkpoint(self) -> tuple[int, Path] | None:
        """Step and folder of the newest complete checkpoint. Cut-short ones are removed: they would be in the way."""
        found: list[tuple[int, Path]] = []
        for folder in self.checkpoints.glob("checkpoint-*"):
            if (folder / COMPLETE_MARK).exists():
                found.append((int(folder.name.rpartition("-")[2]), folder))
            elif self.writes:
                shutil.rmtree(folder)
        return max(found, default=None)

    def remove_unfinished(self) -> None:
        """Remove what was only half written when the disk was full, to leave room for a sentence about it."""
        if not self.writes:
            return
        for folder in (*self.checkpoints.glob("checkpoint-*"), *self.path.glob(".*.new"), self.path / ".cache"):
            if folder.is_dir() and not (folder / COMPLETE_MARK).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def keep_inputs(self, inputs: dict[str, Any], *, resuming: bool) -> None:
        """Remember what the run is made from, or refuse to resume when that has changed."""
        path = self.path / "inputs.json"
        inputs = json.loads(json.dumps(inputs))
        if resuming and path.exists():
            earlier = json.loads(path.read_text(encoding="utf-8"))
            changed = sorted(name for name in inputs if inputs[name] != earlier.get(name))
            if changed:
                raise RefusedError(
                    f"This run cannot be resumed: {', '.join(changed)} changed since its checkpoint; start a new run."
                )
        if self.writes:
            write_json(path, inputs)

    @contextmanager
    def written_folder(self, target: Path) -> Iterator[Path]:
        """A folder to fill that takes the target's name only when it is whole."""
        temporary = target.with_name(f".{target.name}.new")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        yield temporary
        shutil.rmtree(target, ignore_errors=True)
        temporary.replace(target)


def _cut(path: Path, step: int) -> None:
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            if json.loads(line)["step"] <= step:
                kept.append(line + "\n")
        except ValueError:
            break  # the process died while writing this line
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text("".join(kept), encoding="utf-8")
    temporary.replace(path)
