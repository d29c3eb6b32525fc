"""Questions with a yes or no, answered for one response with evidence; drafts of checklists and rubrics for a request.

Drafts are proposals: people edit them before a judge or an annotator sees them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Literal, cast

import msgspec

from curation.domain.judging.prompts.parts import (
    JSON_ONLY,
    PARTS_VERSION,
    Brief,
    Messages,
    request_conversation,
    response_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text

PROMPT_VERSION = f"checklist-1.{PARTS_VERSION}"

ROLE = (
    "You are a careful checker. You read one request, a numbered checklist and one response to the request, and answer "
    "each item of the checklist for this response, by what it says and not by what it may have meant."
)
_FORM = """Reply with one JSON object:
{"answers": [{"item": 1, "evidence": "…", "answer": "yes"}]}
- Every item of the checklist exactly once, by its number.
- evidence: the shortest passage of the response that decides the item, copied exactly; "" if there is none.
- answer: "yes" only if the response clearly does it, "no" if it does not or does so in part, "not_applicable" if the
  item makes no sense for this request. "yes" needs evidence, unless the item is about something that must be absent."""

_DRAFT_ROLE = (
    "You write checklists with which others will judge responses to a request. You have seen no response. You ask only "
    "for what the request calls for, said or plainly meant."
)
_DRAFT_FORM = """Reply with one JSON object:
{"items": ["…"]}
- items: 3 to 8 questions, the most important first. Each can be answered with yes or no from the response alone, yes
  being good; each asks one thing; no two ask the same. No item is about length or formatting unless the request is."""

_RUBRIC_ROLE = (
    "You write rubrics with which others will judge responses to a request. You have seen no response. You name what "
    "makes a response to this very request good, so that two people with your rubric would agree."
)
_RUBRIC_FORM = """Reply with one JSON object:
{"criteria": [{"title": "…", "description": "…", "weight": 1}]}
- criteria: 3 to 7, the most important first, none of them contained in another.
- title: two to five words. description: one or two sentences; say what a good and what a poor response does.
- weight: a whole number from 1 (nice to have) to 5 (a response that fails it is of no use)."""


class ItemAnswer(Reply, frozen=True, kw_only=True):
    item: int
    evidence: str
    answer: Literal["yes", "no", "not_applicable"]


class ChecklistReply(Reply, frozen=True, kw_only=True):
    """Use `shape` for a checklist of a given length."""

    answers: list[ItemAnswer]

    def __post_init__(self) -> None:
        if sorted(each.item for each in self.answers) != list(range(1, len(self.answers) + 1)):
            raise ValueError("each item of the checklist is answered exactly once, by its number")

    @property
    def in_order(self) -> list[ItemAnswer]:
        return sorted(self.answers, key=lambda each: each.item)

    @property
    def share(self) -> float | None:
        """Share of yes among the items that apply; None when none does."""
        asked = [each for each in self.answers if each.answer != "not_applicable"]
        return sum(each.answer == "yes" for each in asked) / len(asked) if asked else None


class ChecklistDraft(Reply, frozen=True, kw_only=True):
    items: Annotated[list[Text], msgspec.Meta(min_length=3, max_length=8)]


class WeightedCriterion(Reply, frozen=True, kw_only=True):
    title: Text
    description: Text
    weight: Annotated[int, msgspec.Meta(ge=1, le=5)]


class RubricDraft(Reply, frozen=True, kw_only=True):
    criteria: Annotated[list[WeightedCriterion], msgspec.Meta(min_length=3, max_length=7)]


@lru_cache(maxsize=128)
def shape(items: int) -> type[ChecklistReply]:
    """The reply for a checklist of so many items: exactly as many answers."""
    answers: Any = Annotated[list[ItemAnswer], msgspec.Meta(min_length=items, max_length=items)]
    made = msgspec.defstruct("Answers", [("answers", answers)], bases=(ChecklistReply,), frozen=True, kw_only=True)
    return cast("type[ChecklistReply]", made)


def answer_messages(brief: Brief, response: str) -> Messages:
    """Ask for a `shape(len(brief.checklist))`. Raises ValueError without a checklist."""
    if not brief.checklist:
        raise ValueError("There is no checklist to answer; write one or have one drafted.")
    system = system_turn(ROLE, brief, reply=_FORM)
    return response_conversation(system, shared_part(brief), response, f"Answer the checklist. {JSON_ONLY}")


def checklist_draft_messages(brief: Brief) -> Messages:
    """Ask for a `ChecklistDraft` for the brief's request."""
    system = system_turn(_DRAFT_ROLE, brief, reply=_DRAFT_FORM)
    return request_conversation(system, shared_part(brief), f"Write the checklist. {JSON_ONLY}")


def rubric_draft_messages(brief: Brief) -> Messages:
    """Ask for a `RubricDraft` for the brief's request."""
    system = system_turn(_RUBRIC_ROLE, brief, reply=_RUBRIC_FORM)
    return request_conversation(system, shared_part(brief), f"Write the rubric. {JSON_ONLY}")
