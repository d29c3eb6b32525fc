"""When a question is asked, and when it must be answered, given the answers before it.

A condition is `{"question", "fact", "test", "value"}` about an earlier question of the form. All conditions of a
list must hold; one about a question without an answer does not hold, except that it is `answered: false`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.domain.questions.base import QuestionError, is_text, is_whole, shown, within
from annotation.domain.questions.registry import QUESTION_TYPES

MAX_CONDITIONS = 10
MAX_NUMBER = 1_000_000_000
MAX_WORDS = 50
MAX_WORD_CHARS = 200
ANSWERED = "answered"
TESTS = {
    "bool": ("is",),
    "number": ("is", "at_least", "at_most"),
    "word": ("is", "is_not", "differs_from"),
    "words": ("includes",),
}
Asked = Mapping[str, Mapping[str, Any]]


def check_conditions(
    question: Mapping[str, Any], field: str, earlier: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The conditions under `field`, checked against the questions before. Raises QuestionError."""
    conditions = question.get(field, [])
    if not isinstance(conditions, list) or len(conditions) > MAX_CONDITIONS:
        raise QuestionError(field, f"“{field}” is a list of at most {MAX_CONDITIONS} conditions.")
    types = {each["name"]: each["type"] for each in earlier}
    checked = []
    for number, condition in enumerate(conditions):
        with within(f"{field}.{number}"):
            checked.append(_checked(condition, types))
    return checked


def _checked(condition: object, types: Mapping[str, str]) -> dict[str, Any]:
    parts = ("question", "fact", "test", "value")
    if not isinstance(condition, Mapping) or set(condition) != set(parts):
        raise QuestionError("question", f"A condition is an object of {', '.join(parts)}.")
    name = condition["question"]
    if not isinstance(name, str) or name not in types:
        raise QuestionError("question", f"“{shown(name)}” is not a question before this one.")
    kinds: dict[str, str] = {**QUESTION_TYPES[types[name]].FACTS, ANSWERED: "bool"}
    fact, test, value = condition["fact"], condition["test"], condition["value"]
    if not isinstance(fact, str) or fact not in kinds:
        raise QuestionError("fact", f"Of a {types[name]} question one can ask: {', '.join(kinds)}.")
    tests = TESTS[kinds[fact]]
    if not isinstance(test, str) or test not in tests:
        raise QuestionError("test", f"“{fact}” is tested by {', '.join(tests)}.")
    if test == "differs_from":
        _check_other(name, fact, value, types)
    else:
        _check_value(kinds[fact], value)
    return {part: condition[part] for part in parts}


def _check_other(name: str, fact: str, value: object, types: Mapping[str, str]) -> None:
    if not isinstance(value, str) or value not in types or value == name:
        raise QuestionError("value", "“value” names another question before this one.")
    if fact not in QUESTION_TYPES[types[value]].FACTS:
        raise QuestionError("value", f"“{value}” is a {types[value]} question, which has no “{fact}” to compare.")


def _check_value(kind: str, value: object) -> None:
    if kind == "bool" and not isinstance(value, bool):
        raise QuestionError("value", "“value” is true or false.")
    if kind == "number" and not is_whole(value, 0, MAX_NUMBER):
        raise QuestionError("value", f"“value” is a whole number from 0 to {MAX_NUMBER:,}.")
    if kind in ("word", "words"):
        words = value if isinstance(value, list) else [value]
        if not 1 <= len(words) <= MAX_WORDS or not all(is_text(word, 1, MAX_WORD_CHARS) for word in words):
            raise QuestionError("value", "“value” is a word or a list of words, any of which will do.")


def all_hold(conditions: Sequence[Mapping[str, Any]], asked: Asked, answers: Mapping[str, Any]) -> bool:
    """Tell whether every condition holds. `asked` are the questions asked so far, by name."""
    return all(_holds(condition, asked, answers) for condition in conditions)


def looks_at(conditions: Sequence[Mapping[str, Any]]) -> set[str]:
    """The names of the questions that conditions are about."""
    others = {condition["value"] for condition in conditions if condition["test"] == "differs_from"}
    return others | {condition["question"] for condition in conditions}


def is_required(question: Mapping[str, Any], asked: Asked, answers: Mapping[str, Any]) -> bool:
    """Tell whether a question that is asked must be answered."""
    conditions = question.get("required_if", ())
    return bool(question["required"]) or (bool(conditions) and all_hold(conditions, asked, answers))


def _holds(condition: Mapping[str, Any], asked: Asked, answers: Mapping[str, Any]) -> bool:
    name, fact, test, value = (condition[part] for part in ("question", "fact", "test", "value"))
    if fact == ANSWERED:
        return (name in asked and name in answers) is value
    found = _fact(name, fact, asked, answers)
    if found is None:
        return False
    if test == "differs_from":
        other = _fact(value, fact, asked, answers)
        return other is not None and other != found
    if test == "at_least":
        return bool(found >= value)
    if test == "at_most":
        return bool(found <= value)
    wanted = value if isinstance(value, list) else [value]
    if test == "includes":
        return any(word in found for word in wanted)
    return (found in wanted) is (test == "is")


def _fact(name: str, fact: str, asked: Asked, answers: Mapping[str, Any]) -> Any:
    if name not in asked or name not in answers:
        return None
    question = asked[name]
    return QUESTION_TYPES[question["type"]].facts(question, answers[name]).get(fact)
