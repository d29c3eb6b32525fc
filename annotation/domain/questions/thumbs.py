"""Up or down for a single text: unpaired feedback, as Kahneman–Tversky optimisation learns from (arXiv 2402.01306)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    PER,
    AnswerError,
    FactKind,
    Facts,
    VoteDraft,
    by_target,
    common_parts,
    one_of,
    targets_of,
)

FACTS: dict[str, FactKind] = {"up": "number", "down": "number"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **common_parts(question, allowed=("per",), required=True),
        "per": one_of(question, "per", PER, default="response"),
    }


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return True


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, str]:
    """`{target: "up" | "down"}`; a required question needs every target."""
    thumbs = by_target(answer, targets_of(question["per"], item), every=question["required"])
    if not all(isinstance(thumb, str) and thumb in ("up", "down") for thumb in thumbs.values()):
        raise AnswerError("Each thumb is “up” or “down”.")
    return thumbs


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Mapping[str, str]) -> Facts:
    thumbs = list(answer.values())
    return {"up": thumbs.count("up"), "down": thumbs.count("down")}
