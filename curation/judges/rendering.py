"""The words a judge would send about a row, shown without a model being asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from curation.datasets.reading import iter_version_records
from curation.datasets.versions import version_check_project
from curation.judges.present import spec_of
from curation.judges.protocols.base import Unit, inquiry_of
from curation.judges.protocols.registry import protocol_of
from curation.judges.signal_kind import units_of
from curation.ml.judging.calls import Call
from curation.models import DatasetVersion, Judge
from webapp.api.errors import UnprocessableError
from webapp.store.canonical import Record

LOOKED_AT = 5000


@dataclass(frozen=True)
class RenderedCall:
    messages: list[dict[str, str]]
    lead: str
    options: list[str]
    json_schema: dict[str, Any] | None


@dataclass(frozen=True)
class Rendering:
    """The first questions about one pair or response of a row."""

    record_id: str
    calls: list[RenderedCall]


def judge_rendering(*, judge: Judge, version: DatasetVersion, record_id: str = "") -> Rendering:
    """What the judge asks first about a row: the one named, else the first of the version that it can judge.

    Raises UnprocessableError when there is no such row, or nothing in it that this judge looks at.
    """
    version_check_project(version, judge.project_id)
    protocol = protocol_of(judge.protocol)
    spec = spec_of(judge)
    for record in _records(version, record_id):
        unit = next(units_of(record, protocol, pairs="all"), None)
        if unit is not None:
            return Rendering(record.record_id, [_rendered(call) for call in _first_calls(unit, spec)])
    raise UnprocessableError(
        f"record_id: version {version.number} has no row {record_id!r} that this judge could look at."
        if record_id
        else f"dataset_version: the first {LOOKED_AT:,} rows hold nothing this judge could look at."
    )


def _first_calls(unit: Unit, spec: Any) -> list[Call]:
    return [question.call for question in next(inquiry_of(protocol_of(spec.protocol), unit, spec))]


def _records(version: DatasetVersion, record_id: str) -> Iterator[Record]:
    for number, record in enumerate(iter_version_records(version)):
        if record_id and record.record_id == record_id:
            yield record
            return
        if not record_id:
            if number >= LOOKED_AT:
                return
            yield record


def _rendered(call: Call) -> RenderedCall:
    messages = [{"role": role, "content": content} for role, content in call.messages]
    return RenderedCall(messages, call.lead, list(call.options), dict(call.schema) if call.schema else None)
