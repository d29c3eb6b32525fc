"""The training configuration of a run: what ``config.yaml`` may hold, checked before any model is loaded.

Settings, their bounds and defaults are those of :mod:`trainer_bridge.domain.run_config`, kinds, losses and columns
those of :mod:`trainer_bridge.domain.methods`; here is what only a run folder knows: where the weights and the rows are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from trainer_bridge.domain.methods import METHODS
from trainer_bridge.domain.run_config import RunConfigError, run_config_of, setting_named
from trainer_bridge.ml.errors import RefusedError

Device = Literal["auto", "cpu", "cuda"]

_FOLDER_NAMES = ("kind", "base_model", "data", "columns", "lora_target_modules", "device")
# A resumed run may look, save and report more or less often, and spend memory or time another way.
_CHANGEABLE = (
    "save_steps", "eval_steps", "eval_max_rows", "logging_steps", "gradient_checkpointing", "report_to",
    "sample_prompts",
)  # fmt: skip


@dataclass(frozen=True)
class BaseModel:
    """Where the weights come from: a local folder (``path``) or a Hub repository (``hub_id``, ``revision``)."""

    path: str | None = None
    hub_id: str | None = None
    revision: str | None = None


@dataclass(frozen=True)
class DataFiles:
    """Training and evaluation rows: ``.jsonl``, ``.jsonl.gz`` or ``.parquet``, relative to the run folder."""

    train: str
    eval: str | None = None


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides the trained weights.

    ``settings`` hold a value for every setting of the kind and its loss, and are read as attributes
    (``config.max_length``); a setting that does not apply reads as its own default.
    """

    kind: str
    base_model: BaseModel
    data: DataFiles
    settings: Mapping[str, Any]
    columns: tuple[str, ...] | None = None
    lora_target_modules: tuple[str, ...] | None = None
    device: str = "auto"

    def __getattr__(self, name: str) -> Any:
        # Asked only for names that are no fields; copying and unpickling ask before `settings` is there.
        if name.startswith("_") or name == "settings":
            raise AttributeError(name)
        try:
            return self.settings[name] if name in self.settings else setting_named(name).default
        except KeyError:
            raise AttributeError(name) from None

    @property
    def own_seed(self) -> int:
        """The seed of this member of an ensemble; the first has the run's own."""
        return int((self.seed + 1_000_003 * (self.member - 1)) % 2**31)

    def identity(self) -> dict[str, Any]:
        """The part that must not change between a checkpoint and its resumption."""
        values = asdict(self)
        settings = values.pop("settings")
        del values["device"]
        return values | {name: value for name, value in settings.items() if name not in _CHANGEABLE}


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
    for name in ("kind", "base_model", "data"):
        if not values.get(name):
            raise RefusedError(f"config.yaml lacks {name!r}.")
    kind = values["kind"]
    if kind not in METHODS:
        raise RefusedError(f"kind must be one of {', '.join(METHODS)}, not {kind!r}.")
    device = values.get("device") or "auto"
    if device not in get_args(Device):
        raise RefusedError(f"device must be auto, cpu or cuda, not {device!r}.")
    given = {str(name): _as_written(str(name), value) for name, value in values.items() if name not in _FOLDER_NAMES}
    try:
        settings = run_config_of(kind, given)
    except RunConfigError as error:
        name, sentences = next(iter(error.fields.items()))
        raise RefusedError(f"{name}: {sentences[0]}") from None
    config = RunConfig(
        kind=kind,
        base_model=_base_model(values["base_model"]),
        data=_data_files(values["data"]),
        settings=settings,
        columns=_names("columns", values.get("columns")),
        lora_target_modules=_names("lora_target_modules", values.get("lora_target_modules")),
        device=device,
    )
    check_columns(config, config.columns)
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


def _names(name: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value) or not value:
        raise RefusedError(f"{name} must be a list of names.")
    return tuple(value)


def _as_written(name: str, value: Any) -> Any:
    """The value that people mean by what YAML reads otherwise."""
    try:
        setting = setting_named(name)
    except KeyError:
        return value
    if setting.type is float and isinstance(value, str):
        # YAML 1.1 reads "1e-5" (no dot) as a string, and people write exactly that for learning rates.
        try:
            return float(value)
        except ValueError:
            return value
    if setting.type is str and isinstance(value, bool):
        return str(value).lower()
    if name == "loss_type" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def check_columns(config: RunConfig, columns: tuple[str, ...] | None) -> None:
    """Refuse promised columns that this trainer would silently ignore, and missing required ones."""
    if columns is None:
        return
    trainer = trainer_name(config)
    consumed = consumed_columns(config)
    ignored = [name for name in columns if name not in consumed]
    if ignored:
        raise RefusedError(
            f"The {trainer} trainer does not use the column {ignored[0]!r}, so its effect would be lost silently; "
            f"it uses {', '.join(consumed)}."
        )
    missing = [name for name in required_columns(config) if name not in columns]
    if missing:
        raise RefusedError(f"The {trainer} trainer needs the column {missing[0]!r}, which the export does not promise.")


def consumed_columns(config: RunConfig) -> tuple[str, ...]:
    """Every column that can make a difference to this run."""
    return METHODS[config.kind].columns(config.loss_type)


def required_columns(config: RunConfig) -> tuple[str, ...]:
    """The columns without which this run cannot start."""
    return METHODS[config.kind].required_columns(config.loss_type)


def trainer_name(config: RunConfig) -> str:
    """The kind, with its loss where that is not the usual one: what sentences call the trainer."""
    usual = METHODS[config.kind].losses[0].key
    return config.kind if config.loss_type == usual else f"{config.kind} ({config.loss_type})"
