"""A response split into atomic claims, each verified by sources or by what the model knows (as DCScore does)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from curation.domain.judging.prompts import claims
from curation.domain.judging.quotes import Quote, quote_faults
from curation.judges.inquiries import NoReplyError, repaired, required
from curation.judges.protocols.base import JudgeProtocol, Unit, Values
from curation.judges.protocols.briefs import PromptOptions, Short, brief_of
from curation.judges.protocols.writing import as_json, drafted_text, json_question
from curation.judges.spec import JudgeSpec
from curation.signals.kinds.base import Column
from webapp.store.canonical import Annotation, Record


class ClaimsOptions(PromptOptions, frozen=True, forbid_unknown_fields=True):
    """`sources` names the key of a row's metadata that holds texts to verify by; without one, knowledge decides."""

    sources: Short = ""
    most_claims: Annotated[int, msgspec.Meta(ge=1, le=60)] = 30


class ClaimsProtocol(JudgeProtocol):
    name = "claims"
    title = "Checked claims"
    description = (
        "Splits each response into single claims and verifies each: supported, contradicted or unverifiable, with its "
        "evidence. The score is the share of supported claims."
    )
    level = "response"
    gives = "drafts"
    generates = True
    comparable = True
    prompt_version = claims.PROMPT_VERSION
    options_type = ClaimsOptions

    def columns(self, options: ClaimsOptions) -> tuple[Column, ...]:
        return (
            Column("score", "Share of supported claims"),
            Column("claims", "Claims"),
            Column("contradicted", "Contradicted claims"),
            Column("unverifiable", "Claims that cannot be verified"),
            Column("checked", "Claims and verdicts", "text"),
        )

    def values(self, unit: Unit, judge: JudgeSpec) -> Values:
        brief, text = brief_of(unit, judge), unit.one.content
        question = json_question(claims.split_messages(brief, text), claims.ClaimsReply, judge)
        (reply,) = required((yield from repaired([question])))
        found = reply.claims[: judge.options.most_claims]
        if not found:
            raise NoReplyError("no_claims")
        sources = _sources(unit.record, judge.options.sources)
        verified = required(
            (
                yield from repaired(
                    [
                        json_question(
                            claims.verify_messages(brief, each.claim, sources=sources), claims.Verification, judge
                        )
                        for each in found
                    ]
                )
            )
        )
        verdicts = [each.verdict for each in verified]
        checked = [
            {
                "claim": each.claim,
                "quote": each.quote,
                "quote_found": not quote_faults([Quote("a", each.quote)], {"a": text}),
                "verdict": verification.verdict,
                "evidence": verification.evidence,
            }
            for each, verification in zip(found, verified, strict=True)
        ]
        return {
            "score": claims.supported_share(verdicts),
            "claims": float(len(verdicts)),
            "contradicted": float(verdicts.count("contradicted")),
            "unverifiable": float(verdicts.count("unverifiable")),
            "checked": as_json(checked),
        }

    def annotations(self, row: dict[str, Any], record: Record, *, annotator: str, origin: str) -> list[Annotation]:
        lines = [f"{each['verdict']}: {each['claim']}" for each in msgspec.json.decode(row["checked"])]
        return [drafted_text("claims", "\n".join(lines), row["response_id"], annotator=annotator, origin=origin)]


def _sources(record: Record, key: str) -> tuple[str, ...]:
    found = record.metadata.get(key) if key else None
    listed = found if isinstance(found, list) else [] if found is None else [found]
    return tuple(each if isinstance(each, str) else as_json(each) for each in listed)[:20]
