"""The better of two responses under one principle and nothing else: one vote per principle (SALMON, arXiv 2310.05910).

Votes under single principles show which of them decides a pair, and tell a conflict of principles from a close call.
In all other prompts principles stand as `parts.principles_section` writes them, with id and version.
"""

from __future__ import annotations

from dataclasses import replace

from curation.domain.judging.prompts.pairwise import LEAD, OPTIONS
from curation.domain.judging.prompts.parts import (
    BY_LETTER,
    PARTS_VERSION,
    Brief,
    Messages,
    Principle,
    pair_conversation,
    shared_part,
    system_turn,
)

__all__ = ["LEAD", "OPTIONS", "PROMPT_VERSION", "vote_messages"]

PROMPT_VERSION = f"principles-1.{PARTS_VERSION}"

ROLE = (
    "You are an impartial judge. You compare two responses to one request under a single principle, which is given "
    "below. Nothing else counts: a response that is better in every other way loses if it keeps the principle less "
    "well. Neither do order, length or formatting count, unless the principle is about them."
)
_REPLY = "Reply with one letter: A if the first response keeps the principle better, B if the second does."
_ASK = "Which response keeps the principle better, A or B? Reply with the letter only."


def vote_messages(brief: Brief, principle: Principle, first: str, second: str) -> Messages:
    """Ask for one of `OPTIONS` under this principle.

    Criteria, other principles, checklist and examples of the brief are left out: they were made for the whole.
    """
    alone = replace(brief, principles=(principle,), criteria=(), checklist=(), examples=())
    system = system_turn(ROLE, alone, reply=_REPLY)
    return pair_conversation(system, shared_part(alone), (first, second), BY_LETTER, _ASK)
