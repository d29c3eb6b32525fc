"""Type name → module. A new type is a module and a line here."""

from __future__ import annotations

from annotation.domain.questions import (
    choice,
    edit,
    pairwise,
    ranking,
    ratings,
    rationale,
    spans,
    steps,
    text,
    thumbs,
)
from annotation.domain.questions.base import QuestionType

QUESTION_TYPES: dict[str, QuestionType] = {
    "pairwise": pairwise,
    "ranking": ranking,
    "ratings": ratings,
    "spans": spans,
    "rationale": rationale,
    "edit": edit,
    "thumbs": thumbs,
    "steps": steps,
    "choice": choice,
    "text": text,
}
