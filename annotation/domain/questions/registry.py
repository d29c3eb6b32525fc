"""Type name → module. A new type is a module and a line here."""

from __future__ import annotations

from annotation.domain.questions import choice, pairwise, text
from annotation.domain.questions.base import QuestionType

QUESTION_TYPES: dict[str, QuestionType] = {"pairwise": pairwise, "text": text, "choice": choice}
