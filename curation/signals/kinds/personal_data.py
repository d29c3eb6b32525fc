"""Personal data and credentials in responses and prompts: which kinds and how many, never the data themselves.

Addresses, numbers with checksums (IBAN by ISO 13616, cards by Luhn) and keys by their published prefixes: see
`curation.text.secrets`. Names of people are not looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from curation.signals.embeddings import prompt_text
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, no_params
from curation.text.secrets import PII, SECRETS, find
from webapp.store.canonical import Record


class PersonalDataSignal:
    kind = "personal_data"
    title = "Personal data and credentials"
    description = (
        "Finds e-mail and IP addresses, phone, card and bank numbers, passwords and keys of services in responses and "
        "their prompts, by their form and checksums. Names are not recognised. What was found is counted, never stored."
    )
    version = "1"
    queue = "default"
    level: Level = "response"
    scope: Scope = "part"
    columns: tuple[Column, ...] = (
        Column("found", "Holds personal data or credentials", "flag"),
        Column("personal", "Personal data found"),
        Column("credentials", "Credentials found"),
        Column("kinds", "Kinds found", "text"),
        Column("in_prompt", "The prompt holds some", "flag"),
    )
    params_schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        no_params(params)
        return "Personal data and credentials", {}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            in_responses: Counter[str] = Counter()
            in_prompts: Counter[str] = Counter()
            for record in source.records():
                yield from _rows(record, in_responses, in_prompts)
            used.update(in_responses=dict(in_responses), in_prompts=dict(in_prompts))

        return score, used

    def add_up(self, used: list[dict[str, Any]]) -> dict[str, Any]:
        """Findings by kind over all parts."""
        return {
            where: {kind: sum(part[where].get(kind, 0) for part in used) for kind in _known(used, where)}
            for where in ("in_responses", "in_prompts")
        }


def _known(used: list[dict[str, Any]], where: str) -> list[str]:
    return [kind for kind in (*SECRETS, *PII) if any(kind in part[where] for part in used)]


def _rows(record: Record, in_responses: Counter[str], in_prompts: Counter[str]) -> Iterator[Row]:
    given = f"{prompt_text(record)}\n\n{record.context or ''}"
    of_prompt = Counter(finding.kind for finding in find(given))
    in_prompts.update(of_prompt)
    for response in record.responses:
        kinds = Counter(finding.kind for finding in find(response.content))
        in_responses.update(kinds)
        yield Row(
            record.record_id,
            {
                "found": bool(kinds),
                "personal": float(sum(kinds[kind] for kind in PII)),
                "credentials": float(sum(kinds[kind] for kind in SECRETS)),
                "kinds": ", ".join(kind for kind in (*SECRETS, *PII) if kinds[kind]) or None,
                "in_prompt": bool(of_prompt),
            },
            response_id=response.response_id,
        )
