"""What may be set about a training run: names, types, bounds, and defaults by kind and loss. Pure Python.

Settings that a loss lists in :mod:`trainer_bridge.domain.methods` belong to those losses alone; the others belong to
the kinds named here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer_bridge.domain.methods import METHODS

_WITH_BETA = ("dpo", "kto", "cpo", "orpo", "tpo")


@dataclass(frozen=True)
class Setting:
    """One setting. `least` and `most` include themselves; `above` and `below` do not. No `kinds` means all."""

    name: str
    type: type
    default: Any
    description: str
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def problem(self, value: Any) -> str | None:
        """What is wrong with a value, in a sentence, or None."""
        if self.type is bool:
            return None if isinstance(value, bool) else "Use true or false."
        if self.type is str:
            return None if value in self.choices else f"Choose one of {', '.join(self.choices)}."
        whole = self.type is int
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not math.isfinite(value):
            return f"Give a {'whole ' if whole else ''}number, not {value!r}."
        return None if self._within(value) else f"Give a number {self._range()}, not {value!r}."

    def _within(self, value: float) -> bool:
        return (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def _range(self) -> str:
        low = f"from {self.least:g}" if self.least is not None else f"above {self.above:g}"
        return f"{low} to {self.most:g}" if self.most is not None else f"{low} and below {self.below:g}"


_LOSSES = tuple(dict.fromkeys(loss.key for method in METHODS.values() for loss in method.losses))
_AUTO = ("auto", "true", "false")

SETTINGS = (
    Setting("loss_type", str, None, "what is minimised; left out: the kind's first loss", choices=_LOSSES),
    Setting("max_steps", int, 20, "optimiser steps", least=1, most=100_000),
    Setting("epochs", float, None, "passes over the training rows, instead of max_steps", above=0, most=100),
    Setting("learning_rate", float, None, "left out: a rate for the kind and for LoRA or all weights", above=0, most=1),
    Setting(
        "lr_scheduler",
        str,
        "linear",
        "how the learning rate falls",
        choices=("linear", "cosine", "constant", "constant_with_warmup"),
    ),
    Setting("warmup_ratio", float, 0.0, "share of steps in which the learning rate rises", least=0, below=1),
    Setting("weight_decay", float, 0.0, "pull of weights towards zero", least=0, most=1),
    Setting("beta", float, 0.1, "how far the policy may move", above=0, most=100, kinds=_WITH_BETA),
    Setting("label_smoothing", float, 0.0, "share of flipped labels expected", least=0, below=0.5),
    Setting("sft_weight", float, 0.0, "weight of the chosen's likelihood (RPO)", least=0, most=100, kinds=("dpo",)),
    Setting(
        "f_divergence",
        str,
        "reverse_kl",
        "what ties the policy to its reference",
        choices=("reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"),
    ),
    Setting("ld_alpha", float, None, "weight of tokens past the shorter side", least=0, most=1, kinds=("dpo",)),
    Setting("use_weighting", bool, False, "weigh pairs by how likely the policy writes them (WPO)"),
    Setting(
        "precompute_reference",
        str,
        "auto",
        "reference log-probabilities ahead of training",
        choices=_AUTO,
        kinds=("dpo",),
    ),
    Setting("rationale_gamma", float, 0.001, "weight of the rationale's likelihood", above=0, most=10),
    Setting("beta_dpo_rho", float, 0.2, "share of a batch left out", least=0, below=1),
    Setting("beta_dpo_a", float, 0.6, "how much β follows the gap", least=0, most=10),
    Setting("beta_dpo_momentum", float, 0.9, "memory of the gap's running mean", least=0, below=1),
    Setting(
        "desirable_weight",
        float,
        None,
        "weight of wanted responses; both left out: the rarer side is weighted up",
        above=0,
        most=100,
        kinds=("kto",),
    ),
    Setting("undesirable_weight", float, None, "weight of unwanted responses", above=0, most=100, kinds=("kto",)),
    Setting("simpo_gamma", float, 1.0, "reward gap asked of every pair", least=0, most=100),
    Setting("cpo_alpha", float, 1.0, "weight of the chosen's likelihood", least=0, most=100, kinds=("cpo",)),
    Setting("tpo_alpha", float, 1.0, "weight of the reference's likelihood", above=0, most=100, kinds=("tpo",)),
    Setting("tpo_l_gamma", float, 0.5, "reward gap asked of every pair", least=0, most=100),
    Setting("center_rewards", float, 0.0, "pull of rewards to zero; 0.01 is usual", least=0, most=1),
    Setting("batch_size", int, 2, "rows in one forward pass", least=1, most=1024),
    Setting("gradient_accumulation", int, 1, "forward passes in one step", least=1, most=1024),
    Setting("max_length", int, 256, "tokens of prompt and response together", least=8, most=131_072),
    Setting("use_lora", bool, True, "train a small adapter instead of all weights"),
    Setting("lora_r", int, 8, "rank of the adapter", least=1, most=1024),
    Setting("lora_alpha", int, 16, "scale of the adapter", least=1, most=4096),
    Setting("lora_dropout", float, 0.0, "dropout inside the adapter", least=0, below=1),
    Setting("quantize", str, "none", "hold the base in 4 bits (QLoRA; needs CUDA)", choices=("none", "4bit")),
    Setting("precision", str, "auto", "auto: bf16 on a GPU, fp32 elsewhere", choices=("auto", "fp32", "bf16")),
    Setting("gradient_checkpointing", str, "auto", "less memory, more time; auto: on a GPU", choices=_AUTO),
    Setting(
        "curriculum",
        str,
        "none",
        "order of rows; none: shuffled by the seed",
        choices=("none", "as_exported", "margin_ascending", "margin_descending"),
    ),
    Setting("early_stopping_patience", int, 0, "evaluations without a better one; 0: off", least=0, most=1000),
    Setting("save_steps", int, 10, "steps between checkpoints", least=1, most=100_000),
    Setting("eval_steps", int, 10, "steps between evaluations on the test split", least=1, most=100_000),
    Setting("eval_max_rows", int, 64, "test rows an evaluation looks at", least=1, most=100_000),
    Setting("sample_prompts", int, 0, "test prompts answered at every evaluation", least=0, most=64),
    Setting("logging_steps", int, 1, "steps between metric points", least=1, most=100_000),
    Setting(
        "report_to",
        str,
        "none",
        "a tracker besides the run page",
        choices=("none", "tensorboard", "mlflow", "trackio"),
    ),
    Setting("seed", int, 0, "decides order and initial adapter", least=0, most=2**31 - 1),
    Setting("members", int, 1, "models of the ensemble this run is one of", least=1, most=20),
    Setting("member", int, 1, "which of them: its own seed and its own draw of the rows", least=1, most=20),
)  # fmt: skip
_BY_NAME = {setting.name: setting for setting in SETTINGS}
_OF_A_LOSS = {name for method in METHODS.values() for loss in method.losses for name in loss.settings}

# What differs from a setting's own default; the line of the loss wins over the line of the kind.
_DEFAULTS: dict[tuple[str, str | None], dict[str, Any]] = {
    ("dpo", "cdpo"): {"label_smoothing": 0.1},
    ("dpo", "robust"): {"label_smoothing": 0.1},
    ("dpo", "exo_pair"): {"label_smoothing": 0.001},
    ("cpo", "simpo"): {"beta": 2.0, "cpo_alpha": 0.0},
    ("tpo", None): {"beta": 0.01},
    ("reward", "smooth"): {"label_smoothing": 0.1},
}

# Adapters start at zero and stand a larger rate than all weights do: (LoRA, all weights).
_LEARNING_RATES = {
    "dpo": (5e-5, 1e-6),
    "kto": (5e-5, 1e-6),
    "cpo": (5e-5, 1e-6),
    "orpo": (5e-5, 1e-6),
    "tpo": (5e-6, 5e-7),
    "sft": (1e-4, 2e-5),
    "reward": (1e-4, 1e-5),
}


class RunConfigError(Exception):
    """Settings that cannot be accepted; `fields` maps each to what is wrong with it."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {sentences[0]}" for name, sentences in fields.items()))
        self.fields = fields


def setting_named(name: str) -> Setting:
    """Raises KeyError."""
    return _BY_NAME[name]


def settings_of(kind: str, loss: str) -> tuple[Setting, ...]:
    """What may be set about a run of this kind with this loss, in the order of a form."""
    return tuple(setting for setting in SETTINGS if _applies(setting, kind, loss))


def default_of(setting: Setting, kind: str, loss: str) -> Any:
    """The value a setting has where nothing is said; the learning rate's depends on `use_lora` and is None here."""
    if setting.name == "loss_type":
        return loss
    for key in ((kind, loss), (kind, None)):
        if setting.name in _DEFAULTS.get(key, {}):
            return _DEFAULTS[key][setting.name]
    return setting.default


def run_config_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The complete settings of a run of this kind: what was given, checked, over the defaults of its kind and loss.

    `None` stands for the default, and `epochs` take the place of `max_steps`. Raises RunConfigError naming every
    setting that is unknown, out of range or without effect.
    """
    stated = {name: value for name, value in given.items() if value is not None}
    loss = stated.get("loss_type", METHODS[kind].losses[0].key)
    if loss not in {entry.key for entry in METHODS[kind].losses}:
        listed = ", ".join(entry.key for entry in METHODS[kind].losses)
        raise RunConfigError({"loss_type": [f"{loss!r} is no loss of a {kind} run; choose one of {listed}."]})
    fields = {name: [problem] for name, value in given.items() if (problem := _problem(kind, loss, name, value))}
    if not fields:
        config = {setting.name: default_of(setting, kind, loss) for setting in settings_of(kind, loss)}
        config |= {name: _BY_NAME[name].type(value) for name, value in stated.items()}
        fields = _together(kind, config, stated)
    if fields:
        raise RunConfigError(fields)
    if config["epochs"] is not None:
        del config["max_steps"]
    if config["learning_rate"] is None:
        config["learning_rate"] = _LEARNING_RATES[kind][0 if config["use_lora"] else 1]
    return config


def steps_of(*, rows: int, epochs: float, batch_size: int, gradient_accumulation: int, processes: int = 1) -> int:
    """Optimiser steps of so many passes over the rows; every process reads its share of them."""
    batches = math.ceil(rows / (batch_size * processes))
    return math.ceil(epochs * math.ceil(batches / gradient_accumulation))


def _applies(setting: Setting, kind: str, loss: str) -> bool:
    if setting.name in _OF_A_LOSS:
        return setting.name in METHODS[kind].loss(loss).settings
    return not setting.kinds or kind in setting.kinds


def _problem(kind: str, loss: str, name: str, value: Any) -> str | None:
    setting = _BY_NAME.get(name)
    if setting is None:
        return f"There is no such setting; known are {', '.join(s.name for s in settings_of(kind, loss))}."
    if not _applies(setting, kind, loss):
        users = [entry.key for entry in METHODS[kind].losses if _applies(setting, kind, entry.key)]
        if users:
            return f"The loss {loss} does not use this setting; leave it out, or choose one of {', '.join(users)}."
        return f"A {kind} run does not use this setting; leave it out."
    return None if value is None else setting.problem(value)


def _together(kind: str, config: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with settings that are fine one by one."""
    wrong: dict[str, list[str]] = {}
    if {"epochs", "max_steps"} <= stated.keys():
        wrong["epochs"] = ["Give epochs or max_steps, not both."]
    if config["loss_type"] == "exo_pair" and not config["label_smoothing"]:
        wrong["label_smoothing"] = ["The loss exo_pair needs a number above 0, for example 0.001."]
    if config["loss_type"] == "beta_dpo" and config["batch_size"] < 2:
        wrong["batch_size"] = ["The loss beta_dpo compares the pairs of a batch and needs at least 2."]
    if kind == "kto" and config["batch_size"] < 2:
        wrong["batch_size"] = ["A kto run compares the rows of a batch and needs at least 2."]
    if config["quantize"] == "4bit" and not config["use_lora"]:
        wrong["quantize"] = ["Weights held in 4 bits cannot be trained themselves; use LoRA, or quantize none."]
    if config["member"] > config["members"]:
        wrong["member"] = [f"Give a number from 1 to members ({config['members']}), not {config['member']}."]
    return wrong
