"""Why: free text, named reasons, and links from a passage of it to the words of a response it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotation.domain.items import ItemView
from annotation.domain.questions.base import (
    AnswerError,
    FactKind,
    Facts,
    QuestionError,
    VoteDraft,
    answer_object,
    common_parts,
    flag,
    is_whole,
    shown,
    storable,
    whole_number,
)
from annotation.domain.questions.choice import chosen_of, options_part
from annotation.domain.text_offsets import splits_grapheme

MAX_CHARS = 20_000
MAX_LINKS = 100
FACTS: dict[str, FactKind] = {"characters": "number", "reasons": "words"}


def validate_definition(question: Mapping[str, Any]) -> dict[str, Any]:
    parts = common_parts(question, allowed=("reasons", "min_chars", "max_chars", "links"), required=False)
    most = whole_number(question, "max_chars", default=4000, low=1, high=MAX_CHARS)
    least = whole_number(question, "min_chars", default=0, low=0, high=MAX_CHARS)
    if least > most:
        raise QuestionError("min_chars", "“min_chars” is at most “max_chars”.")
    return {
        **parts,
        "reasons": options_part(question, "reasons", least=0),
        "min_chars": least,
        "max_chars": most,
        "links": flag(question, "links", default=True),
    }


def fits(question: Mapping[str, Any], item: ItemView) -> bool:
    return True


def validate_answer(question: Mapping[str, Any], answer: object, item: ItemView) -> dict[str, Any]:
    """`{"text", "reasons": [value], "links": [{"start", "end", "target", "from", "to", "quote"}]}`.

    `start` and `end` lie in the rationale, `from` and `to` in the text it links to, where `quote` must stand.
    """
    given = answer_object(answer, "text", "reasons", "links")
    text = storable(given.get("text", ""), most=question["max_chars"])
    reasons = chosen_of(given.get("reasons", []), [option["value"] for option in question["reasons"]])
    if question["min_chars"] > 0 and len(text.strip()) < question["min_chars"]:
        raise AnswerError(f"Write at least {question['min_chars']} characters; there are {len(text.strip())}.")
    if not text.strip() and not reasons:
        raise AnswerError("Write something or choose a reason.")
    if question["required"] and not text.strip() and not question["reasons"]:
        raise AnswerError("Write something here.")
    links = given.get("links", [])
    if not isinstance(links, list) or len(links) > MAX_LINKS:
        raise AnswerError(f"“links” is a list of at most {MAX_LINKS} links.")
    if links and not question["links"]:
        raise AnswerError("This question takes no links.")
    return {"text": text, "reasons": reasons, "links": [_link(link, text, item) for link in links]}


def _link(link: object, rationale: str, item: ItemView) -> dict[str, Any]:
    given = answer_object(link, "start", "end", "target", "from", "to", "quote")
    start, end = offsets(given.get("start"), given.get("end"), rationale, what="the rationale")
    target, text = target_text(given.get("target"), item)
    first, last = offsets(given.get("from"), given.get("to"), text, what="the linked text")
    if given.get("quote") != text[first:last]:
        raise AnswerError(f"The text from {first} to {last} is not what the link quotes; mark it again.")
    return {"start": start, "end": end, "target": target, "from": first, "to": last, "quote": text[first:last]}


def target_text(target: object, item: ItemView) -> tuple[str, str]:
    """A target and its text. Raises AnswerError when the item has no such text."""
    text = item.text_of(target) if isinstance(target, str) else None
    if not isinstance(target, str) or text is None:
        raise AnswerError(f"“{shown(target)}” is not one of this item's texts.")
    return target, text


def offsets(start: object, end: object, text: str, *, what: str) -> tuple[int, int]:
    """A non-empty span of code points that cuts no grapheme in two. Raises AnswerError."""
    if not is_whole(start, 0, len(text)) or not is_whole(end, 0, len(text)) or not start < end:
        raise AnswerError(f"A span of {what} begins before it ends, within its {len(text)} characters.")
    if splits_grapheme(text, start) or splits_grapheme(text, end):
        raise AnswerError(f"The span from {start} to {end} cuts a character of {what} in two; mark whole characters.")
    return start, end


def votes(question: Mapping[str, Any], answer: object, item: ItemView) -> list[VoteDraft]:
    return []


def facts(question: Mapping[str, Any], answer: Mapping[str, Any]) -> Facts:
    return {"characters": len(answer["text"]), "reasons": answer["reasons"]}
