"""A response as atomic claims, and each claim checked (after DCScore of "Painting with Words").

First one call splits the response. Then one call per claim verifies it, against sources where there are any: the
checker does not see the response, so that a fluent text lends its claims no credit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from curation.domain.judging.prompts.parts import (
    JSON_ONLY,
    PARTS_VERSION,
    Appendix,
    Brief,
    Messages,
    request_conversation,
    response_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text

PROMPT_VERSION = f"claims-1.{PARTS_VERSION}"

_SPLIT_ROLE = (
    "You take texts apart. You read one request and one response to it, and list the claims that the response makes: "
    "statements that are true or false by themselves. You do not judge them."
)
_SPLIT_FORM = """Reply with one JSON object:
{"claims": [{"quote": "…", "claim": "…"}]}
- One claim, one fact: split “and”, lists and relative clauses. In the order of the response, none twice.
- claim: a sentence that is understood without the response; names instead of “it”, with dates, units and conditions.
- quote: the shortest passage of the response that makes the claim, copied exactly.
- Leave out opinions, questions, advice, instructions and what is openly invented, such as a story.
- A response that claims nothing has {"claims": []}."""

_VERIFY_ROLE = "You check facts. You read one claim, made in answer to a request, and say whether it is right."
_BY_SOURCES = (
    "Go by the sources alone. What they do not say is unverifiable, even if you know it to be true or false; what the "
    "request says counts as a source too, with the number 0."
)
_BY_KNOWLEDGE = (
    "Go by the request (source 0) and by what you know for certain. If you are not certain, the claim is "
    "unverifiable; a claim is not right because it sounds right."
)
_VERIFY_FORM = """Reply with one JSON object, written in this order:
{"evidence": "…", "source": null, "verdict": "…"}
- evidence: the passage that decides, copied exactly from its source, or what you know that decides; "" if nothing does.
- source: the number of the source the evidence is from, null if it is from none.
- verdict: "supported", "contradicted" or "unverifiable". A claim is supported only if every part of it is."""


class Claim(Reply, frozen=True, kw_only=True):
    quote: Text
    claim: Text


class ClaimsReply(Reply, frozen=True, kw_only=True):
    claims: Annotated[list[Claim], msgspec.Meta(max_length=200)]


class Verification(Reply, frozen=True, kw_only=True):
    """`source` counts the sources from 1, 0 is the request, null none (own knowledge, or nothing)."""

    evidence: str
    source: Annotated[int, msgspec.Meta(ge=0)] | None
    verdict: Literal["supported", "contradicted", "unverifiable"]

    def __post_init__(self) -> None:
        if self.verdict != "unverifiable" and not self.evidence.strip():
            raise ValueError("a verdict of supported or contradicted needs its evidence")


def split_messages(brief: Brief, response: str) -> Messages:
    """Ask for a `ClaimsReply`."""
    system = system_turn(_SPLIT_ROLE, brief, reply=_SPLIT_FORM)
    return response_conversation(system, shared_part(brief), response, f"List the claims of the response. {JSON_ONLY}")


def verify_messages(brief: Brief, claim: str, *, sources: Sequence[str] = ()) -> Messages:
    """Ask for a `Verification` of one claim, by the sources or, without any, by what the model knows."""
    system = system_turn(_VERIFY_ROLE, brief, _BY_SOURCES if sources else _BY_KNOWLEDGE, reply=_VERIFY_FORM)
    shared = shared_part(brief, sources=sources)
    return request_conversation(
        system, shared, f"Verify the claim. {JSON_ONLY}", about=Appendix("The claim:", "claim", claim)
    )


def supported_share(verdicts: Sequence[str]) -> float | None:
    """Share of supported among all claims; None for a response that claims nothing, which is not a score of 0 or 1."""
    return sum(verdict == "supported" for verdict in verdicts) / len(verdicts) if verdicts else None
