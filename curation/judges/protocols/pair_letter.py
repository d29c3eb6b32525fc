"""A pairwise judge whose verdict is read from the probabilities of two letters (METHODS §11.2, §11.3).

No text is generated: each order is one pass over the prompt. The log-odds of both orders are averaged, and a side is
named only where both orders name it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import msgspec

from curation.domain.judging.prompts import pairwise
from curation.domain.judging.prompts.parts import Brief
from curation.domain.judging.replies import ReplyError
from curation.domain.judging.verdicts import combine, reading
from curation.judges.inquiries import Question, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.verdict_columns import VERDICT_COLUMNS, verdict_values
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Answer, Call
from curation.signals.kinds.base import Column

MASS = Column("mass", "Probability of either letter, the lower of both orders")


class PairLetterOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """`few_shot` pairs that people labelled are shown with each pair, the most alike first."""

    few_shot: Annotated[int, msgspec.Meta(ge=0, le=8)] = 0


class PairLetterProtocol(JudgeProtocol):
    name = "pair_letter"
    title = "Pairwise, by letter"
    description = (
        "Which response is better, read from the probabilities of two letters in one pass for each order. The fastest "
        "way to judge; needs a model whose log-probabilities can be read."
    )
    level = "pair"
    gives = "votes"
    generates = False
    comparable = True
    prompt_version = pairwise.PROMPT_VERSION
    options_type = PairLetterOptions

    def columns(self, options: PairLetterOptions) -> tuple[Column, ...]:
        return (*VERDICT_COLUMNS, MASS)

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief = brief_of(unit, judge, unit.examples)
        a, b = unit.sides
        a_first, b_first = required((yield list(letter_questions(brief, a.content, b.content))))
        found = combine(reading(*a_first[:2], a_shown_first=True), reading(*b_first[:2], a_shown_first=False))
        return {
            **verdict_values(found, (a_first[1] - a_first[0], b_first[1] - b_first[0])),
            "mass": _mass(a_first, b_first),
        }


def letter_questions(brief: Brief, a: str, b: str) -> Iterator[Question]:
    """Both orders, a shown first and b shown first."""
    for first, second in ((a, b), (b, a)):
        messages = pairwise.letter_messages(brief, first, second)
        yield Question(Call(messages, options=pairwise.OPTIONS, lead=pairwise.LEAD), read_letters)


def read_letters(answer: Answer) -> tuple[float, float]:
    """Log-probabilities of the first and the second letter. Raises ReplyError."""
    found = answer.log_probs or {}
    first, second = (found.get(option, -math.inf) for option in pairwise.OPTIONS)
    if not math.isfinite(first) or not math.isfinite(second):
        raise ReplyError("no_log_probs", "The log-probabilities of both letters are needed.")
    return first, second


def _mass(*orders: tuple[float, float]) -> float:
    return min(math.exp(first) + math.exp(second) for first, second in orders)
