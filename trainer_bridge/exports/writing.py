"""Rows into Parquet and JSONL, both in one pass, holding one batch in memory."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from trainer_bridge.domain.lengths import LengthTally
from trainer_bridge.exports.base import Dropped, Format, KeptRecord, Pair, Row
from trainer_bridge.exports.options import Options
from webapp.store.files import Store

ROWS_PER_BATCH = 1024
SPLITS = ("train", "test")


@dataclass(frozen=True)
class WrittenFile:
    """A file of an export: its name, its size in bytes, its rows (None for texts) and its SHA-256."""

    name: str
    size_bytes: int
    rows: int | None
    sha256: str


class HashedFile(io.RawIOBase):
    """A write-only file that keeps the SHA-256 and the length of what goes through it."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._digest.update(data)
        self._inner.write(data)
        written = memoryview(data).nbytes
        self.size += written
        return written

    def tell(self) -> int:
        return self.size

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass
class ExportFacts:
    """What was learned on the way: files, rows, lengths in characters, and what deserves a warning.

    `units` counts the pairs or records that came in and `candidates` the rows they could have made, which are the rows
    written and those `dropped` by reason.
    """

    files: list[WrittenFile] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    dropped: Counter[str] = field(default_factory=Counter)
    units: int = 0
    candidates: int = 0
    pairs: int = 0
    chosen_longer: int = 0
    equally_long: int = 0
    without_strength: int = 0
    identical_sides: int = 0
    treated: int = 0
    lengths: dict[str, LengthTally] = field(
        default_factory=lambda: {side: LengthTally() for side in ("prompt", "chosen", "rejected")}
    )

    def add(self, pair: Pair) -> None:
        chosen, rejected = len(pair.chosen), len(pair.rejected)
        self.pairs += 1
        self.chosen_longer += chosen > rejected
        self.equally_long += chosen == rejected
        self.without_strength += pair.strength is None
        self.identical_sides += pair.chosen.strip() == pair.rejected.strip()
        self.treated += pair.is_treated
        self.lengths["prompt"].add(sum(len(message["content"]) for message in pair.prompt))
        self.lengths["chosen"].add(chosen)
        self.lengths["rejected"].add(rejected)


class SplitWriter:
    """Both files of one split. They appear under their names when the stack they were opened on closes well."""

    def __init__(self, stack: ExitStack, store: Store, folder: str, split: str, schema: pa.Schema) -> None:
        self._split, self._schema = split, schema
        self._columns = HashedFile(stack.enter_context(store.writer(f"{folder}/{split}.parquet")))
        self._lines = HashedFile(stack.enter_context(store.writer(f"{folder}/{split}.jsonl")))
        self._parquet = pq.ParquetWriter(cast("Any", self._columns), schema, compression="zstd")
        # After an error it must close before its file does; closing twice is harmless.
        stack.callback(self._parquet.close)
        self._rows: list[dict[str, Any]] = []
        self.rows = 0

    def append(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self.rows += 1
        if len(self._rows) >= ROWS_PER_BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._parquet.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._lines.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in self._rows))
            self._rows = []

    def close(self) -> list[WrittenFile]:
        self._flush()
        self._parquet.close()
        return [
            WrittenFile(f"{self._split}.{ending}", file.size, self.rows, file.sha256)
            for ending, file in (("parquet", self._columns), ("jsonl", self._lines))
        ]


def units_write(
    units: Iterable[Pair | KeptRecord],
    *,
    entry: Format,
    options: Options,
    store: Store,
    folder: str,
    on_units: Callable[[int], None],
) -> ExportFacts:
    """Write the rows of every unit to the files of their split below `folder`; a split without rows gets no files.

    `on_units(n)` is called once a batch. Nothing appears in the store unless all of it was written.
    """
    facts = ExportFacts()
    schema = entry.schema(options)
    writers: dict[str, SplitWriter] = {}
    waiting = 0
    with ExitStack() as stack:
        for unit in units:
            for row in _candidates(unit, entry, options, facts):
                if row.split not in writers:
                    writers[row.split] = SplitWriter(stack, store, folder, row.split, schema)
                writers[row.split].append(row.values)
                facts.rows[row.split] += 1
            waiting += 1
            if waiting >= ROWS_PER_BATCH:
                on_units(waiting)
                waiting = 0
        on_units(waiting)
        for split in SPLITS:
            if split in writers:
                facts.files += writers[split].close()
    return facts


def _candidates(unit: Pair | KeptRecord, entry: Format, options: Options, facts: ExportFacts) -> Iterator[Row]:
    """The rows of one unit; what it drops, and the unit itself, are counted."""
    before = facts.candidates
    for candidate in entry.rows(unit, options):
        facts.candidates += 1
        if isinstance(candidate, Dropped):
            facts.dropped[candidate.reason] += 1
        else:
            yield candidate
    if facts.candidates == before:
        raise RuntimeError(f"{entry.key} made nothing of a unit and gave no reason.")
    facts.units += 1
    for pair in (unit,) if isinstance(unit, Pair) else unit.pairs:
        facts.add(pair)


def text_write(text: str, *, store: Store, folder: str, name: str) -> WrittenFile:
    """Write one UTF-8 text file below `folder`."""
    with store.writer(f"{folder}/{name}") as inner:
        file = HashedFile(inner)
        file.write(text.encode())
    return WrittenFile(name, file.size, None, file.sha256)
