"""Rows into Parquet and JSONL, both in one pass, holding one batch in memory."""

from __future__ import annotations

import gc
import hashlib
import io
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Protocol, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from trainer_bridge.domain.lengths import LengthTally
from trainer_bridge.domain.number_tally import NumberTally
from trainer_bridge.exports.base import Dropped, Format, KeptRecord, Pair, Row
from trainer_bridge.exports.options import Options
from webapp.store.files import Store

ROWS_PER_BATCH = 1024
# Rows hold no cycles, and the collector goes through all that a loaded tokenizer's library holds: a tenth of the time.
_ALLOCATIONS_PER_COLLECTION = 200_000
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


class Measure(Protocol):
    """What looks at rows as they are written, such as the counter of their tokens."""

    def add(self, rows: Sequence[dict[str, Any]], split: str) -> None: ...


@dataclass
class ExportFacts:
    """What was learned on the way: files, rows, lengths in characters, and what deserves a warning.

    `units` counts the pairs or records that came in and `candidates` the rows they could have made, which are the rows
    written and those `dropped` by reason. `numbers` are those of every column of numbers.
    """

    files: list[WrittenFile] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    dropped: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    units: int = 0
    candidates: int = 0
    pairs: int = 0
    chosen_longer: int = 0
    equally_long: int = 0
    identical_sides: int = 0
    soft_labels: int = 0
    weighted: int = 0
    lengths: dict[str, LengthTally] = field(
        default_factory=lambda: {side: LengthTally() for side in ("prompt", "chosen", "rejected")}
    )
    numbers: dict[str, NumberTally] = field(default_factory=dict)

    def add(self, pair: Pair) -> None:
        chosen, rejected = len(pair.chosen), len(pair.rejected)
        self.pairs += 1
        self.chosen_longer += chosen > rejected
        self.equally_long += chosen == rejected
        self.identical_sides += pair.chosen.strip() == pair.rejected.strip()
        self.soft_labels += pair.soft_label != 1.0
        self.weighted += pair.weight != 1.0
        self.lengths["prompt"].add(sum(len(message["content"]) for message in pair.prompt))
        self.lengths["chosen"].add(chosen)
        self.lengths["rejected"].add(rejected)

    @property
    def share_chosen_longer(self) -> float | None:
        """Of the pairs whose sides differ in length."""
        different = self.pairs - self.equally_long
        return self.chosen_longer / different if different else None


class SplitWriter:
    """Both files of one split. They appear under their names when the stack they were opened on closes well."""

    def __init__(
        self, stack: ExitStack, store: Store, folder: str, split: str, schema: pa.Schema, measure: Measure | None
    ) -> None:
        self._split, self._schema, self._measure = split, schema, measure
        self._columns = HashedFile(stack.enter_context(store.writer(f"{folder}/{split}.parquet")))
        self._lines = HashedFile(stack.enter_context(store.writer(f"{folder}/{split}.jsonl")))
        self._parquet = pq.ParquetWriter(
            cast("Any", self._columns), schema, compression="zstd", use_dictionary=_repeating(schema)
        )
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
            if self._measure is not None:
                self._measure.add(self._rows, self._split)
            self._rows = []

    def close(self) -> list[WrittenFile]:
        self._flush()
        self._parquet.close()
        return [
            WrittenFile(f"{self._split}.{ending}", file.size, self.rows, file.sha256)
            for ending, file in (("parquet", self._columns), ("jsonl", self._lines))
        ]


def _repeating(schema: pa.Schema) -> list[str]:
    """Columns worth a dictionary: speakers. Building one of texts, which hardly repeat, takes longer than the rest."""
    roles = []
    for column in schema:
        inner, path = column.type, column.name
        if pa.types.is_list(inner):
            inner, path = inner.value_type, f"{path}.list.element"
        if pa.types.is_struct(inner):
            roles += [f"{path}.{name}" for name in ("role", "from") if inner.get_field_index(name) >= 0]
    return roles


def units_write(
    units: Iterable[Pair | KeptRecord],
    *,
    entry: Format,
    options: Options,
    store: Store,
    folder: str,
    on_units: Callable[[int], None],
    measure: Measure | None = None,
) -> ExportFacts:
    """Write the rows of every unit to the files of their split below `folder`; a split without rows gets no files.

    `on_units(n)` is called once a batch. Nothing appears in the store unless all of it was written.
    """
    facts = ExportFacts()
    schema = entry.schema(options)
    numeric = [column.name for column in schema if pa.types.is_floating(column.type)]
    facts.numbers = {name: NumberTally() for name in numeric}
    writers: dict[str, SplitWriter] = {}
    waiting = 0
    with _collecting_rarely(), ExitStack() as stack:
        for unit in units:
            for row in candidates_of(unit, entry, options, facts):
                if row.split not in writers:
                    writers[row.split] = SplitWriter(stack, store, folder, row.split, schema, measure)
                writers[row.split].append(row.values)
                facts.rows[row.split] += 1
                for name in numeric:
                    if (number := _number(row, name, entry)) is not None:
                        facts.numbers[name].add(number)
            waiting += 1
            if waiting >= ROWS_PER_BATCH:
                on_units(waiting)
                waiting = 0
        on_units(waiting)
        for split in SPLITS:
            if split in writers:
                facts.files += writers[split].close()
    return facts


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS_PER_COLLECTION, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _number(row: Row, name: str, entry: Format) -> float | None:
    """A number of a row; what JSON cannot say must not come this far."""
    value = row.values[name]
    if value is None:
        return None
    if not math.isfinite(value):
        raise RuntimeError(f"{entry.key} wrote {value!r} to its column {name}.")
    return float(value)


def candidates_of(unit: Pair | KeptRecord, entry: Format, options: Options, facts: ExportFacts) -> Iterator[Row]:
    """The rows of one unit; what it drops, and the unit itself, are counted."""
    before = facts.candidates
    for candidate in entry.rows(unit, options):
        facts.candidates += 1
        if isinstance(candidate, Dropped):
            facts.dropped[candidate.reason] += 1
            continue
        facts.remarks.update(candidate.remarks)
        yield candidate
    if facts.candidates == before:
        raise RuntimeError(f"{entry.key} made nothing of a unit and gave no reason.")
    facts.units += 1
    if isinstance(unit, KeptRecord):
        for pair in unit.pairs:
            facts.add(pair)
    elif unit.side != "rejected" and not unit.tie:
        facts.add(unit)


def text_write(text: str, *, store: Store, folder: str, name: str) -> WrittenFile:
    """Write one UTF-8 text file below `folder`."""
    with store.writer(f"{folder}/{name}") as inner:
        file = HashedFile(inner)
        file.write(text.encode())
    return WrittenFile(name, file.size, None, file.sha256)
