"""Into which parts gold pairs fall, so that a judge's accuracy can be told of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.domain.arrays import Flags
from curation.judges.gold_pairs import GoldPair

LEAST_VALUES, MOST_VALUES = 2, 20
_LONGEST_VALUE = 60
# Of people's mean vote on the scale of 1 to 3.
_SLIGHT, _CLEAR = 1.5, 2.5


@dataclass(frozen=True)
class Slice:
    """`inside` (pairs,) tells which pairs have this value."""

    name: str
    value: str
    inside: Flags


def slices_of(gold: Sequence[GoldPair]) -> list[Slice]:
    """By length, strength, turns, aspect and source of the label, then by keys of the rows' metadata, alphabetically.

    A key counts with 2 to 20 values among the gold; a row with a list, such as tags, is in several slices of its key.
    """
    own = {
        "length": [[_length(pair)] for pair in gold],
        "strength": [[_strength(pair)] for pair in gold],
        "turns": [[_turns(pair)] for pair in gold],
        "aspect": [[pair.aspect or "overall"] for pair in gold],
        "label": [[pair.source] for pair in gold],
    }
    keys = sorted({key for pair in gold for key in pair.record.metadata} - own.keys())
    named = {key: [list(_values(pair.record.metadata.get(key))) for pair in gold] for key in keys}
    return [found for name, values in {**own, **named}.items() for found in _slices(name, values)]


def _slices(name: str, values: Sequence[list[str]]) -> Iterator[Slice]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, of_pair in enumerate(values):
        for value in of_pair:
            places[value].append(place)
    if not LEAST_VALUES <= len(places) <= MOST_VALUES:
        return
    for value, inside in sorted(places.items(), key=lambda each: (-len(each[1]), each[0])):
        flags: Flags = np.zeros(len(values), dtype=np.bool_)
        flags[inside] = True
        yield Slice(name, value, flags)


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each) if not isinstance(each, list) else ()
    elif isinstance(value, bool | int | str):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if 0 < len(text) <= _LONGEST_VALUE:
            yield text


def _turns(pair: GoldPair) -> str:
    asked = sum(message.role == "user" for message in pair.record.prompt)
    return "multi-turn" if asked > 1 else "single-turn"


def _length(pair: GoldPair) -> str:
    a, b = pair.sides
    longer = (len(b) - len(a)) * pair.value
    if longer == 0:
        return "of equal length"
    return "people choose the longer" if longer > 0 else "people choose the shorter"


def _strength(pair: GoldPair) -> str:
    size = abs(pair.value)
    return "slight" if size < _SLIGHT else "clear" if size < _CLEAR else "strong"
