"""The command that trains a folder, for every place it may run."""

from __future__ import annotations

from pathlib import Path

TRAINER = "trainer_bridge.ml.train"
_TORCHRUN = "torch.distributed.run"


def trainer_module(folder: Path | str, *, gpus: int) -> tuple[str, list[str]]:
    """Module and arguments that train a folder on one machine: one process, or one for each of several GPUs."""
    if gpus <= 1:
        return TRAINER, [str(folder), "--resume"]
    return _TORCHRUN, ["--standalone", f"--nproc-per-node={gpus}", "-m", TRAINER, str(folder), "--resume"]
