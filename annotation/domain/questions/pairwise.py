"""Which of two responses is better, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    aspect_part,
    common_parts,
    flag,
    is_whole,
)

STEPS = (3, 5, 7)
FACTS: dict[str, FactKind] = {"outcome": "word", "strength": "number", "better": "word"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = common_parts(question, allowed=("steps", "tie", "both_bad", "aspect"), required=True)
    steps = question.get("steps", 7)
    if not is_whole(steps, 3, 7) or steps not in STEPS:
        raise QuestionError("steps", "“steps” is 3, 5 or 7: the same number of strengths for each side and a middle.")
    return {
        **cleaned,
        "steps": int(steps),
        "tie": flag(question, "tie", default=True),
        "both_bad": flag(question, "both_bad", default=True),
        "aspect": aspect_part(question),
    }


def max_strength(question: Mapping[str, Any]) -> int:
    return (int(question["steps"]) - 1) // 2


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    """A pair is two different responses."""
    return len(item.responses) == 2 and len(set(item.response_ids)) == 2


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, Any]:
    """`{"better": id, "strength": n}`, `{"outcome": "tie"}` or `{"outcome": "both_bad"}`."""
    if not isinstance(answer, Mapping):
        raise AnswerError("Say which response is better, or that it is a tie or both are bad.")
    if set(answer) == {"outcome"}:
        outcome = answer["outcome"]
        if not isinstance(outcome, str) or outcome not in ("tie", "both_bad"):
            raise AnswerError("“outcome” is “tie” or “both_bad”; name the better response otherwise.")
        if not question[outcome]:
            raise AnswerError(f"This question does not offer “{outcome}”.")
        return {"outcome": outcome}
    if set(answer) != {"better", "strength"}:
        raise AnswerError("Give either “better” and “strength”, or only “outcome”.")
    better, strength = answer["better"], answer["strength"]
    if not isinstance(better, str) or better not in item.response_ids:
        raise AnswerError("“better” must be the response_id of one of this item's responses.")
    highest = max_strength(question)
    if not is_whole(strength, 1, highest):
        raise AnswerError(f"“strength” is a whole number from 1 to {highest}.")
    return {"better": better, "strength": strength}


def votes(question: Mapping[str, Any], answer: Mapping[str, Any], item: ItemView) -> list[VoteDraft]:
    a, b = sorted(item.response_ids)
    value: int | None
    if "outcome" in answer:
        outcome = str(answer["outcome"])
        value = 0 if outcome == "tie" else None
    else:
        outcome = "preference"
        value = answer["strength"] if answer["better"] == b else -answer["strength"]
    strength = None if value is None else abs(value)
    return [VoteDraft(question["name"], question["aspect"], a, b, outcome, value, strength, question["steps"])]


def facts(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    if "outcome" in answer:
        return {"outcome": answer["outcome"], **({"strength": 0} if answer["outcome"] == "tie" else {})}
    return {"outcome": "preference", "strength": answer["strength"], "better": answer["better"]}
