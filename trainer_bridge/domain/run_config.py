"""What may be set about a training run: names, types, bounds, defaults by kind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOSSES = (
    "sigmoid",
    "hinge",
    "ipo",
    "exo_pair",
    "nca_pair",
    "robust",
    "bco_pair",
    "sppo_hard",
    "aot",
    "aot_unpaired",
    "apo_zero",
    "apo_down",
    "discopop",
    "sigmoid_norm",
)


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
    kinds: tuple[str, ...] = ("dpo", "reward")

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


SETTINGS = (
    Setting("max_steps", int, 20, "optimiser steps", least=1, most=100_000),
    Setting("learning_rate", float, None, "left out: a rate for the kind and for LoRA or all weights", above=0, most=1),
    Setting("beta", float, 0.1, "how far the policy may move from its reference", above=0, most=100, kinds=("dpo",)),
    Setting("loss_type", str, "sigmoid", "DPO loss", choices=LOSSES, kinds=("dpo",)),
    Setting("label_smoothing", float, 0.0, "share of flipped labels expected", least=0, below=0.5, kinds=("dpo",)),
    Setting("batch_size", int, 2, "pairs in one forward pass", least=1, most=1024),
    Setting("gradient_accumulation", int, 1, "forward passes in one step", least=1, most=1024),
    Setting("max_length", int, 256, "tokens of prompt and answer together", least=8, most=131_072),
    Setting("use_lora", bool, True, "train a small adapter instead of all weights"),
    Setting("lora_r", int, 8, "rank of the adapter", least=1, most=1024),
    Setting("lora_alpha", int, 16, "scale of the adapter", least=1, most=4096),
    Setting("lora_dropout", float, 0.0, "dropout inside the adapter", least=0, below=1),
    Setting("save_steps", int, 10, "steps between checkpoints", least=1, most=100_000),
    Setting("eval_steps", int, 10, "steps between evaluations on the test split", least=1, most=100_000),
    Setting("eval_max_rows", int, 64, "test pairs an evaluation looks at", least=1, most=100_000),
    Setting("logging_steps", int, 1, "steps between metric points", least=1, most=100_000),
    Setting("seed", int, 0, "decides order and initial adapter", least=0, most=2**31 - 1),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}

# Adapters start at zero and stand a larger rate than all weights do.
_LEARNING_RATES = {("dpo", True): 5e-5, ("dpo", False): 1e-6, ("reward", True): 1e-4, ("reward", False): 1e-5}


class RunConfigError(Exception):
    """Settings that cannot be accepted; `fields` maps each to what is wrong with it."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {sentences[0]}" for name, sentences in fields.items()))
        self.fields = fields


def run_config_of(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The complete settings of a run of this kind: what was given, checked, over the defaults.

    `None` stands for the default. Raises RunConfigError naming every setting that is unknown or out of range.
    """
    fields = {name: [problem] for name, value in given.items() if (problem := _problem(kind, name, value))}
    if fields:
        raise RunConfigError(fields)
    config = {setting.name: setting.default for setting in SETTINGS if kind in setting.kinds}
    config |= {name: _BY_NAME[name].type(value) for name, value in given.items() if value is not None}
    if config["learning_rate"] is None:
        config["learning_rate"] = _LEARNING_RATES[kind, config["use_lora"]]
    return config


def _problem(kind: str, name: str, value: Any) -> str | None:
    setting = _BY_NAME.get(name)
    if setting is None:
        return f"There is no such setting; known are {', '.join(s.name for s in SETTINGS if kind in s.kinds)}."
    if kind not in setting.kinds:
        return f"A {kind} run does not use this setting; leave it out."
    return None if value is None else setting.problem(value)
