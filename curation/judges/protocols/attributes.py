"""What a pair asks of whoever judges it (Skywork-Reward-V2, arXiv 2507.01352, stage 1): its task and a guideline."""

from __future__ import annotations

from typing import Any

from curation.domain.judging.prompts import attributes
from curation.judges.inquiries import repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.writing import drafted, json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record


class AttributesProtocol(JudgeProtocol):
    name = "attributes"
    title = "Preference attributes"
    description = (
        "For each pair the category of its task, whether it is objective, how much people would disagree, what a good "
        "response has, and a guideline of up to 80 words. No label is shown to the judge."
    )
    level = "pair"
    gives = "drafts"
    generates = True
    comparable = False
    prompt_version = attributes.PROMPT_VERSION
    options_type = PromptOptions

    def columns(self, options: PromptOptions) -> tuple[Column, ...]:
        return (
            Column("category", "Task category", "text"),
            Column("objectivity", "Objectivity", "text"),
            Column("controversiality", "Controversiality", "text"),
            Column("desired", "Desired attributes", "text"),
            Column("guideline", "Guideline", "text"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        a, b = unit.sides
        messages = attributes.messages(brief_of(unit, judge), a.content, b.content)
        (reply,) = required((yield from repaired([json_question(messages, attributes.AttributesReply, judge)])))
        return {
            "category": reply.task_category,
            "objectivity": reply.objectivity,
            "controversiality": reply.controversiality,
            "desired": ", ".join(reply.desired_attributes),
            "guideline": reply.guideline,
        }

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        return [drafted("text", "guideline", row["guideline"], annotator=annotator, origin=origin, target=None)]
