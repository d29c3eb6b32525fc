"""Formats by name."""

from __future__ import annotations

from trainer_bridge.exports.alignment_handbook import AlignmentHandbook
from trainer_bridge.exports.annotator_pairs import AnnotatorPairs
from trainer_bridge.exports.aspect_pairs import AspectPairs
from trainer_bridge.exports.axolotl import Axolotl
from trainer_bridge.exports.base import Format
from trainer_bridge.exports.context_pairs import ContextPairs
from trainer_bridge.exports.judgment_rows import JudgmentRows
from trainer_bridge.exports.llamafactory import LlamaFactory
from trainer_bridge.exports.openrlhf import OpenRlhf
from trainer_bridge.exports.options import Options, options_complete
from trainer_bridge.exports.ranking_lists import RankingLists
from trainer_bridge.exports.rationale_pairs import RationalePairs
from trainer_bridge.exports.score_conditioned import ScoreConditioned
from trainer_bridge.exports.span_rewards import SpanRewards
from trainer_bridge.exports.trl_preference import TrlPreference
from trainer_bridge.exports.trl_reference import TrlReference
from trainer_bridge.exports.trl_reward import TrlReward
from trainer_bridge.exports.trl_sft import TrlSft
from trainer_bridge.exports.trl_stepwise import TrlStepwise
from trainer_bridge.exports.trl_unpaired import TrlUnpaired

_FORMATS: dict[str, Format] = {}


def register(entry: Format) -> None:
    _FORMATS[entry.key] = entry


def format_for(key: str) -> Format:
    """The format of that name; raises LookupError."""
    return _FORMATS[key]


def default_options(entry: Format) -> Options:
    """The format's options where nothing was asked for."""
    return Options(options_complete(entry.options, {}))


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
    TrlStepwise(),
    RankingLists(),
    RationalePairs(),
    JudgmentRows(),
    AspectPairs(),
    SpanRewards(),
    AnnotatorPairs(),
    ContextPairs(),
    LlamaFactory(),
    OpenRlhf(),
    Axolotl(),
    AlignmentHandbook(),
):
    register(_entry)
