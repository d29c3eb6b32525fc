"""What a person reads when training breaks, and what is tidied up before they do."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.run_folder import RunFolder

_FULL = ("no space left on device", "disk quota exceeded")
_NO_MEMORY = ("can't allocate memory", "out of memory")


def sentence_of(error: BaseException, folder: RunFolder, config: RunConfig | None) -> str:
    """One sentence about a defect: what happened and what to do. Half-written files of a full disk are removed."""
    if is_disk_full(error):
        folder.remove_unfinished()
        kept = folder.last_checkpoint()
        goes_on = f"training goes on after step {kept[0]}" if kept else "training starts again from the beginning"
        return (
            f"The disk that holds the run folder is full ({shutil.disk_usage(folder.path).free // 2**20} MB free); "
            f"make room and resume the run: {goes_on}."
        )
    text = " ".join(str(error).split())
    if isinstance(error, MemoryError) or any(said in text.lower() for said in _NO_MEMORY):
        return f"The machine ran out of memory; {_memory_savers(config)}choose a smaller base model."
    return f"Training broke with {type(error).__name__}: {text[:300]}"


def is_disk_full(error: BaseException) -> bool:
    """Whether a full disk is the reason, also where a library wrapped it into an error of its own."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(said in str(cause).lower() for said in _FULL):
            return True
    return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _memory_savers(config: RunConfig | None) -> str:
    """What of a run's settings could be smaller, the cheapest for its result first."""
    if config is None:
        return ""
    savers = []
    if config.batch_size > 1:
        savers.append(f"lower batch_size (now {config.batch_size}) and raise gradient_accumulation instead")
    if config.gradient_checkpointing == "false" or (config.gradient_checkpointing == "auto" and config.device == "cpu"):
        savers.append("set gradient_checkpointing to true")
    savers.append(f"lower max_length (now {config.max_length})")
    if not config.use_lora:
        savers.append("train with LoRA")
    elif config.quantize == "none" and config.device != "cpu":
        savers.append("set quantize to 4bit")
    return ", ".join(savers) + ", or "
