"""A label for each step of a reasoning chain, as process reward models learn from (arXiv 2305.20050)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    AnswerError,
    FactKind,
    Facts,
    VoteDraft,
    answer_object,
    by_target,
    common_parts,
    flag,
    is_whole,
    one_of,
)
from annotation.domain.text_offsets import steps_of

NO_ERROR = "none"
FACTS: dict[str, FactKind] = {"bad": "number", "first_errors": "number"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **common_parts(question, allowed=("split", "neutral", "first_error"), required=True),
        "split": one_of(question, "split", ("blank_line", "line"), default="blank_line"),
        "neutral": flag(question, "neutral", default=True),
        "first_error": flag(question, "first_error", default=True),
    }


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return any(steps_of(str(response["content"]), question["split"]) for response in item.responses)


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, dict[str, Any]]:
    """`{response_id: {"labels": [good | neutral | bad | null for each step], "first_error": index | "none" | null}}`.

    A required question needs every step labelled, or those up to and including the first error.
    """
    given = by_target(answer, item.response_ids, every=question["required"])
    return {target: _chain(question, chain, item.text_of(target) or "") for target, chain in given.items()}


def _chain(question: Mapping[str, Any], chain: object, text: str) -> dict[str, Any]:
    given = answer_object(chain, "labels", "first_error")
    count = len(steps_of(text, question["split"]))
    labels, first_error = given.get("labels"), given.get("first_error")
    if not isinstance(labels, list) or len(labels) != count:
        raise AnswerError(f"“labels” is a list of one label or null for each of the {count} steps.")
    allowed = ["good", "neutral", "bad"] if question["neutral"] else ["good", "bad"]
    if any(label is not None and (not isinstance(label, str) or label not in allowed) for label in labels):
        raise AnswerError(f"A step's label is {', '.join(allowed)} or null.")
    if first_error is not None and not question["first_error"]:
        raise AnswerError("This question does not ask for the first error.")
    if first_error is not None and count == 0:
        raise AnswerError("There are no steps in this text, so “first_error” is null.")
    judged = labels
    if is_whole(first_error, 0, count - 1):
        judged = labels[: first_error + 1]
        if "bad" in judged[:-1] or judged[-1] == "good":
            raise AnswerError("The labels contradict the first error: before it no step is bad, and it is not good.")
    elif first_error is not None and first_error != NO_ERROR:
        raise AnswerError(f"“first_error” is the place of a step from 0 to {count - 1}, “none” or null.")
    elif first_error == NO_ERROR and "bad" in labels:
        raise AnswerError("A step is labelled bad, but there is said to be no error; change one of the two.")
    if not question["required"] and count and first_error is None and not any(labels):
        raise AnswerError("Label a step, or leave this text out.")
    if question["required"] and None in judged:
        raise AnswerError(f"Label step {judged.index(None) + 1}; it has no label.")
    return {"labels": labels, "first_error": first_error}


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Mapping[str, Mapping[str, Any]]) -> Facts:
    return {
        "bad": sum(chain["labels"].count("bad") for chain in answer.values()),
        "first_errors": sum(isinstance(chain["first_error"], int) for chain in answer.values()),
    }
