"""One or several of a list of named options, such as reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import NAME, AnswerError, QuestionError, VoteDraft, common_parts, flag

MAX_OPTIONS = 50
MAX_LABEL_CHARS = 120


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = common_parts(question, allowed=("options", "multiple"), required=True)
    options = question.get("options")
    if not isinstance(options, list) or not 2 <= len(options) <= MAX_OPTIONS:
        raise QuestionError("options", f"Give 2 to {MAX_OPTIONS} options.")
    named = [_option(option) for option in options]
    if len({option["value"] for option in named}) != len(named):
        raise QuestionError("options", "Two options have the same value.")
    return {**cleaned, "options": named, "multiple": flag(question, "multiple", default=False)}


def _option(option: object) -> dict[str, str]:
    if not isinstance(option, Mapping) or not set(option) <= {"value", "label"}:
        raise QuestionError("options", "An option is {“value”, “label”}.")
    value = option.get("value")
    label = option.get("label", value)
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise QuestionError("options", "An option's value has lower-case letters, digits and underscores only.")
    if not isinstance(label, str) or not 1 <= len(label) <= MAX_LABEL_CHARS:
        raise QuestionError("options", f"An option's label has 1 to {MAX_LABEL_CHARS} characters.")
    return {"value": value, "label": label}


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return True


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> str | list[str]:
    """An option's value, or for `multiple` a list of values, which comes back in the form's order."""
    values = [option["value"] for option in question["options"]]
    if not question["multiple"]:
        if not isinstance(answer, str) or answer not in values:
            raise AnswerError("Choose one of the options.")
        return answer
    if not isinstance(answer, list) or any(not isinstance(value, str) or value not in values for value in answer):
        raise AnswerError("Answer with a list of the options' values.")
    if question["required"] and not answer:
        raise AnswerError("Choose at least one option.")
    return [value for value in values if value in answer]


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []
