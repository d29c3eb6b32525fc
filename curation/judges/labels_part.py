"""Bringing what a judge said of one part of a dataset version home into it, and the records its revisions make."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from annotation.domain.materials import KEYS
from annotation.domain.questions.edit import distance
from curation.datasets.engine import duck
from curation.datasets.made_records import made_key, part_stem
from curation.datasets.parts import Part, annotations_merge, labels_merge, part_write
from curation.datasets.statements import EDIT_STRENGTH, EDIT_VALUE
from curation.judges.protocols.base import DraftsAnnotations
from curation.judges.protocols.registry import protocol_of
from curation.models import Judge
from webapp.jobs.handlers import Progress
from webapp.store.canonical import (
    Annotation,
    Label,
    Record,
    RecordWriter,
    Response,
    make_label,
    read_records,
    record_id_of,
    response_id_of,
)
from webapp.store.files import store

# The column in which a protocol puts a response as it would have it.
REVISED = "revised"
MOST_VALUE = 3
_ROWS_AT_ONCE = 1024
_RECORDS_BETWEEN_SIGNS = 500
# Ordered by DuckDB, which spills to disk, so that no more than a row's own values are in Python's memory.
_SAID = """
    SELECT place, said.* EXCLUDE (file_row_number, number)
      FROM (SELECT *, file_index AS number FROM read_parquet($signal, file_row_number = true)) said
      JOIN (SELECT record_id, file_row_number AS place FROM read_parquet($part, file_row_number = true)) rows
     USING (record_id)
     WHERE said.state = 'ok'
     ORDER BY place, said.number, said.file_row_number"""

SignalRow = dict[str, Any]


class PartLabelled(NamedTuple):
    """`replacement` is the rewritten part, None when nothing in it changes; `made` a file of records to be added.

    `labels` and `annotations` are what this run says of rows of the part, on so many `records`.
    """

    replacement: Part | None
    made: str | None
    labels: int
    annotations: int
    records: int


class JudgeSaid:
    """What rows of a judge's signal are as labels, annotations and records. `votes` tells whether verdicts count."""

    def __init__(self, judge: Judge, *, votes: bool) -> None:
        protocol = protocol_of(judge.protocol)
        self.annotator, self.origin, self._votes = judge.annotator, judge_origin(judge), votes
        self._gives_votes = protocol.gives == "votes" and protocol.level == "pair"
        self._drafts = protocol if isinstance(protocol, DraftsAnnotations) else None

    def labels(self, rows: list[SignalRow]) -> list[Label]:
        """One for each pair on which both orders agree, a tie included; none where they contradict each other."""
        found: list[Label] = []
        if self._votes and self._gives_votes:
            labels_merge(found, (label for row in rows if (label := self._vote(row)) is not None))
        return found

    def annotations(self, rows: list[SignalRow], record: Record) -> list[Annotation]:
        found: list[Annotation] = []
        if self._drafts is not None:
            for row in rows:
                given = self._drafts.annotations(row, record, annotator=self.annotator, origin=self.origin)
                annotations_merge(found, given)
        return found

    def revised(self, row: SignalRow, record: Record) -> Record | None:
        """The original and its revision as a pair of their own; None where there is no other text."""
        original = next((each for each in record.responses if each.response_id == row.get("response_id")), None)
        if original is None or not row.get(REVISED):
            return None
        response = Response(response_id_of(row[REVISED], original.images), row[REVISED], images=original.images)
        if response.response_id == original.response_id:
            return None
        responses = sorted([original, response], key=lambda each: each.response_id)
        facts = {"source": "judge", "annotator": self.annotator, "origin": self.origin}
        better = make_label(original.response_id, response.response_id, EDIT_VALUE, strength=EDIT_STRENGTH, **facts)
        return Record(
            record_id_of(record.prompt, [each.response_id for each in responses], record.context),
            record.prompt,
            responses,
            [better] if self._votes else [],
            record.context,
            {
                **{key: record.metadata[key] for key in KEYS if key in record.metadata},
                "edited_from": original.response_id,
                "edited_to": response.response_id,
                "base_record_id": record.record_id,
                "characters": distance(original.content, response.content),
                "words": distance(original.content.split(), response.content.split()),
                "annotator": self.annotator,
                "made_by": self.origin,
            },
        )

    def _vote(self, row: SignalRow) -> Label | None:
        facts = {"source": "judge", "aspect": row["aspect"], "annotator": self.annotator, "origin": self.origin}
        if row["consistent"]:
            # Both orders name the side of the logit; how much better it is, the mean of their verdicts says.
            side = int(math.copysign(1, row["logit"]))
            strength = max(0.0, side * row["verdict"])
            value = side * min(MOST_VALUE, max(1, round(strength)))
            return make_label(row["a"], row["b"], value, strength=strength, **facts)
        return make_label(row["a"], row["b"], 0, strength=0.0, **facts) if row["swap"] == "tie" else None


class PartLabels:
    """One part, brought home once. `signal` are addresses of the run's rows, `folder` is where the files go."""

    def __init__(
        self, part: Part, said: JudgeSaid, *, signal: list[str], revises: bool, folder: str, progress: Progress
    ) -> None:
        self._part, self._said, self._signal, self._revises = part, said, signal, revises
        self._folder, self._progress = folder, progress
        self._labels = self._annotations = self._records = 0

    def run(self) -> PartLabelled:
        replacement = None
        # Reads up to the first change, so that a part is written only where there is one.
        if any(changed for _, changed in self._judged()):
            key = f"{self._folder}/{part_stem(self._part)}"
            replacement = part_write(key, (record for record, _ in self._judged()))
        made = self._made(made_key(self._folder, self._part)) if self._revises else None
        self._progress.advance(self._part["rows"])
        return PartLabelled(replacement, made, self._labels, self._annotations, self._records)

    def _judged(self) -> Iterator[tuple[Record, bool]]:
        """Every record as it is to be, and whether that is another than before."""
        self._labels = self._annotations = self._records = 0
        for record, rows in self._rows():
            yield record, bool(rows) and self._bring(record, rows)

    def _bring(self, record: Record, rows: list[SignalRow]) -> bool:
        """Put what the judge says now in the place of what it said of the same pairs and the same row before."""
        said, origin = self._said, self._said.origin
        labels, annotations = said.labels(rows), said.annotations(rows, record)
        self._labels += len(labels)
        self._annotations += len(annotations)
        self._records += bool(labels or annotations)
        judged = {(row.get("a"), row.get("b"), row.get("aspect")) for row in rows}
        replaced = [each for each in record.labels if each.origin == origin and (each.a, each.b, each.aspect) in judged]
        drafted = [each for each in record.annotations if each.origin == origin]
        if replaced == labels and drafted == annotations:
            return False
        record.labels = [each for each in record.labels if each not in replaced] + labels
        record.annotations = [each for each in record.annotations if each.origin != origin] + annotations
        return True

    def _made(self, key: str) -> str | None:
        """Write the records that revisions make; None when there are none."""
        written: set[str] = set()
        with ExitStack() as opened:
            for record, rows in self._rows():
                for row in rows:
                    made = self._said.revised(row, record)
                    if made is None or made.record_id in written:
                        continue
                    if not written:
                        # The file exists only when there is something in it.
                        writer = opened.enter_context(RecordWriter(opened.enter_context(store().writer(key))))
                    written.add(made.record_id)
                    writer.append(made)
        return key if written else None

    def _rows(self) -> Iterator[tuple[Record, list[SignalRow]]]:
        """The records of the part in their order, each with what was said of it."""
        said = self._by_place()
        place, rows = next(said, _NOTHING)
        with store().open(self._part["key"]) as file:
            for number, record in enumerate(read_records(file)):
                if number % _RECORDS_BETWEEN_SIGNS == 0:
                    self._progress.advance(0)
                if number != place:
                    yield record, []
                    continue
                yield record, rows
                place, rows = next(said, _NOTHING)

    def _by_place(self) -> Iterator[tuple[int, list[SignalRow]]]:
        values: Mapping[str, Any] = {"signal": self._signal, "part": store().url(self._part["key"])}
        with duck() as cursor:
            reader = cursor.sql(_SAID, params=values).to_arrow_reader(_ROWS_AT_ONCE)
            rows = (row for batch in reader for row in batch.to_pylist())
            for place, group in groupby(rows, key=itemgetter("place")):
                yield place, list(group)


_NOTHING: tuple[int, list[SignalRow]] = (-1, [])


def judge_origin(judge: Judge) -> str:
    """What the origin of labels and annotations of a judge's version says, whichever run they come from."""
    return f"judge:{judge.pk}"
