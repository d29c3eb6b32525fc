"""Rows that hold items of a test set: shared runs of words, with the proof (METHODS §14).

The test set is a dataset of the project: import the benchmark's file as any other. Rewording is found by embeddings
only: see `semantic_contamination`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from curation.datasets.reading import iter_version_records
from curation.models import DatasetVersion
from curation.signals.benchmark_versions import PROOFS_KEPT, VERSION_SCHEMA, facts_of, ready_test_set
from curation.signals.embeddings import prompt_text
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source
from curation.signals.params import filled_in
from curation.text.contamination import BenchmarkIndex, ContaminationScan, Hit, Item
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error
from webapp.store.canonical import Record

DEFAULTS: dict[str, Any] = {"dataset_version": None}
ROWS_AT_ONCE = 500


class ContaminationSignal:
    kind = "contamination"
    title = "Test-set overlap"
    description = (
        "Finds rows that hold items of a test set: 13 words in a row, or more than half of an item in runs of 8. "
        "Import the test set as a dataset of this project first. The signal's details list the proof."
    )
    version = "1"
    queue = "default"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("contaminated", "Holds a test item", "flag"),
        Column("coverage", "Share of the item's words found"),
        Column("item", "Test item", "text"),
        Column("proof", "Shared words", "text"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {"dataset_version": VERSION_SCHEMA},
        "required": ["dataset_version"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        facts = facts_of(_test_set(project_id, params))
        return f"Overlap with {facts['test_set']}"[:160], facts

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        with as_job_error(ApplicationError):
            tests = _test_set(project_id, params)
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            items = (item for record in iter_version_records(tests) for item in _items(record, tests.dataset.name))
            scan = ContaminationScan(BenchmarkIndex(items))
            pending: list[Record] = []
            for record in source.records():
                pending.append(record)
                if len(pending) == ROWS_AT_ONCE:
                    yield from _scanned(scan, pending)
                    pending = []
            yield from _scanned(scan, pending)
            used.update(_report(scan))

        return score, used


def _test_set(project_id: int, params: dict[str, Any]) -> DatasetVersion:
    given = filled_in(params, DEFAULTS, noun="the overlap with a test set")
    return ready_test_set(project_id, given["dataset_version"])


def _items(record: Record, benchmark: str) -> Iterator[Item]:
    """The prompt of a test row and its answers, each an item's text of its own."""
    yield Item(benchmark, record.record_id, prompt_text(record))
    for response in record.responses:
        yield Item(benchmark, record.record_id, response.content, "answer")


def _scanned(scan: ContaminationScan, records: list[Record]) -> Iterator[Row]:
    texts = [
        "\n\n".join([prompt_text(record), *(response.content for response in record.responses)]) for record in records
    ]
    rows = [(record.record_id, "version", text) for record, text in zip(records, texts, strict=True)]
    for record, hits in zip(records, scan.add(rows), strict=True):
        worst = max(hits, key=lambda hit: (hit.coverage, hit.item), default=None)
        yield Row(record.record_id, _values(worst))


def _values(hit: Hit | None) -> dict[str, Any]:
    if hit is None:
        return {"contaminated": False, "coverage": 0.0}
    return {"contaminated": True, "coverage": hit.coverage, "item": hit.item, "proof": hit.ngram}


def _report(scan: ContaminationScan) -> dict[str, Any]:
    """Whole-set figures and the first proofs; every row's own proof is in its column."""
    shares = [share._asdict() for share in scan.shares()]
    proofs = [{"row": proof.row, **proof.hit._asdict()} for proof in scan.proofs[:PROOFS_KEPT]]
    return {
        "rows_scanned": scan.rows,
        "untestable_items": len(scan.index.untestable),
        "proofs_found": len(scan.proofs),
        "share_of_test_items": shares[0]["share"] if shares else 0.0,
        "alarm": any(share["alarm"] for share in shares),
        "proofs": proofs,
    }
