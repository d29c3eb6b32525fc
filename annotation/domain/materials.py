"""What people may see beside an item: passages, a reference answer, a rubric of its own.

These three alone are taken from a record's metadata. Anything else in there might name the model that wrote a
response, or tell how somebody else judged it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from annotation.domain.questions.base import QuestionError, named_list
from annotation.domain.questions.ratings import read_aspect

KEYS = ("passages", "reference", "rubric")
MAX_PASSAGES = 100


def materials_of(metadata: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The materials in a record's metadata, and how many were left out because they have another shape.

    `passages` is `[{"title", "sentences": [text]}]`, `reference` a text, `rubric` a list of aspects as a ratings
    question defines them.
    """
    found: dict[str, Any] = {}
    given = 0
    for key, take in (("passages", _passages), ("reference", _reference), ("rubric", _rubric)):
        value = metadata.get(key)
        # An empty list is an item without passages or rubric, not a broken one.
        if value is not None and value != []:
            given += 1
            taken = take(value)
            if taken is not None:
                found[key] = taken
    return found, given - len(found)


def _is_text(value: object) -> TypeGuard[str]:
    # PostgreSQL has no NUL character.
    return isinstance(value, str) and "\0" not in value


def _reference(value: object) -> str | None:
    return value if _is_text(value) and value.strip() else None


def _passages(value: object) -> list[dict[str, Any]] | None:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_PASSAGES:
        return None
    taken = []
    for passage in value:
        if not isinstance(passage, Mapping) or not set(passage) <= {"title", "sentences"}:
            return None
        title, sentences = passage.get("title", ""), passage.get("sentences")
        if not _is_text(title) or not isinstance(sentences, list) or not all(map(_is_text, sentences)):
            return None
        taken.append({"title": title, "sentences": sentences})
    return taken


def _rubric(value: object) -> list[dict[str, Any]] | None:
    try:
        return named_list({"rubric": value}, "rubric", read_aspect, least=1)
    except QuestionError:
        return None
