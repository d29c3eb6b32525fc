"""Where a model lies, on which device it runs and with which precision: what every scorer asks before it loads one."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoTokenizer

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bfloat16"]


class ScoringError(Exception):
    """The model cannot be used for this. The message is one sentence for a person."""


def choose_device(wanted: Device) -> str:
    """``cuda`` where it is there and not declined. Raises :class:`ScoringError` when it is demanded and absent."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ScoringError("Scoring asks for a GPU, but this machine has none that torch can use; set device to auto.")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def choose_dtype(wanted: Precision, device: str) -> torch.dtype:
    """``auto`` is bfloat16 on a GPU that has it, float32 elsewhere."""
    if wanted == "auto":
        return torch.bfloat16 if device == "cuda" and torch.cuda.is_bf16_supported() else torch.float32
    return torch.bfloat16 if wanted == "bfloat16" else torch.float32


def locate(model: str, revision: str | None, *, noun: str) -> tuple[Path, str | None]:
    """The folder of ``model`` and its revision; a Hub id is downloaded, without code and without pickles.

    ``noun`` names the kind of model in messages ("reward model"). Raises :class:`ScoringError`.
    """
    if Path(model).is_dir():
        return Path(model), revision
    if model.startswith(("/", ".")):
        raise ScoringError(f"The {noun} folder {model} does not exist.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    files = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt"]
    try:
        path = Path(snapshot_download(model, revision=revision, allow_patterns=files))
    except HFValidationError:
        raise ScoringError(f"{model!r} is neither a folder nor a Hub id.") from None
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ScoringError(f"The {noun} {model} is not on this machine and the Hub did not give it.") from error
    return path, path.name


def load_tokenizer(folder: Path, model: str, *, noun: str) -> Any:
    """The tokenizer in ``folder``. Raises :class:`ScoringError`."""
    try:
        return AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (ValueError, OSError, KeyError) as error:
        raise ScoringError(f"The tokenizer of the {noun} {model} cannot be loaded: {error}") from error


def padding_token(tokenizer: Any) -> int:
    """The token that fills rows up: the tokenizer's own, else its end of a sequence. Masks keep it from being read."""
    return next((each for each in (tokenizer.pad_token_id, tokenizer.eos_token_id) if each is not None), 0)


def digest_folder(folder: Path) -> str:
    """SHA-256 over names and contents of the files in ``folder``: two folders with one digest hold one model."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            whole.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
    return whole.hexdigest()


def library_versions(*names: str) -> dict[str, str]:
    """Installed versions, for provenance."""
    return {name: version(name) for name in names}
