"""Why people preferred what they preferred, in words that are checked (METHODS §6, arXiv 2407.14477).

Every quote must stand in the side it is quoted from; a second question, with the names of the sides taken out, must
find out which response was preferred. A rationale that fails either is kept, and says so.
"""

from __future__ import annotations

from typing import Any, Literal

from curation.domain.judging.prompts import rationale
from curation.domain.judging.prompts.parts import Brief
from curation.domain.judging.quotes import Quote, length_only, quote_faults, without_sides
from curation.judges.inquiries import NoReplyError, Question, repaired, required
from curation.judges.known_labels import known_preference
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, brief_of
from curation.judges.protocols.pair_letter import read_letters
from curation.judges.protocols.writing import as_json, drafted, json_question
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Call
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record


class RationaleOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """A `general` rationale is a short paragraph, a `detailed` one points to passages of both responses."""

    style: Literal["general", "detailed"] = "detailed"
    blind_check: bool = True


class RationaleProtocol(JudgeProtocol):
    name = "rationale"
    title = "Rationale"
    description = (
        "Why the preferred response is better, for pairs whose label is known. Quotes must exist in the side they "
        "name, a blind check must recover the preference, and reasons that speak of length alone are flagged."
    )
    level = "pair"
    gives = "drafts"
    generates = True
    comparable = False
    prompt_version = rationale.PROMPT_VERSION
    options_type = RationaleOptions

    def columns(self, options: RationaleOptions) -> tuple[Column, ...]:
        return (
            Column("rationale", "Rationale", "text"),
            Column("aspects", "Aspects", "text"),
            Column("quotes", "Quotes", "text"),
            Column("quotes_found", "Every quote stands in its side", "flag"),
            Column("recovered", "The blind check finds the preference", "flag"),
            Column("blind_logit", "Log-odds of the blind check that b is preferred", signed=True),
            Column("length_only", "Speaks of length alone", "flag"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        preferred = known_preference(unit)
        if preferred == 0:
            raise NoReplyError("no_preference")
        brief, (a, b) = brief_of(unit, judge), unit.sides
        messages = rationale.rationale_messages(
            brief, a.content, b.content, preferred="B" if preferred > 0 else "A", kind=judge.options.style
        )
        question = json_question(messages, rationale.shape(judge.options.style), judge)
        (reply,) = required((yield from repaired([question])))
        quotes = [Quote(each.side, each.text) for each in reply.quotes]
        values = {
            "rationale": reply.rationale,
            "aspects": ", ".join(reply.aspects),
            "quotes": as_json([{"side": each.side.lower(), "text": each.text} for each in quotes]),
            "quotes_found": not quote_faults(quotes, {"A": a.content, "B": b.content}),
            "length_only": length_only(reply.rationale),
        }
        if judge.options.blind_check:
            first, second = required((yield _blind(brief, a.content, b.content, reply.rationale)))
            logit = ((first[1] - first[0]) + (second[0] - second[1])) / 2
            values |= {"blind_logit": logit, "recovered": logit * preferred > 0}
        return values

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        """An answer to a rationale question with, beside it, what it compares and what it was put to."""
        checks = {name: row.get(name) for name in ("quotes_found", "recovered", "length_only")}
        body = {"text": row["rationale"], "reasons": [], "links": [], "checks": checks, **_about(row)}
        return [drafted("rationale", "rationale", body, annotator=annotator, origin=origin, target=None)]


def _about(row: dict[str, Any]) -> dict[str, Any]:
    """The preference it was written for, which the blind check found or missed; nothing where there was no check."""
    logit, recovered = row.get("blind_logit"), row.get("recovered")
    if not logit or recovered is None:
        return {}
    sides = (row["b"], row["a"]) if (logit > 0) == recovered else (row["a"], row["b"])
    return {"about": {"better": sides[0], "worse": sides[1]}}


def _blind(brief: Brief, a: str, b: str, text: str) -> list[Question]:
    """Both orders, so that a liking for a place recovers nothing."""
    blinded = without_sides(text)
    return [
        Question(
            Call(
                rationale.blind_messages(brief, first, second, rationale=blinded),
                options=rationale.OPTIONS,
                lead=rationale.LEAD,
            ),
            read_letters,
        )
        for first, second in ((a, b), (b, a))
    ]
