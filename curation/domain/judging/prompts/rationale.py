"""Why one response is preferred, written when the preference is known, and the check that reads it blind (METHODS §6).

Responses are called A and B in the order shown, but not in the rationale, which outlives that order. The preference is
said in the last line only, so that both preferences and the blind check of a pair share all before it.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from curation.domain.judging.prompts.parts import (
    BY_LETTER,
    JSON_ONLY,
    LETTERS,
    PARTS_VERSION,
    Appendix,
    Brief,
    Messages,
    Side,
    pair_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text

PROMPT_VERSION = f"rationale-1.{PARTS_VERSION}"
OPTIONS = LETTERS
LEAD = "The explanation prefers response"

Kind = Literal["general", "detailed"]

ROLE = (
    "You explain preferences. You read one request and two responses to it, A and B, are told which of them a careful "
    "reader preferred, and write down that reader's reasons."
)
_HONEST = (
    "Use only what the texts say; bring in no fact that is not in them. Write as the reader who compared the two: do "
    "not say that a preference, a label or an order was given to you. Later readers see the responses in another "
    "order, so name neither by letter or place: say “the better response” and “the other response”. Name a merit only "
    "where it makes a difference, and be fair to the other response. Length alone is no reason: say what the extra or "
    "missing text does."
)
_KINDS: dict[Kind, str] = {
    "general": (
        "- rationale: one paragraph of at most 80 words, in general terms: the qualities that decide.\n"
        "- quotes: at most 3 passages that show it, or []."
    ),
    "detailed": (
        "- rationale: at most 5 points, each on a line that begins with “- ” and each with a passage in quotation "
        "marks from the response it speaks of.\n"
        "- quotes: every passage you quote, at least one."
    ),
}
_FORM = """Reply with one JSON object:
{"rationale": "…", "aspects": ["…"], "quotes": [{"side": "A", "text": "…"}]}
%s Each has the side it is from, "A" or "B", and is copied exactly, at most 30 words long.
- aspects: one to five words or short phrases for what decides, such as "correctness" or "follows the format"."""

_BLIND_ROLE = (
    "You read one request, two responses to it, A and B, and an explanation of why a reader preferred one of them. "
    "Which one is not said. You find out which response the explanation fits. Your own preference does not matter."
)
_BLIND_REPLY = "Reply with one letter, A or B: the response that the explanation prefers."


class Quote(Reply, frozen=True, kw_only=True):
    side: Side
    text: Text


class RationaleReply(Reply, frozen=True, kw_only=True):
    """Either kind. Whether the quotes exist in their side is for the caller to check."""

    rationale: Text
    aspects: Annotated[list[Text], msgspec.Meta(min_length=1, max_length=5)]
    quotes: Annotated[list[Quote], msgspec.Meta(max_length=10)]


class DetailedReply(RationaleReply, frozen=True, kw_only=True):
    quotes: Annotated[list[Quote], msgspec.Meta(min_length=1, max_length=10)]


def shape(kind: Kind) -> type[RationaleReply]:
    return DetailedReply if kind == "detailed" else RationaleReply


def rationale_messages(brief: Brief, first: str, second: str, *, preferred: Side, kind: Kind) -> Messages:
    """Ask for a `shape(kind)`; `first` is shown as A, `second` as B."""
    system = system_turn(ROLE, brief, _HONEST, reply=_FORM % _KINDS[kind])
    ask = f"The reader preferred response {preferred}. Write the reasons. {JSON_ONLY}"
    return pair_conversation(system, shared_part(brief), (first, second), BY_LETTER, ask)


def blind_messages(brief: Brief, first: str, second: str, *, rationale: str) -> Messages:
    """Ask for one of `OPTIONS`. The names of the sides must have been taken out of `rationale`."""
    system = system_turn(_BLIND_ROLE, brief, reply=_BLIND_REPLY)
    about = Appendix("The explanation:", "explanation", rationale)
    ask = "Which response does the explanation prefer, A or B? Reply with the letter only."
    return pair_conversation(system, shared_part(brief), (first, second), BY_LETTER, ask, about=about)
