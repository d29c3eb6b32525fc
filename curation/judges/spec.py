"""A judge as its protocol and its prompts see it, and everything its verdicts depend on in one fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from annotation.domain.principles import PrincipleText, applies
from annotation.selectors.principles import principles_current
from curation.judges.models_of import identity_of
from curation.judges.protocols.registry import protocol_of
from curation.ml.judging.calls import Sampling
from curation.models import Judge
from webapp.store.canonical import Record


@dataclass(frozen=True)
class JudgeSpec:
    """`options` is the protocol's own struct; `principles` are as they stand now."""

    id: int
    title: str
    protocol: str
    options: Any
    instructions: str
    principles: tuple[PrincipleText, ...]
    sampling: Sampling
    family: str
    identity: dict[str, Any]

    def principles_for(self, record: Record) -> tuple[PrincipleText, ...]:
        """Those that apply to a row: a change of the others leaves what was said about it as it is."""
        if not self.principles:
            return ()
        prompt = "\n\n".join(message.content for message in record.prompt)
        tags = [str(tag) for tag in record.metadata.get("tags") or ()]
        return tuple(each for each in self.principles if applies(each, prompt, tags, record.metadata))

    @property
    def facts(self) -> dict[str, Any]:
        """What a signal's key and provenance say about the judge."""
        return {
            "judge": self.title,
            "protocol": self.protocol,
            "prompt_version": protocol_of(self.protocol).prompt_version,
            **self.identity,
            "principles": [[each.id, each.version] for each in self.principles],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything a verdict depends on besides the row."""
        protocol = protocol_of(self.protocol)
        facts = [
            self.protocol,
            protocol.prompt_version,
            protocol.version,
            msgspec.to_builtins(self.options),
            self.instructions,
            [[each.id, each.version] for each in self.principles],
            vars(self.sampling),
            self.identity,
        ]
        return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def spec_of(judge: Judge) -> JudgeSpec:
    """The judge with the current versions of its principles. Raises ApplicationError where its model is gone."""
    return JudgeSpec(
        id=judge.pk,
        title=str(judge),
        protocol=judge.protocol,
        options=protocol_of(judge.protocol).options_from(judge.options),
        instructions=judge.instructions,
        principles=tuple(principles_current(judge.project_id, judge.principles)),
        sampling=Sampling(**judge.sampling),
        family=judge.family,
        identity=identity_of(judge),
    )
