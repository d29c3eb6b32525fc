"""What a model that explains preferences reads and writes (arXiv 2407.14477; METHODS §6)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from curation.domain.judging.quotes import Quote, length_only, quote_faults
from trainer_bridge.domain.said import Rationale

DETAILED = "detailed"
GENERAL = "general"
_QUOTED = re.compile('[“"«„]([^”"»“„]{3,300})[”"»“]')
_POINT = re.compile(r"(?m)^\s*(?:[-*•]|\d+[.)])\s")

Messages = Sequence[Mapping[str, str]]


def type_of(text: str) -> str:
    """`detailed` where a rationale quotes a response or goes point by point, else `general`."""
    return DETAILED if _QUOTED.search(text) or len(_POINT.findall(text)) > 1 else GENERAL


def fault_of(rationale: Rationale, sides: Sequence[str], *, by_judge: bool) -> str | None:
    """Why a rationale is not to be learned from, or None. `sides` are the texts it compares.

    Everybody's must name more than length; a judge's must besides quote only what is there, and a blind reader must
    have found the preference in it. A judge's without a record of these checks is unchecked.
    """
    if length_only(rationale.text):
        return "length_only"
    if not by_judge:
        return None
    checks = rationale.checks
    if checks is None or checks.quotes_found is None or checks.recovered is None:
        return "unchecked"
    if not checks.quotes_found or misquotes(rationale.text, sides):
        return "quote_not_found"
    return None if checks.recovered else "not_recovered"


def misquotes(text: str, sides: Sequence[str]) -> bool:
    """Whether a rationale has a passage of three words or more in quotation marks that stands in neither response."""
    quotes = [found for found in _QUOTED.findall(text) if len(found.split()) > 2]
    whole = {"either": "\n".join(sides)}
    return bool(quote_faults((Quote("either", quote) for quote in quotes), whole))


def chosen_comes_first(seed: int, pair_id: str, chosen_id: str, rejected_id: str) -> bool:
    """Which response a rationale's prompt shows first: drawn for the pair, whichever of the two is preferred."""
    lot = hashlib.blake2b(f"{seed} {pair_id}".encode(), digest_size=1).digest()[0] & 1
    return bool(lot) == (chosen_id < rejected_id)


def rationale_prompt(prompt: Messages, first: str, second: str, *, preferred_first: bool) -> str:
    """What a rationale answers, as a user's turn: the request, both responses, which is preferred, and the wish."""
    said = "\n\n".join(f"[{message['role']}]\n{message['content']}" for message in prompt)
    which = "first" if preferred_first else "second"
    return (
        f"Two responses to a conversation are compared.\n\nConversation:\n{said}\n\n"
        f"First response:\n{first}\n\nSecond response:\n{second}\n\n"
        f"The {which} response is preferred. Provide a rationale for that preference."
    )
