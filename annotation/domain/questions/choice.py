"""One or several of a list of named options, about the item or about each of its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    ITEM,
    NAME,
    PER,
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    by_target,
    common_parts,
    flag,
    one_of,
    targets_of,
    text_part,
    within,
)

MAX_OPTIONS = 50
MAX_LABEL_CHARS = 120
FACTS: dict[str, FactKind] = {"chosen": "words"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **common_parts(question, allowed=("options", "multiple", "per"), required=True),
        "options": options_part(question, "options", least=2),
        "multiple": flag(question, "multiple", default=False),
        "per": one_of(question, "per", PER, default=ITEM),
    }


def options_part(question: Mapping[str, Any], field: str, *, least: int) -> list[dict[str, str]]:
    """A list of `{"value", "label"}` with different values."""
    options = question.get(field, [])
    if not isinstance(options, list) or not least <= len(options) <= MAX_OPTIONS:
        raise QuestionError(field, f"Give {least} to {MAX_OPTIONS} {field}.")
    named = []
    for number, option in enumerate(options):
        if not isinstance(option, Mapping) or any(part not in ("value", "label") for part in option):
            raise QuestionError(f"{field}.{number}", "It is an object of “value” and “label”.")
        with within(f"{field}.{number}"):
            named.append(_option(option))
    if len({option["value"] for option in named}) != len(named):
        raise QuestionError(field, f"Two {field} have the same value.")
    return named


def _option(option: Mapping[str, Any]) -> dict[str, str]:
    value = option.get("value")
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise QuestionError("value", "The value has lower-case letters, digits and underscores only.")
    return {"value": value, "label": text_part(option, "label", default=value, most=MAX_LABEL_CHARS)}


def chosen_of(answer: object, values: list[str]) -> list[str]:
    """A list of options' values, in the form's order. Raises AnswerError."""
    if not isinstance(answer, list) or any(not isinstance(value, str) or value not in values for value in answer):
        raise AnswerError("Answer with a list of the options' values.")
    return [value for value in values if value in answer]


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return True


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> Any:
    """An option's value, or for `multiple` a list of values; with another `per`, one of these for each target."""
    if question.get("per", ITEM) == ITEM:
        return _one(question, answer)
    chosen = by_target(answer, targets_of(question["per"], item), every=question["required"])
    return {target: _one(question, each) for target, each in chosen.items()}


def _one(question: Mapping[str, Any], answer: object) -> str | list[str]:
    values = [option["value"] for option in question["options"]]
    if not question["multiple"]:
        if not isinstance(answer, str) or answer not in values:
            raise AnswerError("Choose one of the options.")
        return answer
    chosen = chosen_of(answer, values)
    if not chosen:
        raise AnswerError(f"Choose at least one option{'' if question['required'] else ', or leave this out'}.")
    return chosen


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Any) -> Facts:
    parts = list(answer.values()) if isinstance(answer, Mapping) else [answer]
    chosen = {value for part in parts for value in ([part] if isinstance(part, str) else part)}
    return {"chosen": sorted(chosen)}
