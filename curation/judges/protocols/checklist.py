"""Questions with a yes or no about single responses, and drafts of such questions for each request."""

from __future__ import annotations

from typing import Any, Literal

from curation.domain.judging.prompts import checklist
from curation.judges.inquiries import NoReplyError, repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.writing import as_json, drafted, json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record


class ChecklistProtocol(JudgeProtocol):
    name = "checklist"
    title = "Checklist"
    description = (
        "Each point of a checklist answered with yes, no or not applicable, with the passage that decides it. The "
        "points are the judge's own, the row's, or both; the score is the share of yes."
    )
    level = "response"
    gives = "drafts"
    generates = True
    comparable = True
    prompt_version = checklist.PROMPT_VERSION
    options_type = PromptOptions

    def columns(self, options: PromptOptions) -> tuple[Column, ...]:
        return (
            Column("score", "Share of yes"),
            Column("asked", "Points that apply"),
            Column("answers", "Answers", "text"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief = brief_of(unit, judge)
        if not brief.checklist:
            raise NoReplyError("no_checklist")
        messages = checklist.answer_messages(brief, unit.one.content)
        question = json_question(messages, checklist.shape(len(brief.checklist)), judge)
        (reply,) = required((yield from repaired([question])))
        if reply.share is None:
            raise NoReplyError("not_applicable")
        answers = [
            {"item": item, "answer": each.answer, "evidence": each.evidence}
            for item, each in zip(brief.checklist, reply.in_order, strict=True)
        ]
        asked = sum(each["answer"] != "not_applicable" for each in answers)
        return {"score": reply.share, "asked": float(asked), "answers": as_json(answers)}


class DraftOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """A `rubric` has weighted criteria, a `checklist` questions with a yes or no."""

    draft: Literal["rubric", "checklist"] = "rubric"


class RubricDraftProtocol(JudgeProtocol):
    name = "rubric_draft"
    title = "Rubric for each request"
    description = (
        "Reads each request alone and drafts what a good response to it does. Brought home it is a text, one point a "
        "line, that people edit in a campaign and other judges read (checklist from: rubric)."
    )
    level = "record"
    gives = "drafts"
    generates = True
    comparable = False
    prompt_version = checklist.PROMPT_VERSION
    options_type = DraftOptions

    def columns(self, options: DraftOptions) -> tuple[Column, ...]:
        return (Column("draft", "Draft, a point a line", "text"), Column("points", "Points"))

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief = brief_of(unit, judge)
        if judge.options.draft == "checklist":
            question = json_question(checklist.checklist_draft_messages(brief), checklist.ChecklistDraft, judge)
            (reply,) = required((yield from repaired([question])))
            lines = list(reply.items)
        else:
            question = json_question(checklist.rubric_draft_messages(brief), checklist.RubricDraft, judge)
            (reply,) = required((yield from repaired([question])))
            lines = [f"{each.title}: {each.description} (weight {each.weight})" for each in reply.criteria]
        return {"draft": "\n".join(" ".join(line.split()) for line in lines), "points": float(len(lines))}

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        return [drafted("text", "rubric", row["draft"], annotator=annotator, origin=origin, target=None)]
