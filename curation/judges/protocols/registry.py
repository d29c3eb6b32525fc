"""The judging protocols by name; one module each in this folder."""

from __future__ import annotations

from curation.judges.protocols.base import JudgeProtocol
from curation.judges.protocols.pair_letter import PairLetterProtocol
from webapp.api.errors import ApplicationError

_ALL: tuple[JudgeProtocol, ...] = (PairLetterProtocol(),)
PROTOCOLS: dict[str, JudgeProtocol] = {protocol.name: protocol for protocol in _ALL}


def protocol_of(name: str) -> JudgeProtocol:
    """Raises ApplicationError that lists the known ones."""
    if name not in PROTOCOLS:
        known = ", ".join(sorted(PROTOCOLS))
        raise ApplicationError(
            f"protocol: there is no protocol {name!r}; choose one of {known}.", fields={"protocol": [known]}
        )
    return PROTOCOLS[name]
