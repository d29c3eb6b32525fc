"""Whether a judge may label now, and on what that rests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from curation.judges.present import spec_of
from curation.judges.protocols.registry import protocol_of
from curation.models import Judge, JudgeTrust
from webapp.api.errors import ApplicationError

NEVER = "It gives drafts for people to confirm, never labels."
UNMEASURED = "Nobody has checked it against people's labels yet, so it may draft but not label."
OUTDATED = "It was checked before its principles or its model changed; check it again before it labels."


@dataclass(frozen=True)
class Standing:
    """`rule` is the sentence that decides. Figures are those of the check it rests on, None without one."""

    may_label: bool
    rule: str
    problem: str = ""
    trust: int | None = None
    outdated: bool = False
    accuracy: dict[str, Any] | None = None
    consistency: dict[str, Any] | None = None
    pairs: int | None = None
    cost_per_1000: float | None = None
    measured_at: datetime | None = None


def standing_of(judge: Judge) -> Standing:
    """Asks `judge.measured` where the selector put it there."""
    measured: list[JudgeTrust] = getattr(judge, "measured", None) or []
    try:
        fingerprint = spec_of(judge).fingerprint
    except ApplicationError as error:
        return Standing(False, str(error), problem=str(error))
    if not measured:
        return Standing(False, NEVER if protocol_of(judge.protocol).gives == "drafts" else UNMEASURED)
    holding = next((trust for trust in measured if trust.fingerprint == fingerprint), None)
    trust = holding or measured[0]
    results = trust.results or {}
    return Standing(
        may_label=holding is not None and holding.may_label and protocol_of(judge.protocol).gives == "votes",
        rule=_rule(judge, holding, results),
        trust=trust.pk,
        outdated=holding is None,
        accuracy=results.get("accuracy"),
        consistency=(results.get("swap") or {}).get("consistency"),
        pairs=results.get("n"),
        cost_per_1000=results.get("cost_per_1000"),
        measured_at=trust.job.finished_at if trust.job else None,
    )


def why_no_labels(judge: Judge, standing: Standing) -> str | None:
    """The sentence that keeps verdicts of a judge from being labels; None where it may label, or gives drafts only."""
    if standing.may_label or protocol_of(judge.protocol).gives != "votes":
        return None
    return f"{judge} may draft but not label. {standing.rule}"


def _rule(judge: Judge, holding: JudgeTrust | None, results: dict[str, Any]) -> str:
    if protocol_of(judge.protocol).gives == "drafts":
        return NEVER
    return str(results.get("rule", "")) if holding is not None else OUTDATED
