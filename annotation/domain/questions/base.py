"""What every type of question has: a definition, answers, and perhaps votes in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from annotation.domain.items import ItemView

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_TITLE_CHARS = 300


class QuestionError(ValueError):
    """A question that cannot be asked; `field` names the part of its definition at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class AnswerError(ValueError):
    """An answer that does not fit its question, as a sentence for the person who gave it."""


class VoteDraft(NamedTuple):
    """A vote before it is stored. `a` < `b`; see `annotation.models.Vote` for the meaning of `value`."""

    question: str
    aspect: str | None
    a: str
    b: str
    outcome: str
    value: int | None
    strength: int | None
    steps: int


class QuestionType(Protocol):
    """One module per type implements these as functions."""

    def validate_definition(self, question: Mapping[str, Any]) -> dict[str, Any]: ...
    def validate_answer(self, question: Mapping[str, Any], answer: object, item: ItemView) -> Any: ...
    def votes(self, question: Mapping[str, Any], answer: Any, item: ItemView) -> list[VoteDraft]: ...
    def fits(self, question: Mapping[str, Any], item: ItemView) -> bool: ...


def common_parts(question: Mapping[str, Any], *, allowed: Sequence[str], required: bool) -> dict[str, Any]:
    """Check the parts every question has and refuse unknown ones, which are mostly misspelt known ones."""
    unknown = sorted(set(question) - {"name", "type", "title", "required", *allowed})
    if unknown:
        raise QuestionError(str(unknown[0]), f"“{unknown[0]}” is not a part of a {question['type']} question.")
    name = question.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise QuestionError(
            "name", "Give the question a name of lower-case letters, digits and underscores, at most 40 long."
        )
    title = question.get("title", name)
    if not isinstance(title, str) or not title.strip() or len(title) > MAX_TITLE_CHARS:
        raise QuestionError("title", f"Give the question a title of 1 to {MAX_TITLE_CHARS} characters.")
    return {
        "name": name,
        "type": question["type"],
        "title": title.strip(),
        "required": flag(question, "required", default=required),
    }


def flag(question: Mapping[str, Any], field: str, *, default: bool) -> bool:
    value = question.get(field, default)
    if not isinstance(value, bool):
        raise QuestionError(field, f"“{field}” is true or false.")
    return value


def whole_number(question: Mapping[str, Any], field: str, *, default: int, low: int, high: int) -> int:
    value = question.get(field, default)
    # A bool is an int to Python.
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise QuestionError(field, f"“{field}” is a whole number from {low} to {high}.")
    return value
