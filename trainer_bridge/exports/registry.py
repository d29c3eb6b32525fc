"""Formats by name."""

from __future__ import annotations

from trainer_bridge.exports.alignment_handbook import AlignmentHandbook
from trainer_bridge.exports.axolotl import Axolotl
from trainer_bridge.exports.base import Format
from trainer_bridge.exports.llamafactory import LlamaFactory
from trainer_bridge.exports.openrlhf import OpenRlhf
from trainer_bridge.exports.score_conditioned import ScoreConditioned
from trainer_bridge.exports.trl_preference import TrlPreference
from trainer_bridge.exports.trl_reference import TrlReference
from trainer_bridge.exports.trl_reward import TrlReward
from trainer_bridge.exports.trl_sft import TrlSft
from trainer_bridge.exports.trl_unpaired import TrlUnpaired

_FORMATS: dict[str, Format] = {}


def register(entry: Format) -> None:
    _FORMATS[entry.key] = entry


def format_for(key: str) -> Format:
    """The format of that name; raises LookupError."""
    return _FORMATS[key]


def formats() -> list[Format]:
    """Every format, in the order of the list people choose from."""
    return list(_FORMATS.values())


for _entry in (
    TrlPreference(),
    TrlReward(),
    TrlUnpaired(),
    TrlSft(),
    TrlReference(),
    ScoreConditioned(),
    LlamaFactory(),
    OpenRlhf(),
    Axolotl(),
    AlignmentHandbook(),
):
    register(_entry)
