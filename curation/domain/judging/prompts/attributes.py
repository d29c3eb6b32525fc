"""What kind of pair this is and how to judge it, written without any label (Skywork-Reward-V2, METHODS §2, B5).

The five attributes find similar pairs that people judged and guide those who judge this one; people edit them for gold.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from curation.domain.judging.prompts.parts import (
    BY_ORDER,
    JSON_ONLY,
    PARTS_VERSION,
    Brief,
    Messages,
    pair_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text

PROMPT_VERSION = f"attributes-1.{PARTS_VERSION}"
MAX_GUIDELINE_WORDS = 80

ROLE = (
    "You prepare pairs of responses for human annotators. You read one request and two responses to it, and describe "
    "the task and how to judge it. You do not say or hint which response is better."
)
_FORM = """Reply with one JSON object, written in this order:
{"task_category": "…", "objectivity": "…", "controversiality": "…", "desired_attributes": ["…"], "guideline": "…"}
- task_category: the kind of task in two to five words, such as "code debugging" or "advice on relationships".
- objectivity: "objective" if experts would agree on what is right, else "subjective".
- controversiality: "low", "medium" or "high": how far reasonable people would differ on which response is better.
- desired_attributes: 3 to 6 qualities that a good response to this request has, the most important first.
- guideline: at most 80 words for an annotator of this pair: what to check, what decides, what not to be misled by.
  Speak of neither response by its place."""


class AttributesReply(Reply, frozen=True, kw_only=True):
    task_category: Text
    objectivity: Literal["objective", "subjective"]
    controversiality: Literal["low", "medium", "high"]
    desired_attributes: Annotated[list[Text], msgspec.Meta(min_length=3, max_length=6)]
    guideline: Text

    def __post_init__(self) -> None:
        if len(self.guideline.split()) > MAX_GUIDELINE_WORDS:
            raise ValueError(f"the guideline has more than {MAX_GUIDELINE_WORDS} words")


def messages(brief: Brief, first: str, second: str) -> Messages:
    """Ask for an `AttributesReply`. One order is enough: the caller shows the pair by response id."""
    system = system_turn(ROLE, brief, reply=_FORM)
    ask = f"Describe the task and how to judge it. {JSON_ONLY}"
    return pair_conversation(system, shared_part(brief), (first, second), BY_ORDER, ask)
