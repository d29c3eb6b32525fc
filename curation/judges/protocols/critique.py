"""Feedback on single responses: a teacher's critique with an overall score, or explanation, dimensions, final score."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec

from curation.domain.judging.prompts import critique
from curation.domain.judging.prompts.parts import Criterion
from curation.judges.inquiries import repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values, options_refused
from curation.judges.protocols.briefs import CriterionOption, Line, PromptOptions, brief_of
from curation.judges.protocols.writing import drafted_text, json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record


class CritiqueProtocol(JudgeProtocol):
    name = "critique"
    title = "Critique"
    description = (
        "Feedback on each response as a teacher gives it, without giving the answer away, and an overall score from 1 "
        "to 10."
    )
    level = "response"
    gives = "drafts"
    generates = True
    comparable = True
    prompt_version = critique.PROMPT_VERSION
    options_type = PromptOptions

    def columns(self, options: PromptOptions) -> tuple[Column, ...]:
        return (Column("score", "Overall score, 1–10"), Column("critique", "Critique", "text"))

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        messages = critique.critique_messages(brief_of(unit, judge), unit.one.content)
        (reply,) = required((yield from repaired([json_question(messages, critique.CritiqueReply, judge)])))
        return {"score": float(reply.overall), "critique": reply.critique}

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        return [drafted_text("critique", row["critique"], row["response_id"], annotator=annotator, origin=origin)]


class ScoredOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """`dimensions` and `rules` of the project's own take the place of the built-in ones."""

    dimensions: Annotated[tuple[CriterionOption, ...], msgspec.Meta(max_length=10)] = ()
    rules: Annotated[tuple[Line, ...], msgspec.Meta(max_length=20)] = ()


class ScoredProtocol(JudgeProtocol):
    name = "scored"
    title = "Explanation and dimensions"
    description = (
        "An explanation by rules, then a score from 1 to 10 in each dimension, then a final one, with a reference "
        "answer where the row has one (as in AlignBench)."
    )
    level = "response"
    gives = "drafts"
    generates = True
    comparable = True
    prompt_version = critique.PROMPT_VERSION
    options_type = ScoredOptions

    def options_from(self, options: dict[str, Any]) -> Any:
        found = super().options_from(options)
        columns = self.columns(found)
        if len({column.name for column in columns}) < len(columns):
            raise options_refused("dimensions", "give the dimensions titles that differ in their letters and digits")
        return found

    def columns(self, options: ScoredOptions) -> tuple[Column, ...]:
        scores = (Column(_column(each.title), each.title) for each in _dimensions(options))
        return (Column("score", "Final score, 1–10"), *scores, Column("explanation", "Explanation", "text"))

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        dimensions = _dimensions(judge.options)
        messages = critique.scored_messages(
            brief_of(unit, judge),
            unit.one.content,
            dimensions=dimensions,
            rules=judge.options.rules or critique.RULES,
        )
        (reply,) = required((yield from repaired([json_question(messages, critique.shape(dimensions), judge)])))
        scores = {_column(each.dimension): float(each.score) for each in reply.dimensions}
        return {"score": float(reply.final), **scores, "explanation": reply.explanation}

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        return [drafted_text("critique", row["explanation"], row["response_id"], annotator=annotator, origin=origin)]


def _dimensions(options: ScoredOptions) -> tuple[Criterion, ...]:
    own = tuple(Criterion(each.title, each.description) for each in options.dimensions)
    return own or critique.DIMENSIONS


def _column(title: str) -> str:
    """A column's name for a dimension, whatever script its title is in."""
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40]
    return f"d_{plain or title.encode().hex()[:38]}"
