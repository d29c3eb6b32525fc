"""A judge as its protocol and its prompts see it, and everything its verdicts depend on in one fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from annotation.domain.principles import PrincipleText, applies, traits_of
from curation.ml.judging.calls import Sampling
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
    # Of the protocol, as the code has them now.
    prompt_version: str = ""
    protocol_version: str = ""

    def principles_for(self, record: Record) -> tuple[PrincipleText, ...]:
        """Those that apply to a row: a change of the others leaves what was said about it as it is."""
        if not self.principles:
            return ()
        prompt = "\n\n".join(message.content for message in record.prompt)
        traits = traits_of(record.metadata)
        return tuple(each for each in self.principles if applies(each, prompt, traits.tags, traits.metadata))

    @property
    def facts(self) -> dict[str, Any]:
        """What a signal's key and provenance say about the judge."""
        return {
            "judge": self.title,
            "protocol": self.protocol,
            "prompt_version": self.prompt_version,
            **self.identity,
            "principles": [[each.id, each.version] for each in self.principles],
        }

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything a verdict depends on besides the row."""
        facts = [
            self.protocol,
            self.prompt_version,
            self.protocol_version,
            msgspec.to_builtins(self.options),
            self.instructions,
            [[each.id, each.version] for each in self.principles],
            vars(self.sampling),
            self.identity,
        ]
        return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()
