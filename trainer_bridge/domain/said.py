"""What annotations of a record say, read for training: answers in the shape that their question types define.

Imported annotations are stored as they came, so every body is checked before it is read; one of another shape is None.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

import msgspec

from webapp.store.canonical import Annotation

Authors = Literal["people", "judges", "all"]
AUTHORS: tuple[str, ...] = ("people", "judges", "all")
JUDGE = "judge"

Body = TypeVar("Body")


class Mark(msgspec.Struct, frozen=True):
    """A span of a text in code points. `quote` is what stands there."""

    target: str
    start: int
    end: int
    category: str
    quote: str | None = None
    severity: str | None = None


class Omission(msgspec.Struct, frozen=True):
    target: str
    category: str


class Spans(msgspec.Struct, frozen=True):
    marks: list[Mark] = []
    omissions: list[Omission] = []
    no_error: list[str] = []


class Chain(msgspec.Struct, frozen=True):
    """Labels of the steps of one response. `first_error` is a step's place, "none" or null."""

    labels: list[Literal["good", "neutral", "bad"] | None]
    first_error: int | Literal["none"] | None = None


class About(msgspec.Struct, frozen=True):
    """The two responses a rationale compares."""

    better: str
    worse: str


class Checks(msgspec.Struct, frozen=True):
    """What a judge's rationale was put to; null where it was not."""

    quotes_found: bool | None = None
    recovered: bool | None = None
    length_only: bool | None = None


class Rationale(msgspec.Struct, frozen=True):
    text: str = ""
    reasons: list[str] = []
    about: About | None = None
    checks: Checks | None = None


class Edit(msgspec.Struct, frozen=True):
    response: str
    text: str


class Edits(msgspec.Struct, frozen=True):
    edits: list[Edit]


class Ranking(msgspec.Struct, frozen=True):
    """1 is the best rank, equal ranks are ties; without any the item was not rankable."""

    ranks: dict[str, int] = {}


Steps = dict[str, Chain]
Ratings = dict[str, dict[str, float | str]]
Thumbs = dict[str, Literal["up", "down"]]
Texts = dict[str, str]


def body_of(annotation: Annotation, shape: type[Body]) -> Body | None:
    """The answer as `shape`; None where it has another one."""
    try:
        found = msgspec.json.decode(annotation.body, type=shape)
    except (msgspec.DecodeError, UnicodeError):
        return None
    return found


def is_by(annotation: Annotation, authors: str) -> bool:
    """Tell whether an annotation is by such authors; whatever no judge of ours gave is people's."""
    return authors == "all" or (annotation.source == JUDGE) == (authors == "judges")


def said_of(
    annotations: Iterable[Annotation], kind: str, *, authors: str = "all", questions: Iterable[str] = ()
) -> list[Annotation]:
    """The annotations of a kind by such authors, to these questions (to any where none are named), in a fixed order."""
    named = frozenset(questions)
    found = [
        each
        for each in annotations
        if each.kind == kind and is_by(each, authors) and (not named or each.question in named)
    ]
    return sorted(found, key=lambda each: (each.question, each.target or "", each.annotator or "", each.body))
