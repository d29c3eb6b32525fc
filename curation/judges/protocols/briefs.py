"""From a row and a judge to what prompts are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from curation.domain.judging.prompts.parts import Brief, Criterion, Example, Principle
from curation.judges.protocols.base import Unit

if TYPE_CHECKING:
    from curation.judges.spec import JudgeSpec

Short = Annotated[str, msgspec.Meta(max_length=200)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class CriterionOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What responses are judged by: a name and what it means."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    description: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class PromptOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the prompts of every protocol can be given.

    `reference` and `checklist_from` name keys of a row's metadata: a reference answer, a list of points.
    """

    criteria: Annotated[tuple[CriterionOption, ...], msgspec.Meta(max_length=20)] = ()
    checklist: Annotated[tuple[Line, ...], msgspec.Meta(max_length=20)] = ()
    checklist_from: Short = ""
    reference: Short = ""
    language: Short = ""


def brief_of(unit: Unit, judge: JudgeSpec, examples: tuple[Example, ...] = ()) -> Brief:
    """What the judge is told about the unit's row besides its responses."""
    record, options = unit.record, judge.options
    reference = record.metadata.get(options.reference) if options.reference else None
    listed = record.metadata.get(options.checklist_from) if options.checklist_from else None
    points = [str(point) for point in listed] if isinstance(listed, list) else []
    return Brief(
        request=tuple((message.role, message.content) for message in record.prompt),
        criteria=tuple(Criterion(each.title, each.description) for each in options.criteria),
        principles=tuple(
            Principle(str(each.id), each.version, each.title, each.text) for each in judge.principles_for(record)
        ),
        instructions=judge.instructions,
        language=options.language,
        context=_context(unit),
        reference=str(reference) if reference is not None else None,
        checklist=(*options.checklist, *points),
        examples=examples,
    )


def _context(unit: Unit) -> str:
    """Under what the row is to be judged, and for labels of one aspect that aspect alone."""
    aspect = unit.pair.aspect if unit.pair is not None else None
    lines = [unit.record.context, f"Judge in this respect only: {aspect}." if aspect else None]
    return "\n".join(line for line in lines if line)
