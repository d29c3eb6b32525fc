"""Written judgments on single responses (CUT), and revisions that mend as little as possible (CLAIR, METHODS §16.4)."""

from __future__ import annotations

from typing import Any

from curation.domain.judging.prompts import judgment, revision
from curation.judges.inquiries import NoReplyError, repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.writing import drafted_text, json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record


class JudgmentProtocol(JudgeProtocol):
    name = "judgment"
    title = "Written judgment"
    description = "What is wrong with each response in a few sentences, or that nothing is (arXiv 2312.14591)."
    level = "response"
    gives = "drafts"
    generates = True
    comparable = False
    prompt_version = judgment.PROMPT_VERSION
    options_type = PromptOptions

    def columns(self, options: PromptOptions) -> tuple[Column, ...]:
        return (Column("judgment", "Judgment", "text"), Column("faultless", "Nothing is wrong", "flag"))

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        messages = judgment.messages(brief_of(unit, judge), unit.one.content)
        (reply,) = required((yield from repaired([json_question(messages, judgment.JudgmentReply, judge)])))
        return {"judgment": reply.judgment, "faultless": reply.judgment is None}

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        if row["judgment"] is None:
            return []
        return [drafted_text("judgment", row["judgment"], row["response_id"], annotator=annotator, origin=origin)]


class RevisionProtocol(JudgeProtocol):
    """Its rows become edit pairs: a record of the original and the revised response."""

    name = "revision"
    title = "Revision"
    description = (
        "Each response again with its faults mended and every other word as it was. Brought home it makes a pair of "
        "the original and the revised response; changes too small or too large to teach anything are refused."
    )
    level = "response"
    gives = "drafts"
    generates = True
    comparable = False
    prompt_version = revision.PROMPT_VERSION
    options_type = PromptOptions

    def columns(self, options: PromptOptions) -> tuple[Column, ...]:
        return (
            Column("changed", "Share of tokens changed"),
            Column("revised", "Revised response", "text"),
            Column("reasoning", "What was changed, and why", "text"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        text = unit.one.content
        messages = revision.messages(brief_of(unit, judge), text)
        (reply,) = required((yield from repaired([json_question(messages, revision.RevisionReply, judge)])))
        fault = revision.revision_fault(text, reply.revised)
        if fault is not None:
            raise NoReplyError(f"revision_{fault}")
        return {
            "changed": revision.edit_ratio(text, reply.revised),
            "revised": reply.revised,
            "reasoning": reply.reasoning,
        }
