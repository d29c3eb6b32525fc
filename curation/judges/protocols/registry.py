"""The judging protocols by name; one module for each, or for a few that are alike, in this folder."""

from __future__ import annotations

from curation.judges.protocols.attributes import AttributesProtocol
from curation.judges.protocols.base import JudgeProtocol
from curation.judges.protocols.checklist import ChecklistProtocol, RubricDraftProtocol
from curation.judges.protocols.claims import ClaimsProtocol
from curation.judges.protocols.correction import JudgmentProtocol, RevisionProtocol
from curation.judges.protocols.critique import CritiqueProtocol, ScoredProtocol
from curation.judges.protocols.pair_letter import PairLetterProtocol
from curation.judges.protocols.pair_principles import PairPrinciplesProtocol
from curation.judges.protocols.pair_reasons import PairReasonsProtocol
from curation.judges.protocols.rationale import RationaleProtocol
from curation.judges.protocols.rubric import RubricGradesProtocol, RubricReasonsProtocol
from curation.judges.protocols.spans import SpansProtocol
from webapp.api.errors import ApplicationError

_ALL: tuple[JudgeProtocol, ...] = (
    PairLetterProtocol(),
    PairReasonsProtocol(),
    PairPrinciplesProtocol(),
    RubricGradesProtocol(),
    RubricReasonsProtocol(),
    CritiqueProtocol(),
    ScoredProtocol(),
    ChecklistProtocol(),
    RubricDraftProtocol(),
    RationaleProtocol(),
    SpansProtocol(),
    ClaimsProtocol(),
    JudgmentProtocol(),
    RevisionProtocol(),
    AttributesProtocol(),
)
PROTOCOLS: dict[str, JudgeProtocol] = {protocol.name: protocol for protocol in _ALL}


def protocol_of(name: str) -> JudgeProtocol:
    """Raises ApplicationError that lists the known ones."""
    if name not in PROTOCOLS:
        known = ", ".join(sorted(PROTOCOLS))
        raise ApplicationError(
            f"protocol: there is no protocol {name!r}; choose one of {known}.", fields={"protocol": [known]}
        )
    return PROTOCOLS[name]
