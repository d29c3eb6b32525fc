"""What the end of a training program means for its run."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

from trainer_bridge.ml.errors import EXIT_CANCELLED, EXIT_FAILED, EXIT_FINISHED, EXIT_LOCKED, EXIT_REFUSED
from trainer_bridge.ml.run_folder import RunFolder
from trainer_bridge.runs.folder import artefacts
from webapp.jobs.handlers import JobError

_FACTS = ("rows", "columns", "versions", "device", "precision", "train_s", "peak_memory_bytes", "parameters")
_KILLED = (
    "The training process was killed, most likely because memory ran out; lower batch_size or max_length, keep "
    "use_lora on, or choose a smaller base model."
)


def outcome_of(folder: Path, code: int | None, detail: str = "") -> dict[str, Any]:
    """`{"metrics", "files", "size_bytes", "facts"}` of a training that ended well, else the exception that tells why.

    `code` is None, and says nothing, where one program started several: then the folder's own status decides.
    """
    status = RunFolder(folder).read_status()
    if code == EXIT_FINISHED or status.get("state") == "finished":
        return result_of(folder)
    raise failure_of(code, status, detail)


def failure_of(code: int | None, status: dict[str, Any], detail: str = "") -> Exception:
    """The exception that tells why a trainer ended without a model. A RuntimeError is worth another try."""
    told = status.get("error") if status.get("state") == "failed" else None
    if told and code not in (EXIT_CANCELLED, EXIT_LOCKED):
        return JobError(str(told))
    if code == EXIT_LOCKED:
        return RuntimeError("another process is training in this run's folder; it is waited for")
    if code in (-signal.SIGKILL, 128 + signal.SIGKILL):
        return JobError(_KILLED)
    if code in (EXIT_CANCELLED, -signal.SIGTERM, -signal.SIGINT) or status.get("state") == "cancelled":
        # Nobody asked here, so the machine did; the job tries again and goes on from the checkpoint.
        return RuntimeError(f"the training process was stopped from outside{detail and f' ({detail})'}")
    if code in (EXIT_FAILED, EXIT_REFUSED):
        return JobError(f"The training process ended with exit code {code}; its log says more.")
    if code is not None and code < 0:
        return JobError(f"The training process crashed with signal {signal.Signals(-code).name}; its log says more.")
    if code is None:
        return RuntimeError(f"the training process ended without a word{detail and f' ({detail})'}")
    return RuntimeError(f"the training process ended with exit code {code}")


def result_of(folder: Path) -> dict[str, Any]:
    """What a finished training left. Raises JobError when something of it is missing."""
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise JobError("The training process ended well but left no summary; its log says more.") from None
    files = artefacts(folder)
    if not files:
        raise JobError("The training process ended well but left no model; its log says more.")
    return {
        "metrics": summary.get("metrics", {}),
        "facts": {name: summary.get(name) for name in _FACTS},
        "files": files,
        "size_bytes": sum(file["size_bytes"] for file in files),
    }
