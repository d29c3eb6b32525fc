"""Formats by name."""

from __future__ import annotations

from trainer_bridge.exports.base import Format
from trainer_bridge.exports.trl_preference import TrlPreference
from trainer_bridge.exports.trl_reward import TrlReward

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
):
    register(_entry)
