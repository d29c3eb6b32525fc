"""Loading a base model for training: tokenizer, chat template, device, precision, adapter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, TaskType
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer, set_seed
from trl.trainer.reward_trainer import suppress_seqcls_warning
from trl.trainer.utils import disable_dropout_in_model

from trainer_bridge.ml import base_models
from trainer_bridge.ml.config import RunConfig
from trainer_bridge.ml.errors import RefusedError

# For tokenizers that bring no template: every turn is named and ended, so a prompt is a prefix of prompt + response.
DEFAULT_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


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


def load_base(config: RunConfig, run_folder: Path, device: str) -> LoadedModel:
    """Load weights as a language model (dpo) or a one-output sequence classifier (reward).

    Raises :class:`RefusedError` with one sentence when the model is missing or of the wrong type.
    """
    folder, revision = _locate(config, run_folder)
    described = base_models.check_folder(folder)
    tokenizer, supplied = _tokenizer(folder)
    # The score head of a reward model starts random; the seed makes it the same in every process.
    set_seed(config.seed)
    # A frozen base may be held in half precision; weights that are trained themselves need the full one.
    dtype = torch.bfloat16 if device == "cuda" and config.use_lora else torch.float32
    try:
        model = _weights(config, folder, described, dtype)
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


def _tokenizer(folder: Path) -> tuple[Any, bool]:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except (ValueError, OSError, KeyError) as error:
        raise RefusedError(f"The tokenizer of {folder} cannot be loaded: {_first_line(error)}") from error
    if tokenizer.eos_token is None:
        raise RefusedError(f"The tokenizer of {folder} has no end-of-text token, so responses would have no end.")
    supplied = tokenizer.chat_template is None
    if supplied:
        tokenizer.chat_template = DEFAULT_CHAT_TEMPLATE
    return tokenizer, supplied


def _weights(config: RunConfig, folder: Path, described: dict[str, Any], dtype: torch.dtype) -> Any:
    options = {"dtype": dtype, "trust_remote_code": False, "use_safetensors": True}
    architecture = (described.get("architectures") or [""])[0]
    if config.kind == "dpo":
        if architecture.endswith("ForSequenceClassification"):
            raise RefusedError(f"{folder} is a reward model; DPO needs a language model as its base.")
        return AutoModelForCausalLM.from_pretrained(folder, **options)
    with suppress_seqcls_warning():  # a language model has no score head yet, which is expected
        return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1, **options)


def lora_config(config: RunConfig, model: Any) -> LoraConfig | None:
    """The adapter of the run, or ``None`` when all weights are trained. Refuses layer names the model does not have."""
    if not config.use_lora:
        return None
    names = {part for name, _ in model.named_modules() for part in (name, name.rpartition(".")[2])}
    for wanted in config.lora_target_modules or ():
        if wanted not in names:
            raise RefusedError(f"The base model has no layers named {wanted!r} (lora_target_modules).")
    return LoraConfig(
        task_type=TaskType.CAUSAL_LM if config.kind == "dpo" else TaskType.SEQ_CLS,
        r=config.lora_r,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        target_modules=list(config.lora_target_modules) if config.lora_target_modules else "all-linear",
    )


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__).rstrip(".") + "."
