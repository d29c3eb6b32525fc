"""Which records a dataset has already, kept on disk so that memory does not grow with the dataset.

A private SQLite file of 16-byte record ids that vanishes when it is closed. Ids arrive in hash order, which is
random, so a B-tree in a bounded page cache is as good as sorted runs would be, and simpler.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple

import msgspec
import pyarrow as pa

from curation.datasets.parts import Part
from curation.datasets.reading import iter_part_batches
from webapp.store.canonical import Annotation, Label

_CACHE_KIB = 32 << 10


class Said(NamedTuple):
    """What was met about a record that is known already."""

    labels: list[Label]
    annotations: list[Annotation]


_said = msgspec.json.Decoder(Said)


class KnownRecords:
    """Maps record ids to the number of the part that holds them, and collects what is said about known ones."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in (f"cache_size = -{_CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute("CREATE TABLE known (id BLOB PRIMARY KEY, part INTEGER) WITHOUT ROWID")
        self._db.execute("CREATE TABLE more (part INTEGER, id TEXT, said BLOB)")
        self._db.execute("BEGIN")
        self._add = self._db.cursor()

    def __enter__(self) -> KnownRecords:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._db.close()

    def load(self, part: Part, number: int) -> None:
        """Learn the records of a part of the parent version."""
        for batch in iter_part_batches(part["key"], ["record_id"], batch_rows=8192):
            ids: pa.Array = batch.column(0)
            rows = ((bytes.fromhex(record_id), number) for record_id in ids.to_pylist())
            self._db.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", rows)

    def add(self, record_id: str, part: int) -> bool:
        """Note that a record goes to a part. False, and nothing noted, when it is known already."""
        key = bytes.fromhex(record_id)
        return self._add.execute("INSERT OR IGNORE INTO known VALUES (?, ?)", (key, part)).rowcount == 1

    def said(self, record_id: str, said: Said) -> None:
        """Keep labels and annotations for a known record until its part can be looked at."""
        self._add.execute(
            "INSERT INTO more SELECT part, ?, ? FROM known WHERE id = ?",
            (record_id, msgspec.json.encode(said), bytes.fromhex(record_id)),
        )

    def parts_with_more(self) -> Iterator[tuple[int, dict[str, Said]]]:
        """Parts that known records were met again in, each with what was met, by record id."""
        self._db.execute("CREATE INDEX more_by_part ON more (part)")
        numbers = [row[0] for row in self._db.execute("SELECT DISTINCT part FROM more ORDER BY part")]
        for number in numbers:
            found: dict[str, Said] = {}
            for record_id, encoded in self._db.execute(
                "SELECT id, said FROM more WHERE part = ? ORDER BY rowid", (number,)
            ):
                said = _said.decode(encoded)
                known = found.setdefault(record_id, Said([], []))
                known.labels.extend(said.labels)
                known.annotations.extend(said.annotations)
            yield number, found
