"""A judge's run over a dataset version is a signal: this is the kind of it, whatever the protocol."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from curation.judges.answers import AnswerMemory
from curation.judges.asking import ask_all
from curation.judges.few_shot import few_shot_of
from curation.judges.models_of import backend_of
from curation.judges.present import spec_of
from curation.judges.protocols.base import EXAMPLES, PRINCIPLES, JudgeProtocol, Unit, examples_shown, inquiry_of
from curation.judges.protocols.registry import protocol_of
from curation.judges.selectors import judge_of_project
from curation.models import Judge
from curation.signals.kinds.base import Column, Level, Pair, Row, Scope, Scorer, Source, pairs_of
from curation.signals.params import check_choice, check_flag, check_id, check_number, check_whole, filled_in, refused
from curation.signals.trusted_labels import BY_PEOPLE
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error
from webapp.store.canonical import Record

ROWS_PER_SHARD = 256
MOST_RESPONSES = 8
UNITS_NAMED = {"pair": "pairs", "response": "single responses", "record": "requests"}
_DEFAULTS: dict[str, Any] = {"judge": None, "pairs": "labelled", "gold_only": False, "share": 1.0, "seed": 0}


class JudgeSignal:
    """What kinds of both levels share; a subclass says which level it is for."""

    kind: str
    title: str
    description: str
    version = "1"
    queue = "ml"
    level: Level
    scope: Scope = "part"
    columns: tuple[Column, ...]
    rows_per_shard = ROWS_PER_SHARD
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "judge": {"type": "integer", "format": "judge", "description": "A judge of the project."},
            "pairs": {
                "type": "string",
                "enum": ["labelled", "all"],
                "title": "Which pairs",
                "description": "Pairs that have a label, or every pair of responses in rows of up to 8.",
                "default": "labelled",
            },
            "gold_only": {
                "type": "boolean",
                "title": "Only rows that people labelled",
                "description": "Leave out rows without a label of a person.",
                "default": False,
            },
            "share": {
                "type": "number",
                "title": "Share of the rows",
                "description": "1 judges all; less draws rows at random.",
                "default": 1.0,
                "exclusiveMinimum": 0,
                "maximum": 1,
            },
            "seed": {"type": "integer", "description": "Which rows are drawn.", "default": 0, "minimum": 0},
        },
        "required": ["judge"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        judge = self._judge(project_id, params)
        spec = spec_of(judge)
        return f"{judge} ({protocol_of(judge.protocol).title.lower()})", {**spec.facts, "fingerprint": spec.fingerprint}

    def columns_for(self, *, project_id: int, params: dict[str, Any]) -> tuple[Column, ...]:
        """The columns of the judge's protocol, under its options."""
        judge = self._judge(project_id, params)
        protocol = protocol_of(judge.protocol)
        options = protocol.options_from(judge.options)
        examples = (EXAMPLES,) if examples_shown(options) else ()
        principles = (PRINCIPLES,) if judge.principles else ()
        return (*protocol.columns(options), *examples, *principles)

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        with as_job_error(ApplicationError):
            judge = self._judge(project_id, params)
            spec = spec_of(judge)
        backend = backend_of(judge, spec.identity)
        protocol = protocol_of(judge.protocol)
        given = {**_DEFAULTS, **params}
        used: dict[str, Any] = dict(backend.provenance)

        def score(source: Source) -> Iterator[Row]:
            units: Iterable[Unit] = (
                unit
                for record in source.records()
                if _is_wanted(record, given)
                for unit in units_of(record, protocol, pairs=given["pairs"])
            )
            if most := examples_shown(spec.options):
                few_shot = few_shot_of(source.version_id, source.alive)
                used["few_shot"] = few_shot.provenance
                units = few_shot.fill(units, most)
            inquiries = ((unit.record.record_id, inquiry_of(protocol, unit, spec)) for unit in units)
            memory = AnswerMemory.of(judge, spec.identity, source.job_id)
            return ask_all(inquiries, backend=backend, memory=memory, alive=source.alive)

        return score, {"used": used}

    def _judge(self, project_id: int, params: dict[str, Any]) -> Judge:
        """Raises ApplicationError for parameters that make no run."""
        given = filled_in(params, _DEFAULTS, noun="a judge's run")
        check_id(given, "judge", "a judge of the project")
        check_choice(given, "pairs", ("labelled", "all"))
        check_flag(given, "gold_only")
        check_number(given, "share", 0, 1)
        if given["share"] == 0:
            raise refused("share", "give more than 0.", "More than 0.")
        check_whole(given, "seed", 0, 2**53)
        judge = judge_of_project(given["judge"], project_id=project_id)
        if protocol_of(judge.protocol).level != self.level:
            wanted = UNITS_NAMED[self.level]
            raise refused("judge", f"{judge} does not look at {wanted}; choose one that does.", f"Not for {wanted}.")
        return judge


def units_of(record: Record, protocol: JudgeProtocol, *, pairs: str) -> Iterator[Unit]:
    """The pairs or responses of a record that a judge of this protocol looks at."""
    responses = {response.response_id: response for response in record.responses}
    if protocol.level == "record":
        yield Unit(record, responses=responses)
        return
    if protocol.level == "response":
        for response in responses.values():
            yield Unit(record, response=response, responses=responses)
        return
    found = pairs_of(record)
    if pairs == "all" and len(responses) <= MOST_RESPONSES:
        unlabelled = (Pair(record.record_id, a, b, None) for a, b in combinations(sorted(responses), 2))
        found = list(dict.fromkeys([*found, *unlabelled]))
    for pair in found:
        yield Unit(record, pair=pair, responses=responses)


def _is_wanted(record: Record, given: dict[str, Any]) -> bool:
    if given["gold_only"] and not any(label.source in BY_PEOPLE for label in record.labels):
        return False
    # A row's lot depends on the seed and the row alone, so adding rows draws no other ones.
    lot = random.Random(f"{given['seed']} {record.record_id}").random()  # noqa: S311 - a sample, not a secret
    return lot < given["share"]
