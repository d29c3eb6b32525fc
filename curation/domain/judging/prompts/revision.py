"""A minimal revision of one response: with the original it makes an edit pair (CLAIR, arXiv 2408.06266).

Pairs teach what differs, so a revision changes what is at fault and nothing else. METHODS §16.4 bounds the share of
tokens that may change.
"""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from curation.domain.judging.prompts.parts import (
    JSON_ONLY,
    PARTS_VERSION,
    Appendix,
    Brief,
    Messages,
    numbered,
    response_conversation,
    shared_part,
    system_turn,
)
from curation.domain.judging.replies import Reply, Text
from curation.text.normalise import regex_tokens

PROMPT_VERSION = f"revision-1.{PARTS_VERSION}"
LEAST_CHANGE = 0.02  # less is a correction of spelling
MOST_CHANGE = 0.7  # more is another response

ROLE = (
    "You correct responses with as few changes as possible. You read one request and one response to it, and write "
    "the response again with its faults mended and every other word as it was."
)
_FORM = """Reply with one JSON object, written in this order:
{"reasoning": "…", "revised": "…"}
- reasoning: which faults there are and the smallest change that mends each, in one to four sentences.
- revised: the whole response after these changes, with the wording, order, tone, language and length of the original
  wherever they are not at fault. Nothing about the changes themselves."""


class RevisionReply(Reply, frozen=True, kw_only=True):
    reasoning: Text
    revised: Text


def messages(brief: Brief, response: str, *, faults: tuple[str, ...] = ()) -> Messages:
    """Ask for a `RevisionReply` that mends the stated faults or, without any, those the model finds."""
    system = system_turn(ROLE, brief, reply=_FORM)
    about = Appendix("Faults to mend:", "faults", numbered(faults)) if faults else None
    ask = f"Revise the response. {JSON_ONLY}"
    return response_conversation(system, shared_part(brief), response, ask, about=about)


def edit_ratio(before: str, after: str) -> float:
    """Levenshtein distance over tokens, as a share of the longer text's tokens: 0 for equal texts, at most 1."""
    a, b = regex_tokens(before), regex_tokens(after)
    return Levenshtein.distance(a, b) / max(len(a), len(b), 1)


def revision_fault(before: str, after: str) -> str | None:
    """Why a revision makes no pair: empty, same, too_small, too_large. None when it does."""
    if not after.strip():
        return "empty"
    if before.split() == after.split():
        return "same"
    ratio = edit_ratio(before, after)
    if ratio < LEAST_CHANGE:
        return "too_small"
    return "too_large" if ratio > MOST_CHANGE else None
