"""A written judgment on one response, null when it is good (CUT, arXiv 2312.14591; METHODS §17)."""

from __future__ import annotations

from curation.domain.judging.prompts.parts import (
    JSON_ONLY,
    PARTS_VERSION,
    Brief,
    Messages,
    response_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text

PROMPT_VERSION = f"judgment-1.{PARTS_VERSION}"

ROLE = (
    "You review responses before they are used to teach a model. You read one request and one response to it, and "
    "write down what is wrong with the response, so that somebody could point to the words that are at fault."
)
_FORM = """Reply with one JSON object:
{"judgment": "…"}
- judgment: one to four sentences on what is wrong and where: false statements, ignored parts of the request, harm, text
  that does not belong. Quote the words at fault. No praise, no score, no better version.
- null, without quotation marks, if there is nothing wrong that matters. Do not look for something to say."""


class JudgmentReply(Reply, frozen=True, kw_only=True):
    judgment: Text | None


def messages(brief: Brief, response: str) -> Messages:
    """Ask for a `JudgmentReply`."""
    system = system_turn(ROLE, brief, reply=_FORM)
    return response_conversation(system, shared_part(brief), response, f"Write the judgment. {JSON_ONLY}")
