"""After the last step: the adapter, the merged model, and the summary of the run."""

from __future__ import annotations

import hashlib
import json
import platform
import resource
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel

from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.data import drawn_rows
from trainer_bridge.ml.loading import LoadedModel, load_base
from trainer_bridge.ml.rows import Source
from trainer_bridge.ml.run_folder import RunFolder, size_of, write_json

_PACKAGES = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "tokenizers", "safetensors")


def save_model(trainer: Any, config: RunConfig, folder: RunFolder, tokenizer: Any) -> None:
    """Write ``adapter/`` (LoRA runs) and ``model/``, each complete or not at all."""
    model = trainer.accelerator.unwrap_model(trainer.model)
    if config.use_lora:
        with folder.written_folder(folder.adapter) as target:
            model.save_pretrained(target)
        model = _plain_base(config, folder, model) if config.quantize == "4bit" else model
        model = model.merge_and_unload()
    # What a trainer only needed while it trained is taken out, so that anything loads the model.
    model = getattr(trainer, "finished", lambda whole: whole)(model)
    with folder.written_folder(folder.model) as target:
        model.save_pretrained(target)
        tokenizer.save_pretrained(target)


def _plain_base(config: RunConfig, folder: RunFolder, trained: Any) -> Any:
    """The trained adapter on the base model in full, since weights held in 4 bits would lose what is merged in."""
    whole = replace(config, settings={**config.settings, "quantize": "none"}, device="cpu")
    outputs = trained.config.num_labels if config.kind == "reward" else 1
    base = load_base(whole, folder.path, "cpu", outputs=outputs).model
    return PeftModel.from_pretrained(base, folder.adapter)


def write_summary(
    trainer: Any,
    config: RunConfig,
    folder: RunFolder,
    loaded: LoadedModel,
    source: Source,
    *,
    device: str,
    train_s: float,
) -> dict[str, Any]:
    """Write ``summary.json`` and return it."""
    gpu = device == "cuda"
    summary = {
        "kind": config.kind,
        "steps": trainer.state.global_step,
        "best_step": _best_step(trainer),
        "epochs": trainer.state.epoch,
        "metrics": folder.last_values(),
        "rows": folder.status["rows"],
        "columns": list(source.columns),
        "columns_ignored": list(source.columns_ignored),
        "base_model": {"folder": str(loaded.folder), "revision": loaded.revision},
        "chat_template": "supplied by default" if loaded.template_supplied else "from the base model",
        "learning_rate": config.learning_rate,
        "reference_precomputed": bool(getattr(trainer, "precompute_ref_logps", False)),
        "config": source.inputs["config"],
        "data_sha256": source.inputs["data_sha256"],
        "seed": config.own_seed,
        "ensemble": _ensemble(config, folder),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "device": torch.cuda.get_device_name() if gpu else "cpu",
        "precision": "bf16" if trainer.args.bf16 else "fp32",
        # Kilobytes on Linux. The peak of the process, model libraries included.
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "peak_gpu_memory_bytes": torch.cuda.max_memory_allocated() if gpu else None,
        "train_s": round(train_s, 3),
        "model_size_bytes": size_of(folder.model),
        "adapter_size_bytes": size_of(folder.adapter) if config.use_lora else None,
        "parameters": sum(parameter.numel() for parameter in trainer.model.parameters()),
    }
    write_json(folder.summary, summary)
    return summary


def _best_step(trainer: Any) -> int | None:
    """The step whose checkpoint is the model, where early stopping looked for the best one."""
    best = trainer.state.best_model_checkpoint if trainer.args.load_best_model_at_end else None
    return int(Path(best).name.rpartition("-")[2]) if best else None


def _ensemble(config: RunConfig, folder: RunFolder) -> dict[str, Any] | None:
    """Which member of how many this is, and the rows it drew: how many different ones, and a hash of their numbers."""
    if config.members == 1:
        return None
    drawn = drawn_rows(folder.status["rows"]["train"]["given"], config)
    digest = hashlib.sha256(json.dumps(drawn).encode()).hexdigest()
    return {
        "members": config.members,
        "member": config.member,
        "rows_distinct": len(set(drawn)),
        "rows_sha256": digest,
    }
