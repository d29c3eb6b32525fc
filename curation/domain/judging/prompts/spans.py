"""Faults of one response as passages, in the schema of people's marks (arXiv 2306.01693; METHODS §5).

A model cannot count characters, so it quotes: `place` finds each quote in the text. A quote that is not there, or is
there more than once without a number, refuses that mark and never moves it to a likely place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import msgspec

from annotation.domain.text_offsets import WHITE_SPACE, splits_grapheme, splits_word
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

PROMPT_VERSION = f"spans-1.{PARTS_VERSION}"
MAX_MARKS = 100

ROLE = (
    "You are a meticulous editor. You read one request and one response to it, and mark each fault of the response: "
    "the passage, what kind of fault it is and why. You mark nothing that is right, and nothing for its length."
)
_FORM = """Reply with one JSON object:
{"marks": [{"quote": "…", "occurrence": null, "category": "…", "severity": null, "note": "…", "evidence": []}],
 "omissions": [{"category": "…", "note": "…", "evidence": []}]}
- quote: the shortest run of whole words that holds the fault, copied exactly from the response.
- occurrence: null if the quote stands in the response once; else which of its occurrences it is, counted from 1.
- category: one of the names above. Passages do not overlap; where two categories fit, the one listed first counts.
- severity: %s.
- note: one sentence on what is wrong.
- evidence: passages that prove the fault, copied exactly: %s. Else [].
- omissions: %s.
- A response without faults has {"marks": [], "omissions": []}."""
_DENSITY = {"sub_sentence": "part of a sentence", "sentence": "whole sentences", "response": "the response as a whole"}

Note = Annotated[str, msgspec.Meta(max_length=4000)]
Evidence = Annotated[list[Text], msgspec.Meta(max_length=20)]
Reason = Literal["not_found", "cuts_word", "ambiguous", "no_evidence", "overlap"]


class Mark(Reply, frozen=True, kw_only=True):
    quote: Text
    occurrence: Annotated[int, msgspec.Meta(ge=1)] | None
    category: str
    severity: str | None
    note: Note
    evidence: Evidence


class Omission(Reply, frozen=True, kw_only=True):
    category: str
    note: Note
    evidence: Evidence


class SpansReply(Reply, frozen=True, kw_only=True):
    """Use `shape` for the names of a question. Nothing in either list is a response without faults."""

    marks: list[Mark]
    omissions: list[Omission]


@dataclass(frozen=True)
class Refused:
    """A mark that has no place in the text. `sentence` says why."""

    mark: Mark
    reason: Reason
    sentence: str


@dataclass(frozen=True)
class Placed:
    """`marks` and `omissions` as in a person's answer to the question, without their target; marks in order."""

    marks: list[dict[str, Any]]
    omissions: list[dict[str, Any]]
    refused: list[Refused]


def shape(question: Mapping[str, Any]) -> type[SpansReply]:
    """The reply for a validated spans question: its categories, severities and kinds of missing information."""
    severities = _names(question["severities"])
    severity: Any = Literal[tuple(severities)] | None if severities else None
    category: Any = Literal[tuple(_names(question["categories"]))]
    mark: Any = _struct("MarkOf", Mark, ("category", category), ("severity", severity))
    omissions: Any = Annotated[list[Omission], msgspec.Meta(max_length=0)]
    if question["omissions"]:
        missing: Any = Literal[tuple(_names(question["omissions"]))]
        one: Any = _struct("OmissionOf", Omission, ("category", missing))
        omissions = Annotated[list[one], msgspec.Meta(max_length=MAX_MARKS)]
    marks: Any = Annotated[list[mark], msgspec.Meta(max_length=MAX_MARKS)]
    return cast("type[SpansReply]", _struct("SpansOf", SpansReply, ("marks", marks), ("omissions", omissions)))


def _struct(name: str, base: type[msgspec.Struct], *fields: tuple[str, Any]) -> type[msgspec.Struct]:
    return msgspec.defstruct(name, fields, bases=(base,), frozen=True, kw_only=True)


def _names(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(entry["name"]) for entry in entries]


def messages(
    brief: Brief, response: str, question: Mapping[str, Any], passages: Sequence[Mapping[str, Any]] = ()
) -> Messages:
    """Ask for a `shape(question)`. `passages` are the item's, `[{"title", "sentences"}]`."""
    system = system_turn(ROLE, brief, *_sections(question), reply=_form(question))
    sources = [" ".join(str(sentence) for sentence in passage["sentences"]) for passage in passages]
    shared = shared_part(brief, sources=sources)
    return response_conversation(system, shared, response, f"Mark the faults of the response. {JSON_ONLY}")


def _sections(question: Mapping[str, Any]) -> Iterator[str]:
    yield "Categories, in order of priority:\n" + "\n".join(
        f"{_entry(category)} (marks {_DENSITY[category['density']]})" for category in question["categories"]
    )
    if question["omissions"]:
        yield "Kinds of missing information:\n" + "\n".join(map(_entry, question["omissions"]))
    if question["severities"]:
        yield "Severities:\n" + "\n".join(map(_entry, question["severities"]))


def _entry(entry: Mapping[str, Any]) -> str:
    described = f": {entry['description']}" if entry.get("description") else ""
    return f"- {entry['name']} – {entry['title']}{described}"


def _form(question: Mapping[str, Any]) -> str:
    earlier = [each["name"] for each in question["categories"] if each["evidence"] == "earlier_span"]
    grounded = [each for each in (*question["categories"], *question["omissions"]) if each["evidence"] == "passage"]
    wanted = []
    if earlier:
        wanted.append(f"for {', '.join(earlier)} the earlier passage of the response")
    if grounded:
        wanted.append(f"for {', '.join(_names(grounded))} sentences of the sources")
    severity = "one of the names above, or null" if question["severities"] else "always null"
    missing = "information the response lacks, by the kinds above" if question["omissions"] else "always []"
    return _FORM % (severity, "; ".join(wanted) or "none are asked for here", missing)


def place(
    reply: SpansReply, text: str, question: Mapping[str, Any], passages: Sequence[Mapping[str, Any]] = ()
) -> Placed:
    """Marks with offsets in code points of `text`, none overlapping another.

    White space in a quote may differ from the text's. With boundaries of words, only whole words are an occurrence.
    Of two marks that overlap the one whose category comes first stays, then the earlier, then the longer one.
    """
    categories = {entry["name"]: (priority, entry) for priority, entry in enumerate(question["categories"])}
    found: list[tuple[tuple[int, int, int], Mark, dict[str, Any]]] = []
    refused: list[Refused] = []
    for mark in reply.marks:
        priority, category = categories[mark.category]
        drawn = _drawn(mark, text, question, category, passages)
        if isinstance(drawn, Refused):
            refused.append(drawn)
        else:
            found.append(((priority, drawn["start"], -drawn["end"]), mark, drawn))
    kept: list[dict[str, Any]] = []
    for _, mark, drawn in sorted(found, key=lambda each: each[0]):
        if any(drawn["start"] < other["end"] and other["start"] < drawn["end"] for other in kept):
            refused.append(_refusal(mark, "overlap"))
        else:
            kept.append(drawn)
    return Placed(
        marks=sorted(kept, key=lambda each: each["start"]),
        omissions=[_omission(omission, question, passages) for omission in reply.omissions],
        refused=refused,
    )


def _drawn(
    mark: Mark,
    text: str,
    question: Mapping[str, Any],
    category: Mapping[str, Any],
    passages: Sequence[Mapping[str, Any]],
) -> dict[str, Any] | Refused:
    place = _occurrence(mark, text, whole_words=question["boundaries"] == "word")
    if isinstance(place, str):
        return _refusal(mark, place)
    start, end = place
    evidence = _evidence(mark.evidence, category, text[:start], passages)
    if evidence is None and category["evidence_required"]:
        return _refusal(mark, "no_evidence")
    return {
        "start": start,
        "end": end,
        "quote": text[start:end],
        "category": mark.category,
        "severity": mark.severity,
        "note": mark.note.strip() if question["notes"] else "",
        "evidence": evidence,
    }


def _occurrence(mark: Mark, text: str, *, whole_words: bool) -> tuple[int, int] | Reason:
    everywhere = list(_found(mark.quote, text))
    places = [place for place in everywhere if not (whole_words and any(splits_word(text, edge) for edge in place))]
    if not places:
        return "cuts_word" if everywhere else "not_found"
    if mark.occurrence is None:
        return places[0] if len(places) == 1 else "ambiguous"
    return places[mark.occurrence - 1] if mark.occurrence <= len(places) else "not_found"


def _found(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every occurrence, white space of any kind and length being equal. No character is cut in two."""
    words = quote.strip(WHITE_SPACE).split()
    # Looked ahead at, so that occurrences which overlap are all counted.
    pattern = "(?=(" + r"\s+".join(map(re.escape, words)) + "))"
    for match in re.finditer(pattern, text) if words else ():
        start, end = match.span(1)
        if not splits_grapheme(text, start) and not splits_grapheme(text, end):
            yield start, end


def _evidence(
    quotes: Sequence[str], category: Mapping[str, Any], before: str, passages: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """The first quote that can be found where the category asks to look; None when none can."""
    if category["evidence"] == "earlier_span":
        for quote in quotes:
            for start, end in _found(quote, before):
                return {"kind": "earlier_span", "start": start, "end": end, "quote": before[start:end]}
    if category["evidence"] == "passage":
        for number, passage in enumerate(passages):
            if sentences := _sentences(quotes, passage["sentences"]):
                return {"kind": "passage", "passage": number, "sentences": sentences}
    return None


def _sentences(quotes: Sequence[str], sentences: Sequence[str]) -> list[int]:
    """Places of the sentences that hold a quote or, where it runs over several, are held by it."""
    wanted = [" ".join(quote.split()) for quote in quotes]
    plain = [" ".join(sentence.split()) for sentence in sentences]
    return [n for n, sentence in enumerate(plain) if sentence and any(q in sentence or sentence in q for q in wanted)]


def _omission(omission: Omission, question: Mapping[str, Any], passages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kind = next(entry for entry in question["omissions"] if entry["name"] == omission.category)
    return {
        "category": omission.category,
        "note": omission.note.strip() if question["notes"] else "",
        "evidence": _evidence(omission.evidence, kind, "", passages),
    }


_WHY: dict[Reason, str] = {
    "not_found": "is not in the response",
    "cuts_word": "stands in the response only within longer words",
    "ambiguous": "stands in the response more than once, and which of them is meant is not said",
    "no_evidence": "needs evidence, and what is quoted as such cannot be found where it should be",
    "overlap": "overlaps a passage whose category comes first, or which is marked already",
}


def _refusal(mark: Mark, reason: Reason) -> Refused:
    shown = mark.quote if len(mark.quote) <= 80 else f"{mark.quote[:79]}…"
    return Refused(mark=mark, reason=reason, sentence=f"“{shown}” {_WHY[reason]}.")
