"""Loading a base model for training: tokenizer, chat template, device, precision, adapter."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, TaskType
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    BitsAndBytesConfig,
    set_seed,
)
from trl.trainer.reward_trainer import suppress_seqcls_warning
from trl.trainer.utils import disable_dropout_in_model

from trainer_bridge.domain.model_kind import outputs_of
from trainer_bridge.ml import base_models
from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError
from trainer_bridge.ml.methods.setup import uses_bf16
from trainer_bridge.ml.tokenizer import load_tokenizer

_CLASSIFIERS = ("ForSequenceClassification", "ForTokenClassification")


@dataclass(frozen=True)
class LoadedModel:
    """A base model in memory, with what the summary says about it."""

    model: Any
    tokenizer: Any
    folder: Path
    revision: str | None
    template_supplied: bool


def pick_device(wanted: str) -> str:
    """``cuda`` or ``cpu``."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise RefusedError("The run asks for a GPU, but this machine has none that torch can use; set device to auto.")
    return "cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu"


def load_base(config: RunConfig, run_folder: Path, device: str, *, outputs: int = 1) -> LoadedModel:
    """Load weights as a language model, or for a reward run as a sequence classifier with so many outputs.

    Raises :class:`RefusedError` with one sentence when the model is missing or of the wrong type.
    """
    folder, revision = _locate(config, run_folder)
    described = base_models.check_folder(folder)
    tokenizer, supplied = load_tokenizer(folder)
    # The score head of a reward model starts random; the seed makes it the same in every process.
    set_seed(config.own_seed)
    try:
        model = _weights(config, folder, described, device, outputs)
    except (ValueError, KeyError, RuntimeError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        raise RefusedError(f"The base model {folder} cannot be loaded: {_first_line(error)}") from error
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        raise RefusedError(f"The tokenizer of {folder} has more tokens than its model has embeddings.")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model.config.pad_token_id = tokenizer.pad_token_id
    # The trainer would also switch off the adapter's own dropout, so the base is done here and the trainer left out.
    disable_dropout_in_model(model)
    return LoadedModel(model, tokenizer, folder, revision, supplied)


def _locate(config: RunConfig, run_folder: Path) -> tuple[Path, str | None]:
    base = config.base_model
    if base.path is not None:
        path = (run_folder / base.path).resolve()
        base_models.check_folder(path, named=base.path)
        return path, base.revision
    return base_models.hub_snapshot(str(base.hub_id), base.revision)


def _weights(config: RunConfig, folder: Path, described: dict[str, Any], device: str, outputs: int) -> Any:
    # A frozen base may be held in half precision; weights that are trained themselves need the full one.
    half = config.use_lora and device == "cuda" and uses_bf16(config, device)
    options: dict[str, Any] = {
        "dtype": torch.bfloat16 if half else torch.float32,
        "trust_remote_code": False,
        "use_safetensors": True,
    }
    if config.quantize == "4bit":
        options |= {
            "quantization_config": four_bits(device),
            "device_map": {"": int(os.environ.get("LOCAL_RANK", "0"))},
        }
    architecture = (described.get("architectures") or [""])[0]
    if config.kind != "reward":
        if architecture.endswith(_CLASSIFIERS):
            raise RefusedError(f"{folder} is a reward model; {config.kind.upper()} needs a language model as its base.")
        return AutoModelForCausalLM.from_pretrained(folder, **options)
    if architecture.endswith(_CLASSIFIERS) and outputs_of(described) != outputs:
        raise RefusedError(
            f"{folder} is a model of {outputs_of(described)} outputs and this run trains {outputs}; start from a "
            "language model, or from a reward model of as many."
        )
    # Marks are asked of every token, comparisons of the last.
    maker = AutoModelForTokenClassification if by_token(config) else AutoModelForSequenceClassification
    with suppress_seqcls_warning():  # a language model has no score head yet, which is expected
        return maker.from_pretrained(folder, num_labels=outputs, **options)


def by_token(config: RunConfig) -> bool:
    """Whether the run trains a model that says something of each token."""
    return config.kind == "reward" and bool(config.loss_type == "span_heads")


def four_bits(device: str) -> BitsAndBytesConfig:
    """How a base model is held in 4 bits (QLoRA, 2305.14314); raises :class:`RefusedError` where it cannot be."""
    if device != "cuda":
        raise RefusedError("quantize 4bit needs a GPU that torch can use, and this run has none; set quantize to none.")
    if find_spec("bitsandbytes") is None:
        raise RefusedError(
            "quantize 4bit needs the package bitsandbytes, which is not installed here; install it, or set quantize "
            "to none."
        )
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def lora_config(config: RunConfig, model: Any) -> LoraConfig | None:
    """The adapter of the run, or ``None`` when all weights are trained. Refuses layer names the model does not have."""
    if not config.use_lora:
        return None
    names = {part for name, _ in model.named_modules() for part in (name, name.rpartition(".")[2])}
    for wanted in config.lora_target_modules or ():
        if wanted not in names:
            raise RefusedError(f"The base model has no layers named {wanted!r} (lora_target_modules).")
    task = TaskType.SEQ_CLS if config.kind == "reward" else TaskType.CAUSAL_LM
    return LoraConfig(
        task_type=TaskType.TOKEN_CLS if by_token(config) else task,
        # The head is trained itself; only with sequences does the library leave it out of "all-linear" unasked.
        exclude_modules=["score"] if by_token(config) else None,
        r=config.lora_r,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        target_modules=list(config.lora_target_modules) if config.lora_target_modules else "all-linear",
    )


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__).rstrip(".") + "."
