"""Feedback on one response with an overall score: a teacher's critique, or explanation, dimensions and final score.

METHODS §3 (critique call of UltraFeedback) and AlignBench (arXiv 2311.18743): rules, a reference answer where there is
one, the explanation first, then a score for each dimension, then the final one.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

import msgspec

from curation.domain.judging.prompts.parts import (
    JSON_ONLY,
    PARTS_VERSION,
    Brief,
    Criterion,
    Messages,
    response_conversation,
    shared_part,
    system_turn,
    titled,
)
from curation.domain.judging.replies import Reply, Score, Text

PROMPT_VERSION = f"critique-1.{PARTS_VERSION}"

TEACHER = (
    "You are a demanding and kind teacher. You read one request and a student's response to it, and tell the student "
    "how to do better."
)
_CRITIQUE_FORM = """Reply with one JSON object, written in this order:
{"critique": "…", "overall": 1}
- critique: feedback of one paragraph. Name what is right, what is wrong and where, and in which direction to improve.
  Do not write the right answer, and no improved version, in it: the student should find those.
- overall: a whole number from 1 (of no use) to 10 (nothing to improve). It follows from the critique."""

JUDGE = (
    "You are a strict and fair judge. You read one request and one response to it, explain how good the response is, "
    "and only then score it."
)
RULES = (
    "Score against what a careful expert would answer, not against what is usual.",
    "Find errors before you praise: a wrong result or a false central fact caps every score it touches at 4.",
    "A response that does not answer the request, or is harmful, has a final score of 1 or 2.",
    "5 or 6 is right in the main with gaps; 7 or 8 is right and complete; 9 or 10 could hardly be improved.",
    "Length and formatting earn nothing by themselves.",
)
_WITH_REFERENCE = (
    "Where there is a reference answer, compare with it first. A response that is equal to it in substance has an 8; "
    "it may be better than the reference, and may take another way to the same result."
)
DIMENSIONS = (
    Criterion("Factuality", "what it states is right and can be backed"),
    Criterion("User need", "it does what the request is for"),
    Criterion("Logic", "its steps follow from each other, without contradiction"),
    Criterion("Completeness", "it covers every point of the request"),
    Criterion("Clarity", "it is easy to follow and has no padding"),
)


class CritiqueReply(Reply, frozen=True, kw_only=True):
    critique: Text
    overall: Score


class DimensionScore(Reply, frozen=True, kw_only=True):
    dimension: str
    score: Score


class ScoredReply(Reply, frozen=True, kw_only=True):
    """Use `shape` for given dimensions, each of which has exactly one score."""

    explanation: Text
    dimensions: list[DimensionScore]
    final: Score

    def __post_init__(self) -> None:
        if len({each.dimension for each in self.dimensions}) != len(self.dimensions):
            raise ValueError("a dimension is scored twice")


@lru_cache(maxsize=256)
def shape(dimensions: tuple[Criterion, ...] = DIMENSIONS) -> type[ScoredReply]:
    """The reply for these dimensions. Raises ValueError when there is none or two share a title."""
    titles = tuple(dimension.title for dimension in dimensions)
    if not titles or len(set(titles)) != len(titles):
        raise ValueError("A judge that scores dimensions needs at least one, each with a title of its own.")
    names: Any = Literal[titles]
    one = msgspec.defstruct("Dimension", [("dimension", names)], bases=(DimensionScore,), frozen=True, kw_only=True)
    each = Annotated[list[one], msgspec.Meta(min_length=len(titles), max_length=len(titles))]  # type: ignore[valid-type]
    made = msgspec.defstruct(
        "Scored",
        [("explanation", Text), ("dimensions", each), ("final", Score)],
        bases=(ScoredReply,),
        frozen=True,
        kw_only=True,
    )
    return cast("type[ScoredReply]", made)


def critique_messages(brief: Brief, response: str) -> Messages:
    """Ask for a `CritiqueReply`: feedback that does not give the answer away, then 1–10."""
    system = system_turn(TEACHER, brief, reply=_CRITIQUE_FORM)
    return response_conversation(system, shared_part(brief), response, f"Give your feedback. {JSON_ONLY}")


def scored_messages(
    brief: Brief,
    response: str,
    *,
    dimensions: tuple[Criterion, ...] = DIMENSIONS,
    rules: tuple[str, ...] = RULES,
) -> Messages:
    """Ask for a `shape(dimensions)`. The reference answer, where there is one, is part of the brief."""
    rules = (*rules, _WITH_REFERENCE) if brief.reference is not None else rules
    sections = (
        "Rules:\n" + "\n".join(f"- {rule}" for rule in rules),
        "Dimensions:\n" + "\n".join(f"- {titled(dimension)}" for dimension in dimensions),
    )
    system = system_turn(JUDGE, brief, *sections, reply=_scored_form(dimensions))
    return response_conversation(system, shared_part(brief), response, f"Explain, then score. {JSON_ONLY}")


def _scored_form(dimensions: tuple[Criterion, ...]) -> str:
    scores = ", ".join(
        f'{{"dimension": {json.dumps(each.title, ensure_ascii=False)}, "score": 1}}' for each in dimensions
    )
    return "\n".join(
        (
            "Reply with one JSON object, written in this order:",
            f'{{"explanation": "…", "dimensions": [{scores}], "final": 1}}',
            "- explanation: what is right, what is wrong and where, dimension by dimension.",
            "- dimensions: each of them once, with a whole number from 1 to 10.",
            "- final: a whole number from 1 to 10 for the response as a whole; weigh what the request needs most.",
        )
    )
