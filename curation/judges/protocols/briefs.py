"""From a row and a judge to what prompts are made of."""

from __future__ import annotations

from typing import Annotated

import msgspec

from curation.domain.judging.prompts.parts import Brief, Criterion, Example, Principle
from curation.judges.protocols.base import Unit
from curation.judges.spec import JudgeSpec
from webapp.store.canonical import Record

Short = Annotated[str, msgspec.Meta(max_length=200)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
MOST_POINTS = 20
# Whose words about a row count first.
_AUTHORS = ("human", "judge", "imported")


class CriterionOption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What responses are judged by: a name and what it means."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    description: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class PromptOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the prompts of every protocol can be given.

    `reference` names the key of a row's metadata that holds a reference answer. `checklist_from` names a key that holds
    a list of points, or a text question whose answer has one point a line: drafted by a judge, edited by people.
    """

    criteria: Annotated[tuple[CriterionOption, ...], msgspec.Meta(max_length=20)] = ()
    checklist: Annotated[tuple[Line, ...], msgspec.Meta(max_length=MOST_POINTS)] = ()
    checklist_from: Short = ""
    reference: Short = ""
    language: Short = ""


def brief_of(unit: Unit, judge: JudgeSpec, examples: tuple[Example, ...] = ()) -> Brief:
    """What the judge is told about the unit's row besides its responses."""
    record, options = unit.record, judge.options
    reference = record.metadata.get(options.reference) if options.reference else None
    points = _points(record, options.checklist_from) if options.checklist_from else ()
    return Brief(
        request=tuple((message.role, message.content) for message in record.prompt),
        criteria=tuple(Criterion(each.title, each.description) for each in options.criteria),
        principles=principles_of(record, judge),
        instructions=judge.instructions,
        language=options.language,
        context=_context(unit),
        reference=str(reference) if reference is not None else None,
        checklist=(*options.checklist, *points),
        examples=examples,
    )


def principles_of(record: Record, judge: JudgeSpec) -> tuple[Principle, ...]:
    """Those of the judge's principles that apply to a row, as prompts name them."""
    found = judge.principles_for(record)
    return tuple(Principle(str(each.id), each.version, each.title, each.text) for each in found)


def _points(record: Record, name: str) -> tuple[str, ...]:
    """People's text before a judge's draft, and either before the metadata."""
    texts = [each for each in record.annotations if each.kind == "text" and each.question == name]
    for source in _AUTHORS:
        for annotation in reversed(texts):
            body = msgspec.json.decode(annotation.body)
            if annotation.source == source and isinstance(body, str):
                return _lines(body)
    listed = record.metadata.get(name)
    if isinstance(listed, list):
        return tuple(str(point) for point in listed[:MOST_POINTS])
    return _lines(listed) if isinstance(listed, str) else ()


def _lines(text: str) -> tuple[str, ...]:
    lines = (line.strip().lstrip("-•* ") for line in text.splitlines())
    return tuple(line for line in lines if line)[:MOST_POINTS]


def _context(unit: Unit) -> str:
    """Under what the row is to be judged, and for labels of one aspect that aspect alone."""
    aspect = unit.pair.aspect if unit.pair is not None else None
    lines = [unit.record.context, f"Judge in this respect only: {aspect}." if aspect else None]
    return "\n".join(line for line in lines if line)
