"""Prompts that mean nearly the same as items of a test set, reworded as they may be: for review, never for dropping.

METHODS §14: cosine of at least 0.9 between sentence embeddings of the prompts. What shares words is found, and proved,
by `contamination`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.datasets.reading import iter_version_records, part_keys
from curation.models import DatasetVersion
from curation.signals.benchmark_versions import PROOFS_KEPT, VERSION_SCHEMA, facts_of, ready_test_set
from curation.signals.embeddings import (
    PromptVectors,
    packaged_embedder,
    part_vectors,
    prompt_text,
    prompt_vectors,
)
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed
from curation.signals.params import check_number, filled_in
from curation.signals.source import PartsSource
from curation.text.contamination import ALARM_SHARE, COSINE, embedding_hits
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import as_job_error
from webapp.store.canonical import Record, read_records
from webapp.store.files import store

if TYPE_CHECKING:
    from curation.ml.embedding import TextEmbedder

DEFAULTS: dict[str, Any] = {"dataset_version": None, "threshold": COSINE}
ROWS_AT_ONCE = 1024
SHOWN_CHARACTERS = 200


class SemanticContaminationSignal:
    kind = "semantic_contamination"
    title = "Test-set overlap in meaning"
    description = (
        "Finds prompts that mean nearly the same as items of a test set, however they are worded. Import the test set "
        "as a dataset of this project first. Send what it finds to review: likeness is no proof."
    )
    version = "1"
    queue = "ml"
    level: Level = "record"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (
        Column("near", "Means nearly the same as a test item", "flag"),
        Column("cosine", "Likeness to the nearest test item (cosine)"),
        Column("item", "Nearest test item", "text"),
    )
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "dataset_version": VERSION_SCHEMA,
            "threshold": {
                "type": "number",
                "minimum": 0.5,
                "maximum": 1,
                "default": COSINE,
                "description": "Cosine from which on a prompt is near a test item.",
            },
        },
        "required": ["dataset_version"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="the overlap in meaning")
        check_number(given, "threshold", 0.5, 1)
        facts = facts_of(ready_test_set(project_id, given["dataset_version"]))
        return f"Overlap in meaning with {facts['test_set']}"[:160], {**facts, "threshold": given["threshold"]}

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        given = {**DEFAULTS, **params}
        with as_job_error(ApplicationError):
            tests = ready_test_set(project_id, given["dataset_version"])
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            embedder = packaged_embedder()
            used["embeddings"] = embedder.provenance
            items = prompt_vectors(PartsSource(project_id, tests.pk, part_keys(tests), source.alive), embedder)
            found = _Found(items)
            for part in source.parts:
                yield from _rows(source, part, embedder, found, given["threshold"])
            used.update(found.report(tests))

        return score, used


@dataclass
class _Found:
    """What was found so far; memory grows with the test set alone."""

    items: PromptVectors
    rows: int = 0
    hits: int = 0
    hit_items: set[int] = field(default_factory=set)
    # The nearest ones: cosine, running number, row, what it says, item.
    closest: list[tuple[float, int, str, str, int]] = field(default_factory=list)

    def add(self, record: Record, item: int, cosine: float) -> None:
        self.hits += 1
        self.hit_items.add(item)
        proof = (cosine, -self.hits, record.record_id, _shown(record), item)
        push = heapq.heappush if len(self.closest) < PROOFS_KEPT else heapq.heappushpop
        push(self.closest, proof)

    def report(self, tests: DatasetVersion) -> dict[str, Any]:
        wanted = {self.items.ids[item] for *_, item in self.closest}
        says = {each.record_id: _shown(each) for each in iter_version_records(tests) if each.record_id in wanted}
        share = len(self.hit_items) / len(self.items.ids) if self.items.ids else 0.0
        return {
            "rows_scanned": self.rows,
            "untestable_items": len(self.items.failures),
            "proofs_found": self.hits,
            "share_of_test_items": share,
            "alarm": share > ALARM_SHARE,
            "nearest_test_items": [
                {
                    "row": row,
                    "prompt": prompt,
                    "item": self.items.ids[item],
                    "test_prompt": says[self.items.ids[item]],
                    "cosine": cosine,
                }
                for cosine, _, row, prompt, item in sorted(self.closest, reverse=True)
            ],
        }


def _rows(source: Source, part: str, embedder: TextEmbedder, found: _Found, threshold: float) -> Iterator[Row]:
    prompts = (each for each in part_vectors(source, part, embedder) if each.response_id is None)
    with store().open(part) as file:
        records = read_records(file)
        while block := list(islice(zip(records, prompts, strict=False), ROWS_AT_ONCE)):
            source.alive()
            found.rows += len(block)
            sound = [record for record, prompt in block if prompt.vector is not None]
            for record, prompt in block:
                if prompt.vector is None:
                    yield failed(prompt.reason or "no_vector", record.record_id)
            if not found.items.ids:
                yield from (failed("no_test_items", record.record_id) for record in sound)
            elif sound:
                unit = np.vstack([prompt.vector for _, prompt in block if prompt.vector is not None])
                # Every cosine is above −2, so that each row gets its nearest item.
                for record, (_, item, cosine) in zip(
                    sound, embedding_hits(unit, found.items.unit, threshold=-2.0), strict=True
                ):
                    near = cosine >= threshold
                    if near:
                        found.add(record, item, cosine)
                    nearest = found.items.ids[item] if near else None
                    yield Row(record.record_id, {"near": near, "cosine": min(cosine, 1.0), "item": nearest})


def _shown(record: Record) -> str:
    return prompt_text(record)[:SHOWN_CHARACTERS]
