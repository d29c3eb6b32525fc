"""A free text, such as the reason for a preference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import AnswerError, VoteDraft, common_parts, whole_number

MAX_CHARS = 20_000


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = common_parts(question, allowed=("max_chars",), required=False)
    return {**cleaned, "max_chars": whole_number(question, "max_chars", default=4000, low=1, high=MAX_CHARS)}


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return True


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> str:
    """The text as it was written; only what cannot be stored or counts as nothing is refused."""
    if not isinstance(answer, str):
        raise AnswerError("Answer with a text.")
    if "\0" in answer:
        raise AnswerError("The text contains a NUL character, which cannot be stored; remove it.")
    if len(answer) > question["max_chars"]:
        raise AnswerError(f"Keep the text to {question['max_chars']} characters; it has {len(answer)}.")
    if question["required"] and not answer.strip():
        raise AnswerError("Write something here.")
    return answer


def votes(question: Mapping[str, Any], answer: str, item: ItemView) -> list[VoteDraft]:
    return []
