"""The training configuration of a run: what ``config.yaml`` may hold, checked before any model is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from trainer_bridge.ml.errors import RefusedError

Kind = Literal["dpo", "reward"]
Device = Literal["auto", "cpu", "cuda"]

# The losses of the stable DPO trainer that need nothing but pairs. The values are the trainer's own names.
DPO_LOSSES = (
    "sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot", "aot_unpaired",
    "apo_zero", "apo_down", "discopop", "sigmoid_norm",
)  # fmt: skip
# `sigmoid` ignores label smoothing in this trainer, so asking for both would silently train something else.
SMOOTHED_LOSSES = ("robust", "exo_pair", "aot", "aot_unpaired")

CONSUMED_COLUMNS: dict[str, tuple[str, ...]] = {
    "dpo": ("prompt", "chosen", "rejected"),
    "reward": ("prompt", "chosen", "rejected", "margin"),
}
REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    "dpo": ("prompt", "chosen", "rejected"),
    "reward": ("chosen", "rejected"),
}


@dataclass(frozen=True)
class BaseModel:
    """Where the weights come from: a local folder (``path``) or a Hub repository (``hub_id``, ``revision``)."""

    path: str | None = None
    hub_id: str | None = None
    revision: str | None = None


@dataclass(frozen=True)
class DataFiles:
    """Training and evaluation pairs: ``.jsonl``, ``.jsonl.gz`` or ``.parquet``, relative to the run folder."""

    train: str
    eval: str | None = None


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides the trained weights. ``None`` for ``learning_rate`` means the default of the kind."""

    kind: Kind
    base_model: BaseModel
    data: DataFiles
    columns: tuple[str, ...] | None = None
    max_steps: int = 20
    learning_rate: float | None = None
    beta: float = 0.1
    batch_size: int = 2
    gradient_accumulation: int = 1
    max_length: int = 256
    use_lora: bool = True
    lora_r: int = 8
    lora_alpha: int = 16
    lora_dropout: float = 0.0
    lora_target_modules: tuple[str, ...] | None = None
    save_steps: int = 10
    eval_steps: int = 10
    eval_max_rows: int = 64
    logging_steps: int = 1
    seed: int = 0
    loss_type: str = "sigmoid"
    label_smoothing: float = 0.0
    device: Device = "auto"

    @property
    def effective_learning_rate(self) -> float:
        """Adapters start at zero and stand a larger rate than all weights do."""
        if self.learning_rate is not None:
            return self.learning_rate
        if self.kind == "dpo":
            return 5e-5 if self.use_lora else 1e-6
        return 1e-4 if self.use_lora else 1e-5

    def identity(self) -> dict[str, Any]:
        """The part that must not change between a checkpoint and its resumption."""
        values = asdict(self)
        for name in ("device", "save_steps", "eval_steps", "eval_max_rows", "logging_steps"):
            del values[name]
        return values


def load_config(path: Path) -> RunConfig:
    """Read and check ``config.yaml``; raises :class:`RefusedError` with one sentence."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RefusedError(f"The run folder has no config.yaml (looked at {path}).") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RefusedError(f"config.yaml is not readable as YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(values, dict):
        raise RefusedError("config.yaml must be a mapping of names to values.")
    return parse_config(values)


def parse_config(values: Mapping[str, Any]) -> RunConfig:
    """Build a :class:`RunConfig` from plain values; unknown names, wrong types and wrong ranges are refused."""
    known = {entry.name for entry in fields(RunConfig)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise RefusedError(f"config.yaml has an unknown setting {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    for name in ("kind", "base_model", "data"):
        if not values.get(name):
            raise RefusedError(f"config.yaml lacks {name!r}.")
    given = {name: value for name, value in values.items() if value is not None}
    config = RunConfig(
        **{
            **{name: _checked(name, value) for name, value in given.items() if name not in ("base_model", "data")},
            "base_model": _base_model(given["base_model"]),
            "data": _data_files(given["data"]),
        }
    )
    _check_choices(config)
    _check_ranges(config)
    return config


def _base_model(value: Any) -> BaseModel:
    if not isinstance(value, dict) or set(value) - {"path", "hub_id", "revision"}:
        raise RefusedError("base_model must be {path: …} or {hub_id: …, revision: …}.")
    base = BaseModel(**{key: str(entry) for key, entry in value.items() if entry})
    if (base.path is None) == (base.hub_id is None):
        raise RefusedError("base_model must name exactly one of path and hub_id.")
    return base


def _data_files(value: Any) -> DataFiles:
    if not isinstance(value, dict) or set(value) - {"train", "eval"} or not value.get("train"):
        raise RefusedError("data must be {train: PATH, eval: PATH or null}.")
    return DataFiles(train=str(value["train"]), eval=str(value["eval"]) if value.get("eval") else None)


_INTEGERS = (
    "max_steps", "batch_size", "gradient_accumulation", "max_length", "lora_r", "lora_alpha", "save_steps",
    "eval_steps", "eval_max_rows", "logging_steps", "seed",
)  # fmt: skip
_NUMBERS = ("learning_rate", "beta", "lora_dropout", "label_smoothing")
_LISTS = ("columns", "lora_target_modules")


def _checked(name: str, value: Any) -> Any:
    if name in _INTEGERS:
        if isinstance(value, bool) or not isinstance(value, int):
            raise RefusedError(f"{name} must be a whole number, not {value!r}.")
        return value
    if name in _NUMBERS:
        return _number(name, value)
    if name in _LISTS:
        if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value) or not value:
            raise RefusedError(f"{name} must be a list of names.")
        return tuple(value)
    if name == "use_lora":
        if not isinstance(value, bool):
            raise RefusedError(f"use_lora must be true or false, not {value!r}.")
        return value
    if name == "loss_type" and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise RefusedError(f"{name} must be a word, not {value!r}.")
    return value


def _number(name: str, value: Any) -> float:
    # YAML 1.1 reads "1e-5" (no dot) as a string, and people write exactly that for learning rates.
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise RefusedError(f"{name} must be a number, not {value!r}.")
    return number


def _check_choices(config: RunConfig) -> None:
    if config.kind not in get_args(Kind):
        raise RefusedError(f"kind must be dpo or reward, not {config.kind!r}.")
    if config.device not in get_args(Device):
        raise RefusedError(f"device must be auto, cpu or cuda, not {config.device!r}.")
    if config.kind == "dpo" and config.loss_type not in DPO_LOSSES:
        raise RefusedError(f"loss_type {config.loss_type!r} is not a DPO loss; known are {', '.join(DPO_LOSSES)}.")
    if config.kind == "reward" and config.loss_type != "sigmoid":
        raise RefusedError("A reward model has one loss (Bradley-Terry); leave loss_type out.")
    if config.label_smoothing and (config.kind != "dpo" or config.loss_type not in SMOOTHED_LOSSES):
        raise RefusedError(
            f"label_smoothing has no effect here; use it with kind dpo and one of {', '.join(SMOOTHED_LOSSES)}."
        )
    if config.loss_type == "exo_pair" and not config.label_smoothing:
        raise RefusedError("loss_type exo_pair needs label_smoothing above 0, for example 0.001.")
    check_columns(config.kind, config.columns)


def check_columns(kind: str, columns: tuple[str, ...] | None) -> None:
    """Refuse promised columns that the trainer of this kind would silently ignore, and missing required ones."""
    if columns is None:
        return
    consumed = CONSUMED_COLUMNS[kind]
    ignored = [name for name in columns if name not in consumed]
    if ignored:
        raise RefusedError(
            f"The {kind} trainer does not use the column {ignored[0]!r}, so its effect would be lost silently; "
            f"it uses {', '.join(consumed)}."
        )
    missing = [name for name in REQUIRED_COLUMNS[kind] if name not in columns]
    if missing:
        raise RefusedError(f"The {kind} trainer needs the column {missing[0]!r}, which the export does not promise.")


def _check_ranges(config: RunConfig) -> None:
    least = {"seed": 0, "max_length": 8}
    for name in _INTEGERS:
        if getattr(config, name) < least.get(name, 1):
            raise RefusedError(f"{name} must be at least {least.get(name, 1)}, not {getattr(config, name)}.")
    if config.effective_learning_rate <= 0:
        raise RefusedError("learning_rate must be above 0.")
    if config.beta <= 0:
        raise RefusedError("beta must be above 0.")
    if not 0 <= config.lora_dropout < 1:
        raise RefusedError("lora_dropout must be at least 0 and below 1.")
    if not 0 <= config.label_smoothing < 0.5:
        raise RefusedError("label_smoothing must be at least 0 and below 0.5.")
