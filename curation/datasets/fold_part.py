"""Folding a campaign's statements into one part of a dataset version, and finding the records they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from annotation.selectors.answers import queued_records
from curation.datasets.known import Said
from curation.datasets.made_records import made_key, part_stem
from curation.datasets.parts import Part, labels_merge, part_write
from curation.datasets.reading import iter_part_batches
from curation.datasets.statements import (
    Campaign,
    Statement,
    annotations_of,
    edit_labels,
    edited_record,
    edited_response,
    edits_of,
    needs_texts,
    statements_about,
    under_context,
)
from webapp.jobs.handlers import Progress
from webapp.store.canonical import Annotation, Label, Record, RecordWriter, read_records, record_from_row
from webapp.store.files import store

_ROWS_PER_QUERY = 2000
_COLUMNS = ("record_id", "labels", "annotations", "metadata")


class PartFolded(NamedTuple):
    """`replacement` is the rewritten part, None when nothing in it changes; `made` a file of records to be added.

    `labels` and `annotations` are those of the campaign in the part now, on so many `records`.
    """

    replacement: Part | None
    made: str | None
    labels: int
    annotations: int
    records: int


class _Change(NamedTuple):
    said: Said
    # Who made the record by editing, where that is somebody else than it says.
    annotator: str | None


class PartFold:
    """One part, folded once. `folder` is where its files go; `contexts` tells whether items have bases to look for."""

    def __init__(self, part: Part, campaign: Campaign, *, folder: str, contexts: bool, progress: Progress) -> None:
        self._part, self._campaign, self._contexts, self._progress = part, campaign, contexts, progress
        self._folder = folder
        self._changes: dict[str, _Change] = {}
        self._dropped: set[str] = set()
        self._labels = self._annotations = self._records = 0

    def run(self) -> PartFolded:
        key = made_key(self._folder, self._part)
        made = False
        with ExitStack() as opened:
            for batch in iter_part_batches(self._part["key"], _COLUMNS, batch_rows=_ROWS_PER_QUERY):
                records = self._batch(_rows(batch))
                if records and not made:
                    # The file exists only when there is something in it.
                    writer = opened.enter_context(RecordWriter(opened.enter_context(store().writer(key))))
                    made = True
                for record in records:
                    writer.append(record)
                self._progress.advance(batch.num_rows)
        replacement = None
        if self._changes or self._dropped:
            replacement = part_write(f"{self._folder}/{part_stem(self._part)}", self._folded())
        return PartFolded(replacement, key if made else None, self._labels, self._annotations, self._records)

    def _batch(self, rows: dict[str, dict[str, Any]]) -> list[Record]:
        """Note what changes about some rows; returns the records that statements about them make, each once."""
        statements = statements_about(self._campaign, list(rows))
        contextual = statements_about(self._campaign, list(rows), of_bases=True) if self._contexts else []
        edited = {record_id: row for record_id, row in rows.items() if row["metadata"]}
        bases = sorted({row["metadata"]["base_record_id"] for row in edited.values()})
        about_bases = statements_about(self._campaign, bases) if bases else []
        needed = {each.given.record_id for each in statements if needs_texts(each)}
        needed |= {each.given.base_record_id for each in contextual}
        whole = self._whole(needed | (edited.keys() if about_bases else set()))
        made: dict[str, Record] = {}

        said = {record_id: Said([], []) for record_id in rows}
        for statement in statements:
            self._take(statement, whole.get(statement.given.record_id), said[statement.given.record_id], made)
        self._count(said.values())
        makers = {
            record_id: self._made_before(whole[record_id], row, about_bases, said[record_id])
            for record_id, row in edited.items()
            if record_id in whole
        }
        self._compare(rows, said, makers)
        self._under_contexts(contextual, whole, made)
        return list(made.values())

    def _take(self, statement: Statement, record: Record | None, found: Said, made: dict[str, Record]) -> None:
        """Add a statement to what is said about its record, and the records its edits make to `made`."""
        found.labels.extend(statement.votes)
        found.annotations.extend(annotations_of(statement, record, self._campaign.origin))
        if record is None:
            # Read only where the statement has edits, or masks to undo.
            return
        for edit in edits_of(statement, record):
            result = edited_record(edit, record, statement, self._campaign.origin)
            if result is not None:
                # Two people may correct a response into the same text.
                labels_merge(made.setdefault(result.record_id, result).labels, result.labels)
            elif (edited_id := edited_response(edit, record).response_id) != edit.original:
                # Corrected into what another response says: no new record, but the same preference.
                labels_merge(found.labels, edit_labels(edit, edited_id, statement, self._campaign.origin)[:1])

    def _made_before(
        self, record: Record, row: dict[str, Any], statements: Sequence[Statement], found: Said
    ) -> str | None:
        """Add the labels of an edited record that exists already; returns whose edit it is, None when nobody's."""
        metadata, maker = row["metadata"], None
        for statement in statements:
            if statement.given.record_id != metadata["base_record_id"]:
                continue
            for edit in edits_of(statement, record):
                edited_id = edited_response(edit, record).response_id
                if (edit.original, edited_id) == (metadata["edited_from"], metadata["edited_to"]):
                    labels_merge(found.labels, edit_labels(edit, edited_id, statement, self._campaign.origin))
                    maker = maker or statement.annotator
        return maker

    def _compare(
        self, rows: Mapping[str, dict[str, Any]], said: Mapping[str, Said], makers: Mapping[str, str | None]
    ) -> None:
        origin = self._campaign.origin
        unmade = []
        for record_id, row in rows.items():
            found, maker = said[record_id], makers.get(record_id)
            metadata = row["metadata"] or {}
            ours = metadata.get("made_by") == origin
            others = [label for label in row["labels"] if label["origin"] != origin]
            others += [annotation for annotation in row["annotations"] if annotation["origin"] != origin]
            if ours and maker is None and not others and not any(found):
                unmade.append(record_id)
            renamed = maker if ours and maker is not None and maker != metadata.get("annotator") else None
            if renamed is not None or not _same(row, found, origin):
                self._changes[record_id] = _Change(found, renamed)
        # What was made by an edit that is taken back goes, unless somebody is being asked about it.
        self._dropped |= set(unmade) - queued_records(unmade) if unmade else set()

    def _under_contexts(
        self, statements: Sequence[Statement], whole: Mapping[str, Record], made: dict[str, Record]
    ) -> None:
        """Add the records that items under contexts are, and those made by edits of them."""
        for statement in statements:
            given = statement.given
            record = made.setdefault(given.record_id, under_context(whole[given.base_record_id], given))
            self._take(statement, record, Said(record.labels, record.annotations), made)

    def _count(self, said: Iterable[Said]) -> None:
        for found in said:
            self._labels += len(found.labels)
            self._annotations += len(found.annotations)
            self._records += any(found)

    def _whole(self, record_ids: set[str]) -> dict[str, Record]:
        """Whole records of the part."""
        found: dict[str, Record] = {}
        if record_ids:
            wanted = pa.array(sorted(record_ids), pa.string())
            for batch in iter_part_batches(self._part["key"]):
                chosen = batch.filter(pc.is_in(batch.column("record_id"), value_set=wanted))
                found.update((row["record_id"], record_from_row(row)) for row in chosen.to_pylist())
        return found

    def _folded(self) -> Iterator[Record]:
        origin = self._campaign.origin
        with store().open(self._part["key"]) as file:
            for number, record in enumerate(read_records(file)):
                if number % 500 == 0:
                    self._progress.advance(0)
                if record.record_id in self._dropped:
                    continue
                change = self._changes.get(record.record_id)
                if change is not None:
                    record.labels = [label for label in record.labels if label.origin != origin] + change.said.labels
                    kept = [annotation for annotation in record.annotations if annotation.origin != origin]
                    record.annotations = kept + change.said.annotations
                    if change.annotator is not None:
                        record.metadata = {**record.metadata, "annotator": change.annotator}
                yield record


def _rows(batch: pa.RecordBatch) -> dict[str, dict[str, Any]]:
    """By record id: labels, annotations, and metadata only of records made by edits."""
    rows = batch.to_pylist()
    return {
        row["record_id"]: {
            "labels": row["labels"] or [],
            "annotations": row.get("annotations") or [],
            "metadata": _edit_metadata(row["metadata"]),
        }
        for row in rows
    }


def _edit_metadata(metadata: str | None) -> dict[str, Any] | None:
    if metadata is None or '"edited_from"' not in metadata:
        return None
    found = msgspec.json.decode(metadata)
    named = ("edited_from", "edited_to", "base_record_id")
    return found if all(isinstance(found.get(name), str) for name in named) else None


def _same(row: dict[str, Any], found: Said, origin: str) -> bool:
    earlier = [Label(**label) for label in row["labels"] if label["origin"] == origin]
    said = [Annotation(**annotation) for annotation in row["annotations"] if annotation["origin"] == origin]
    return earlier == found.labels and said == found.annotations
