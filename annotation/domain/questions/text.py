"""A free text about the item, or about each of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    ITEM,
    PER,
    AnswerError,
    FactKind,
    Facts,
    VoteDraft,
    by_target,
    common_parts,
    one_of,
    storable,
    targets_of,
    whole_number,
)

MAX_CHARS = 20_000
FACTS: dict[str, FactKind] = {"characters": "number"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **common_parts(question, allowed=("max_chars", "per"), required=False),
        "max_chars": whole_number(question, "max_chars", default=4000, low=1, high=MAX_CHARS),
        "per": one_of(question, "per", PER, default=ITEM),
    }


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return True


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> str | dict[str, str]:
    """The text as it was written, or one for each target."""
    if question.get("per", ITEM) == ITEM:
        return _text(question, answer)
    texts = by_target(answer, targets_of(question["per"], item), every=question["required"])
    return {target: _text(question, text) for target, text in texts.items()}


def _text(question: Mapping[str, Any], answer: object) -> str:
    text = storable(answer, most=question["max_chars"])
    if not text.strip():
        raise AnswerError("Write something here." if question["required"] else "Write something, or leave this out.")
    return text


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: str | Mapping[str, str]) -> Facts:
    return {"characters": len(answer) if isinstance(answer, str) else sum(map(len, answer.values()))}
