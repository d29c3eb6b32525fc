"""What each column of a data file may hold, and how the datasets library is told.

The meaning of every column is in :mod:`trainer_bridge.domain.methods`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from trainer_bridge.ml.errors import RefusedError

MESSAGES = ("prompt", "chosen", "rejected", "reference", "completion")
# name → (least, most); None is no bound.
NUMBERS: dict[str, tuple[float | None, float | None]] = {
    "margin": (None, None),
    "weight": (0, None),
    "soft_label": (0, 1),
    "offset": (0, None),
    "reward_gap": (0, 1),
}
FLAGS = ("label", "tie")
# Text in a file, but rendered by the chat template like every other text: who speaks it.
SPOKEN = {"rationale_prompt": "user", "rationale": "assistant"}


def checked(value: Any, name: str, place: str) -> Any:
    """The value as training reads it; raises :class:`RefusedError` that begins with its place."""
    if name in NUMBERS:
        return _number(value, name, place)
    if name in FLAGS:
        return _of_type(value, name, place, bool, "true or false")
    if name in SPOKEN:
        return _spoken(value, name, place)
    if name == "marks":
        return _marks(value, place)
    if name == "reference":
        return _reference(value, place)
    if name in MESSAGES:
        return _messages(value, name, place)
    if name == "aspect" and value == "":
        raise RefusedError(f"{place}: aspect must be a name on every row, not an empty text.")
    return _of_type(value, name, place, str, "a text")


def check_row(row: Mapping[str, Any], place: str) -> None:
    """Raises :class:`RefusedError` for checked columns that do not fit each other: marks outside their text."""
    if not {"marks", "completion"} <= row.keys():
        return
    if len(row["completion"]) != 1:
        raise RefusedError(f"{place}: marks are on one message, but completion has {len(row['completion'])}.")
    length = len(row["completion"][0]["content"])
    for mark in row["marks"]:
        if not 0 <= mark["start"] < mark["end"] <= length:
            raise RefusedError(
                f"{place}: the mark from {mark['start']} to {mark['end']} is not within the completion, "
                f"which has {length} characters."
            )


def _number(value: Any, name: str, place: str) -> float:
    # Trainers decide by the first row of a batch whether there is such a column, so every row must have a number.
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RefusedError(f"{place}: {name} must be a number on every row, not {value!r}.")
    least, most = NUMBERS[name]
    if (least is not None and value < least) or (most is not None and value > most):
        bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"
        raise RefusedError(f"{place}: {name} must be a number {bounds}, not {value!r}.")
    return float(value)


def _of_type(value: Any, name: str, place: str, wanted: type, called: str) -> Any:
    if not isinstance(value, wanted):
        raise RefusedError(f"{place}: {name} must be {called} on every row, not {value!r}.")
    return value


def _messages(value: Any, name: str, place: str) -> list[dict[str, str]]:
    if not isinstance(value, list) or not value:
        raise RefusedError(f"{place}: {name} must be a list of messages with role and content.")
    for message in value:
        if (
            not isinstance(message, dict)
            or not isinstance(message.get("role"), str)
            or not isinstance(message.get("content"), str)
        ):
            raise RefusedError(f"{place}: every message in {name} needs a text role and a text content.")
    return [{"role": message["role"], "content": message["content"]} for message in value]


def _reference(value: Any, place: str) -> list[dict[str, str]]:
    messages = _messages(value, "reference", place)
    if not any(message["content"].strip() for message in messages):
        raise RefusedError(f"{place}: reference is empty, so there is nothing to learn from it; leave the row out.")
    return messages


def _spoken(value: Any, name: str, place: str) -> list[dict[str, str]]:
    """A rationale, or what it continues, as messages; a row without a rationale has none."""
    if name == "rationale" and not value:
        return []
    if isinstance(value, str):
        return [{"role": SPOKEN[name], "content": value}]
    return _messages(value, name, place)


def _marks(value: Any, place: str) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise RefusedError(f"{place}: marks must be a list of spans with start, end and category.")
    for mark in value:
        if (
            not isinstance(mark, dict)
            or not all(type(mark.get(name)) is int for name in ("start", "end"))
            or not isinstance(mark.get("category"), str)
            or not mark["category"]
        ):
            raise RefusedError(f"{place}: every mark needs whole numbers as start and end, and a category.")
    return [{name: mark[name] for name in ("start", "end", "category")} for mark in value]


def features(columns: tuple[str, ...]) -> Any:
    """The ``datasets.Features`` of checked rows with these columns."""
    from datasets import Features, List, Value

    messages = List({"role": Value("string"), "content": Value("string")})
    marks = List({"start": Value("int64"), "end": Value("int64"), "category": Value("string")})
    kinds: list[tuple[Callable[[str], bool], Any]] = [
        (lambda name: name in NUMBERS, Value("float64")),
        (lambda name: name in FLAGS, Value("bool")),
        (lambda name: name == "marks", marks),
        (lambda name: name in MESSAGES or name in SPOKEN, messages),
    ]
    return Features({name: next((kind for fits, kind in kinds if fits(name)), Value("string")) for name in columns})
