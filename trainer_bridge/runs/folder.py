"""Making a run's folder ready for a trainer: data files, `config.yaml`, and the state a second try starts from."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from trainer_bridge.domain.methods import METHODS
from trainer_bridge.exports.base import Format
from trainer_bridge.exports.options import Options
from trainer_bridge.exports.pair_columns import OWN
from trainer_bridge.exports.registry import format_for
from trainer_bridge.ml.errors import FolderInUseError
from trainer_bridge.ml.run_folder import COMPLETE_MARK, RunFolder, sha256_of
from trainer_bridge.models import Run
from webapp.jobs.handlers import JobError
from webapp.store.files import store

TRAIN_FILE, TEST_FILE = "train.parquet", "test.parquet"
LOG_FILE = "train.log"
# What people may list and download: plain files of the folder, and everything in these folders.
_LISTED = (
    "README.txt",
    "config.yaml",
    "inputs.json",
    "metrics.jsonl",
    "samples.jsonl",
    "status.json",
    "summary.json",
    LOG_FILE,
)
_LISTED_FOLDERS = ("model", "adapter", "tensorboard", "trackio", "mlruns")
_SAMPLES_LIMIT_BYTES = 4 << 20


@dataclass(frozen=True)
class RunFile:
    """A file of a run's folder; `name` is its path inside."""

    name: str
    size_bytes: int
    modified_at: datetime


def run_folder(run: Run) -> Path:
    """The run's folder on this machine, made when missing. Raises JobError for a store that is not a local disk."""
    return _local(run.folder)


def local_models_folder() -> Path:
    """Where prepared base models are kept, shared by all runs."""
    return _local("base-models")


def _local(key: str) -> Path:
    try:
        folder = store().local_path(key)
    except ValueError:
        raise JobError(
            "Training needs a store on a local or shared disk; set PLUMBLINE_STORE_URL to a file:// folder."
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_files_place(run: Run, folder: Path) -> dict[str, str | None]:
    """Bring the export's files into the folder; returns their names, `eval` None without a test split."""
    have = {entry["name"] for entry in run.export.files}
    if TRAIN_FILE not in have:
        raise JobError("This export has no training rows; make a snapshot with a smaller test fraction and export it.")
    (folder / "data").mkdir(exist_ok=True)
    for name in (TRAIN_FILE, TEST_FILE):
        if name in have:
            _place(store().local_path(f"{run.export.folder}/{name}"), folder / "data" / name)
    return {"train": f"data/{TRAIN_FILE}", "eval": f"data/{TEST_FILE}" if TEST_FILE in have else None}


def _place(source: Path, target: Path) -> None:
    """One file in two folders: a hard link, since exports never change, or a copy where links do not reach."""
    if target.exists():
        return
    temporary = target.with_name(f".{target.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except FileNotFoundError:
        raise JobError(f"The export's file {source.name} is gone from the store; make the export again.") from None
    except OSError:
        shutil.copyfile(source, temporary)
    temporary.replace(target)


def promised_columns(entry: Format, options: Mapping[str, Any], read: Collection[str]) -> list[str]:
    """Columns of an export that a run must read: those made for it, and of the others those it can `read`.

    A column for somebody else, such as people or another library, is passed over without a loss.
    """
    # Exports made before formats had options hold none.
    completed = {option.name: option.default for option in entry.options} | dict(options)
    columns = entry.columns(Options(completed))
    return [column.name for column in columns if column.read_by in ("", OWN) or column.name in read]


def config_values(run: Run, *, data: dict[str, str | None], base_model: dict[str, Any]) -> dict[str, Any]:
    """What `config.yaml` says, as the trainer reads it."""
    return {
        "kind": run.kind,
        "base_model": base_model,
        "data": data,
        "columns": promised_columns(
            format_for(run.export.format), run.export.options, METHODS[run.kind].columns(_loss_of(run))
        ),
        **{name: value for name, value in run.config.items() if name != "epochs"},
        "max_steps": run.max_steps,
    }


def _loss_of(run: Run) -> str:
    """The run's loss; runs made before every kind had several name none."""
    return str(run.config.get("loss_type") or METHODS[run.kind].losses[0].key)


def config_write(run: Run, folder: Path, *, data: dict[str, str | None], base_model: Path) -> None:
    """Write `config.yaml` by atomic rename."""
    values = config_values(run, data=data, base_model={"path": str(base_model)})
    temporary = folder / ".config.yaml.new"
    temporary.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True), encoding="utf-8")
    temporary.replace(folder / "config.yaml")


def checkpoint_step(folder: Path) -> int | None:
    """Step of the newest whole checkpoint, or None when training has to start from the beginning."""
    marks = (folder / "checkpoints").glob(f"checkpoint-*/{COMPLETE_MARK}")
    return max((int(mark.parent.name.rpartition("-")[2]) for mark in marks), default=None)


def in_use(folder: Path) -> bool:
    """Whether a training process, perhaps an orphan of another worker, still holds the folder."""
    try:
        with RunFolder(folder).locked():
            return False
    except FolderInUseError:
        return True


def artefacts(folder: Path) -> list[dict[str, Any]]:
    """`{name, size_bytes, sha256}` of every file of the finished model, sorted by name."""
    model = folder / "model"
    return [
        {"name": str(path.relative_to(model)), "size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(model.rglob("*"))
        if path.is_file()
    ]


def files_of(folder: Path) -> list[RunFile]:
    """What the folder holds for people, sorted by name; links are not followed, so nothing outside is listed."""
    found = [folder / name for name in _LISTED]
    for name in _LISTED_FOLDERS:
        found += (folder / name).rglob("*")
    listed = []
    for path in found:
        try:
            facts = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(facts.st_mode):
            at = datetime.fromtimestamp(facts.st_mtime, UTC)
            listed.append(RunFile(path.relative_to(folder).as_posix(), facts.st_size, at))
    return sorted(listed, key=lambda file: file.name)


def samples_of(folder: Path) -> list[dict[str, Any]]:
    """Lines of `samples.jsonl`, at most the last few megabytes; broken ones are left out."""
    text = _end_of(folder / "samples.jsonl", limit=_SAMPLES_LIMIT_BYTES)
    samples = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
            samples.append({"step": int(entry["step"]), "at": entry.get("at", ""), "samples": list(entry["samples"])})
        except (ValueError, KeyError, TypeError):
            continue
    return samples


def log_tail(folder: Path, *, limit: int) -> str:
    """The last `limit` bytes of the log, from the start of a line, as text."""
    return _end_of(folder / LOG_FILE, limit=limit)


def _end_of(path: Path, *, limit: int) -> str:
    """The last `limit` bytes of a text that grows, from the start of a line; empty where there is no file."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - limit, 0))
        data = file.read(limit)
    if size > limit:
        data = data.partition(b"\n")[2]
    return data.decode("utf-8", "replace")
