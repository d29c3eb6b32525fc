"""What every type of question has: a definition, answers, and perhaps votes in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, Protocol, TypeGuard

from annotation.domain.items import ItemView

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_TITLE_CHARS = 300
MAX_DESCRIPTION_CHARS = 2000
MAX_ASPECT_CHARS = 60
MAX_NAMED = 50
MAX_SHOWN_CHARS = 40
# PostgreSQL's jsonb can hold neither.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
PER = ("item", "response", "turn")
ITEM = "item"

# What conditions may ask about an answer: a number, one word of a few, or several words.
FactKind = Literal["number", "word", "words"]
Facts = dict[str, Any]


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
    """One module per type implements these as functions, and says in `FACTS` what conditions may ask about it."""

    FACTS: dict[str, FactKind]

    def validate_definition(self, question: Mapping[str, Any]) -> dict[str, Any]: ...
    def validate_answer(self, question: Mapping[str, Any], answer: object, item: ItemView) -> Any: ...
    def votes(self, question: Mapping[str, Any], answer: Any, item: ItemView) -> list[VoteDraft]: ...
    def fits(self, question: Mapping[str, Any], item: ItemView) -> bool: ...
    def facts(self, question: Mapping[str, Any], answer: Any) -> Facts: ...


def common_parts(question: Mapping[str, Any], *, allowed: Sequence[str], required: bool) -> dict[str, Any]:
    """Check the parts every question has and refuse unknown ones, which are mostly misspelt known ones."""
    known = {"name", "type", "title", "required", "description", "show_if", "required_if", *allowed}
    unknown = unknown_part(question, known)
    if unknown is not None:
        raise QuestionError(unknown, f"“{unknown}” is not a part of a question of type {question['type']}.")
    name = question.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise QuestionError(
            "name", "Give the question a name of lower-case letters, digits and underscores, at most 40 long."
        )
    return {
        "name": name,
        "type": question["type"],
        "title": text_part(question, "title", default=name, most=MAX_TITLE_CHARS),
        "description": text_part(question, "description", default="", most=MAX_DESCRIPTION_CHARS),
        "required": flag(question, "required", default=required),
        # Checked by `domain.forms`, which knows the questions before this one.
        "show_if": question.get("show_if", []),
        "required_if": question.get("required_if", []),
    }


def shown(value: object) -> str:
    """What somebody sent as a sentence can quote it, whatever it is: never long, and always storable."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value[:MAX_SHOWN_CHARS]) if isinstance(value, str) else "…"


def unknown_part(given: Mapping[Any, Any], known: Collection[str]) -> str | None:
    """A part that is not known, as a sentence can quote it; None when all are."""
    return min((shown(part) for part in given if part not in known), default=None)


@contextmanager
def within(path: str) -> Iterator[None]:
    """Faults found inside are reported below `path`."""
    try:
        yield
    except QuestionError as error:
        raise QuestionError(f"{path}.{error.field}", error.message) from error


def is_text(value: object, least: int, most: int) -> TypeGuard[str]:
    """Tell whether a value is a storable text of so many characters, not counting white space around it."""
    return isinstance(value, str) and least <= len(value.strip()) <= most and not UNSTORABLE.search(value)


def text_part(part: Mapping[str, Any], field: str, *, default: str, most: int) -> str:
    """A short text of a definition, trimmed; only one that defaults to "" may be empty."""
    value = part.get(field, default)
    least = 0 if default == "" else 1
    if not is_text(value, least, most):
        raise QuestionError(field, f"“{field}” is a text of {least} to {most} characters.")
    return value.strip()


def flag(question: Mapping[str, Any], field: str, *, default: bool) -> bool:
    value = question.get(field, default)
    if not isinstance(value, bool):
        raise QuestionError(field, f"“{field}” is true or false.")
    return value


def one_of(question: Mapping[str, Any], field: str, values: Sequence[str], *, default: str) -> str:
    value = question.get(field, default)
    if not isinstance(value, str) or value not in values:
        raise QuestionError(field, f"“{field}” is one of {', '.join(values)}.")
    return value


def is_whole(value: object, low: int, high: int) -> TypeGuard[int]:
    """Tell whether a value is a whole number in a range; a bool is an int to Python, but not to people."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def whole_number(question: Mapping[str, Any], field: str, *, default: int, low: int, high: int) -> int:
    value = question.get(field, default)
    if not is_whole(value, low, high):
        raise QuestionError(field, f"“{field}” is a whole number from {low} to {high}.")
    return value


def aspect_part(question: Mapping[str, Any]) -> str | None:
    aspect = question.get("aspect")
    if aspect is None:
        return None
    if not is_text(aspect, 1, MAX_ASPECT_CHARS):
        raise QuestionError("aspect", f"“aspect” is null or a text of 1 to {MAX_ASPECT_CHARS} characters.")
    return aspect.strip()


def named_list(
    question: Mapping[str, Any], field: str, read: Callable[[Mapping[str, Any]], dict[str, Any]], *, least: int = 0
) -> list[dict[str, Any]]:
    """A list of objects with different `name`s, each read by `read`, whose faults are reported at `field`."""
    value = question.get(field, [])
    if not isinstance(value, list) or not least <= len(value) <= MAX_NAMED:
        raise QuestionError(field, f"“{field}” is a list of {least} to {MAX_NAMED} entries.")
    entries = []
    for number, entry in enumerate(value):
        if not isinstance(entry, Mapping):
            raise QuestionError(f"{field}.{number}", f"Each entry of “{field}” is an object with “name” and “title”.")
        with within(f"{field}.{number}"):
            entries.append({**_named(entry), **read(entry)})
    if len({entry["name"] for entry in entries}) != len(entries):
        raise QuestionError(field, f"Two entries of “{field}” have the same name.")
    return entries


def _named(entry: Mapping[str, Any]) -> dict[str, Any]:
    name = entry.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise QuestionError("name", "Give it a name of lower-case letters, digits and underscores, at most 40 long.")
    return {
        "name": name,
        "title": text_part(entry, "title", default=name, most=MAX_TITLE_CHARS),
        "description": text_part(entry, "description", default="", most=MAX_DESCRIPTION_CHARS),
    }


def only_parts(entry: Mapping[str, Any], *allowed: str) -> None:
    unknown = unknown_part(entry, ("name", "title", "description", *allowed))
    if unknown is not None:
        raise QuestionError(unknown, f"“{unknown}” is not a part of this.")


def targets_of(per: str, item: ItemView) -> list[str]:
    """What a question with this `per` asks about, in the item's own order."""
    if per == "response":
        return item.response_ids
    return item.turn_targets() if per == "turn" else [ITEM]


def answer_object(answer: object, *parts: str) -> Mapping[str, Any]:
    """The answer as an object of exactly these parts at most. Raises AnswerError."""
    if not isinstance(answer, Mapping):
        raise AnswerError("Answer with an object.")
    unknown = unknown_part(answer, parts)
    if unknown is not None:
        raise AnswerError(f"“{unknown}” is not a part of this answer; it has {', '.join(parts)}.")
    return answer


def by_target(answer: object, targets: Sequence[str], *, every: bool) -> dict[str, Any]:
    """An object of target → value in the order of the targets' names. Raises AnswerError for unknown ones."""
    if not isinstance(answer, Mapping):
        raise AnswerError("Answer with an object of text → answer.")
    for target in answer:
        if target not in targets:
            raise AnswerError(f"“{shown(target)}” is not one of this item's texts.")
    if every and len(answer) < len(set(targets)):
        raise AnswerError(f"Answer for all {len(set(targets))} texts; {len(answer)} are answered.")
    if not answer:
        raise AnswerError("Answer for at least one text, or leave the question out.")
    return {target: answer[target] for target in sorted(answer)}


def storable(text: object, *, most: int, what: str = "The text") -> str:
    """A text as it was written; only what cannot be stored, or is too long, is refused."""
    if not isinstance(text, str):
        raise AnswerError(f"{what} must be a text.")
    if UNSTORABLE.search(text):
        raise AnswerError(f"{what} contains a NUL character or half a character, which cannot be stored; remove it.")
    if len(text) > most:
        raise AnswerError(f"Keep {what.lower()} to {most} characters; it has {len(text)}.")
    return text
