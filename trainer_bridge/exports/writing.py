"""Pairs into Parquet and JSONL, both in one pass, holding one batch in memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from trainer_bridge.domain.lengths import LengthTally
from trainer_bridge.exports.base import Format, Pair
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
    """What was learned on the way: files, rows by split, lengths in characters, and what deserves a warning."""

    files: list[WrittenFile] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    without_strength: int = 0
    identical_sides: int = 0
    treated: int = 0
    lengths: dict[str, LengthTally] = field(
        default_factory=lambda: {side: LengthTally() for side in ("prompt", "chosen", "rejected")}
    )

    def add(self, pair: Pair) -> None:
        self.rows[pair.split] += 1
        self.without_strength += pair.strength is None
        self.identical_sides += pair.chosen.strip() == pair.rejected.strip()
        self.treated += pair.is_treated
        self.lengths["prompt"].add(sum(len(message["content"]) for message in pair.prompt))
        self.lengths["chosen"].add(len(pair.chosen))
        self.lengths["rejected"].add(len(pair.rejected))


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


def pairs_write(
    pairs: Iterable[Pair], *, entry: Format, store: Store, folder: str, on_rows: Callable[[int], None]
) -> ExportFacts:
    """Write every pair to the files of its split below `folder`; a split without rows gets no files.

    `on_rows(n)` is called once a batch. Nothing appears in the store unless all of it was written.
    """
    facts = ExportFacts()
    writers: dict[str, SplitWriter] = {}
    waiting = 0
    with ExitStack() as stack:
        for pair in pairs:
            if pair.split not in writers:
                writers[pair.split] = SplitWriter(stack, store, folder, pair.split, entry.schema)
            writers[pair.split].append(entry.row(pair))
            facts.add(pair)
            waiting += 1
            if waiting >= ROWS_PER_BATCH:
                on_rows(waiting)
                waiting = 0
        on_rows(waiting)
        for split in SPLITS:
            if split in writers:
                facts.files += writers[split].close()
    return facts


def text_write(text: str, *, store: Store, folder: str, name: str) -> WrittenFile:
    """Write one UTF-8 text file below `folder`."""
    with store.writer(f"{folder}/{name}") as inner:
        file = HashedFile(inner)
        file.write(text.encode())
    return WrittenFile(name, file.size, None, file.sha256)
