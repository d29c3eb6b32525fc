"""From rows of files to the parts of a dataset's next version, in one pass and flat memory.

Rows are drafted by their format's importer, made canonical, and looked up among the records the dataset has. New
records go to new parts. Labels and annotations of known records are collected and merged afterwards into the
parts that hold them; parts that gain none are shared with the parent version.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import msgspec

from curation.datasets.files import RawRow, SourceFile
from curation.datasets.importers import IMPORTERS, Importer, RowError, detect, record_of
from curation.datasets.known import KnownRecords, Said
from curation.datasets.parts import (
    ROWS_PER_PART,
    Part,
    PartsWriter,
    annotations_merge,
    labels_merge,
    part_write,
    parts_rows,
)
from curation.datasets.reading import iter_part_batches
from webapp.jobs.handlers import JobError, Progress
from webapp.store.canonical import Annotation, Label, Record, read_records
from webapp.store.files import store

_SNIFFED_ROWS = 50
# Records wait this long for repetitions of themselves, which files of several annotators put next to each other.
_WINDOW_ROWS = 1000
_WINDOW_CHARACTERS = 16 << 20
_ROWS_PER_REPORT = 500
_SMALL_PARTS = 16


@dataclass
class Ingested:
    """What became of the rows: `read` = `new` + `merged` + `rejected`."""

    format: str = ""
    read: int = 0
    new: int = 0
    merged: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    parts: list[Part] = field(default_factory=list)
    # Whether `parts` say anything the parent's do not.
    changed: bool = False
    labels_added: int = 0
    annotations_added: int = 0
    quarantined: bool = False


class Quarantine:
    """Rejected rows as JSON lines; the file exists only when there are any."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._open = ExitStack()
        self.used = False

    def __enter__(self) -> Quarantine:
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def add(self, row: RawRow, error: RowError, file: str | None) -> None:
        if not self.used:
            self._file = self._open.enter_context(store().writer(self._key))
            self.used = True
        line = {"row": row.number, "reason": error.reason, "message": error.message, "raw": row.excerpt()}
        if file is not None:
            line["file"] = file
        self._file.write(msgspec.json.encode(line) + b"\n")


class Ingest:
    """One import of one or more files on top of `parent`, the parts of the version it builds on."""

    def __init__(self, *, parent: list[Part], folder: str, quarantine: Quarantine, origin: str, progress: Progress):
        self._parent, self._folder, self._origin, self._progress = parent, folder, origin, progress
        self._quarantine = quarantine
        self._window: dict[str, Record] = {}
        self._window_characters = 0
        self._reported = Ingested()
        self.outcome = Ingested()

    def run(self, sources: Iterable[tuple[str, SourceFile]], *, format: str | None, name_files: bool) -> Ingested:
        """Take in every row. Raises JobError when the files are not ones rows can come from."""
        with _rare_collections(), KnownRecords() as known, PartsWriter(self._folder) as writer:
            for number, part in enumerate(self._parent):
                known.load(part, number)
                self._progress.advance(0)
            for name, source in sources:
                self._take_file(name, source, format, known, writer, name if name_files else None)
            self._empty_window(writer)
            writer.close()
            self._report()
            self._progress.set_total(self.outcome.read)
            self.outcome.quarantined = self._quarantine.used
            parts = self._with_more_said([*self._parent, *writer.parts], known)
            self.outcome.parts = self._with_small_parts_joined(parts)
        self.outcome.changed = bool(self.outcome.new or self.outcome.labels_added or self.outcome.annotations_added)
        return self.outcome

    def _take_file(
        self,
        name: str,
        source: SourceFile,
        format: str | None,
        known: KnownRecords,
        writer: PartsWriter,
        file: str | None,
    ) -> None:
        importer, rows = _importer_and_rows(name, source, format)
        if importer is not None:
            self.outcome.format = importer.key
        before = self.outcome.read
        for row in rows:
            try:
                if type(row.value) is RowError:
                    raise row.value
                if type(row.value) is not dict or importer is None:
                    raise RowError("wrong_type", "The row is not a JSON object.")
                self._take_record(record_of(importer.draft(row.value), origin=self._origin), known, writer)
            except RowError as error:
                self.outcome.rejected += 1
                self.outcome.reasons[error.reason] += 1
                self._quarantine.add(row, error, file)
            self.outcome.read += 1
            if self.outcome.read % _ROWS_PER_REPORT == 0:
                self._report()
                if read := source.bytes_read:
                    seen = self.outcome.read - before
                    self._progress.set_total(max(self.outcome.read, before + seen * source.size // read))

    def _take_record(self, record: Record, known: KnownRecords, writer: PartsWriter) -> None:
        part = len(self._parent) + self.outcome.new // ROWS_PER_PART
        if known.add(record.record_id, part):
            self.outcome.new += 1
            self._window[record.record_id] = record
            self._window_characters += sum(len(response.content) for response in record.responses)
            if len(self._window) >= _WINDOW_ROWS or self._window_characters >= _WINDOW_CHARACTERS:
                self._empty_window(writer)
            return
        self.outcome.merged += 1
        waiting = self._window.get(record.record_id)
        if waiting is not None:
            self._count(_say(waiting, Said(record.labels, record.annotations)))
        elif record.labels or record.annotations:
            known.said(record.record_id, Said(record.labels, record.annotations))

    def _count(self, added: tuple[int, int]) -> None:
        self.outcome.labels_added += added[0]
        self.outcome.annotations_added += added[1]

    def _empty_window(self, writer: PartsWriter) -> None:
        for record in self._window.values():
            writer.append(record)
        self._window, self._window_characters = {}, 0

    def _report(self) -> None:
        outcome, reported = self.outcome, self._reported
        self._progress.advance(outcome.read - reported.read, failures=dict(outcome.reasons - reported.reasons))
        self._reported = Ingested(read=outcome.read, reasons=outcome.reasons.copy())

    def _with_more_said(self, parts: list[Part], known: KnownRecords) -> list[Part]:
        """The parts, those that gain labels or annotations rewritten under new keys."""
        for number, found in known.parts_with_more():
            added = new_in_part(parts[number], found)
            if any(added):
                self._count(added)
                key = f"{self._folder}/merged-{number:05}.parquet"
                parts[number] = part_write(key, _merged(parts[number], found, self._progress))
        return parts

    def _with_small_parts_joined(self, parts: list[Part]) -> list[Part]:
        """Many small imports leave many small parts; once a part's worth of rows lies in too many, they become one."""
        tail = parts[-_SMALL_PARTS:]
        if not self.outcome.new or len(tail) < _SMALL_PARTS or parts_rows(tail) > ROWS_PER_PART:
            return parts
        rows = chain.from_iterable(_merged(part, {}, self._progress) for part in tail)
        return [*parts[:-_SMALL_PARTS], part_write(f"{self._folder}/joined.parquet", rows)]


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the cycle collector run seldom: rows hold no cycles, and walking them took a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _importer_and_rows(name: str, source: SourceFile, format: str | None) -> tuple[Importer | None, Iterator[RawRow]]:
    """The importer for a file's rows; None when none of its first rows can be decoded."""
    rows = iter(source)
    first = list(islice(rows, _SNIFFED_ROWS))
    if format:
        return IMPORTERS[format], chain(first, rows)
    decoded = [row.value for row in first if type(row.value) is dict]
    importer = detect(decoded) if decoded else None
    if importer is None and decoded:
        fields = ", ".join(f"“{name[:40]}”" for name in list(decoded[0])[:8]) or "none"
        raise JobError(
            f"The rows of “{name}” fit none of the formats Plumbline imports: their fields are {fields}. "
            "A row needs a prompt with chosen and rejected, or with responses."
        )
    return importer, chain(first, rows)


def new_in_part(part: Part, found: dict[str, Said]) -> tuple[int, int]:
    """How many of the labels and annotations `found`, by record id, the part's records do not have yet."""
    labels = annotations = 0
    for batch in iter_part_batches(part["key"], ["record_id", "labels", "annotations"]):
        ids = batch.column("record_id").to_pylist()
        for index in (index for index, record_id in enumerate(ids) if record_id in found):
            kept = Record(ids[index], [], [], [Label(**label) for label in batch.column("labels")[index].as_py() or ()])
            if "annotations" in batch.schema.names:
                said = batch.column("annotations")[index].as_py() or ()
                kept.annotations = [Annotation(**annotation) for annotation in said]
            added = _say(kept, found[ids[index]])
            labels += added[0]
            annotations += added[1]
    return labels, annotations


def _say(record: Record, said: Said) -> tuple[int, int]:
    """Add to a record what it does not know yet; returns how many labels and annotations that were."""
    return labels_merge(record.labels, said.labels), annotations_merge(record.annotations, said.annotations)


def _merged(part: Part, found: dict[str, Said], progress: Progress) -> Iterator[Record]:
    with store().open(part["key"]) as file:
        for number, record in enumerate(read_records(file)):
            if record.record_id in found:
                _say(record, found[record.record_id])
            if number % _ROWS_PER_REPORT == 0:
                progress.advance(0)
            yield record
