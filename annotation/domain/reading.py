"""How an item was read, as the page reports it with an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

MAX_TARGETS = 50
# "turn:12" or a response id.
MAX_TARGET_CHARS = 80
MAX_MILLISECONDS = 30 * 86_400_000
# What became of what a judge had drafted; marks that were accepted and then changed are corrected.
DRAFT_COUNTS = ("offered", "accepted", "corrected", "rejected")
MAX_DRAFTED = 10_000


class ReadingError(ValueError):
    """A report of a wrong shape; `field` names the part at fault, "" for the whole."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def validate_reading(reading: object) -> dict[str, Any] | None:
    """`{"idle_ms", "first_answer_ms", "seen": {target: 0..1}, "reached_end": [target],
    "drafts": {count: n}}`, any of them left out.

    `seen` is the share of each text that was scrolled into view, `drafts` counts by the names of `DRAFT_COUNTS`. None
    stays None. Raises ReadingError.
    """
    if reading is None:
        return None
    if not isinstance(reading, Mapping):
        raise ReadingError("", f"Give an object with any of: {', '.join(_PARTS)}.")
    for name, value in reading.items():
        if name not in _PARTS:
            raise ReadingError(str(name)[:40], f"There is no such part; there are: {', '.join(_PARTS)}.")
        _PARTS[name](name, value)
    return dict(reading)


def _milliseconds(name: str, value: object) -> None:
    # A bool is an int to Python.
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_MILLISECONDS:
        raise ReadingError(name, "Give a whole number of milliseconds, not negative.")


def _shares(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or len(value) > MAX_TARGETS or not all(map(_is_target, value)):
        raise ReadingError(name, f"Give an object of response id or turn → share seen, for at most {MAX_TARGETS}.")
    if not all(_is_share(share) for share in value.values()):
        raise ReadingError(name, "A share is a number from 0 to 1.")


def _targets(name: str, value: object) -> None:
    if not isinstance(value, list) or len(value) > MAX_TARGETS or not all(map(_is_target, value)):
        raise ReadingError(name, f"Give a list of at most {MAX_TARGETS} response ids or turns.")


def _draft_counts(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or not set(value) <= set(DRAFT_COUNTS):
        raise ReadingError(name, f"Give an object of counts, with any of: {', '.join(DRAFT_COUNTS)}.")
    for count in value.values():
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MAX_DRAFTED:
            raise ReadingError(name, f"A count is a whole number from 0 to {MAX_DRAFTED}.")


def _is_target(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_TARGET_CHARS and "\0" not in value


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 <= value <= 1


_PARTS: dict[str, Callable[[str, object], None]] = {
    "idle_ms": _milliseconds,
    "first_answer_ms": _milliseconds,
    "seen": _shares,
    "reached_end": _targets,
    "drafts": _draft_counts,
}
