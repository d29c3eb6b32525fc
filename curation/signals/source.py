"""The records a signal's scorer reads, part after part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import msgspec

from webapp.store.canonical import Record, read_records
from webapp.store.files import store


@dataclass(frozen=True)
class PartsSource:
    """See `curation.signals.kinds.base.Source`. Labels of the records in `hidden` are not to be seen."""

    project_id: int
    version_id: int
    parts: list[str]
    keep_alive: Callable[[], None]
    # Told how many more values are expected, and how many more are done.
    count: Callable[[int, int], None] | None = None
    hidden: frozenset[str] = frozenset()
    # Only these rows [from, to) of the one part there is.
    rows: Sequence[int] | None = None
    job_id: int = 0

    def alive(self) -> None:
        self.keep_alive()

    def prepares(self, *, expected: int = 0, done: int = 0) -> None:
        if self.count is not None:
            self.count(expected, done)
        self.keep_alive()

    def records(self) -> Iterator[Record]:
        for part in self.parts:
            yield from self.records_of(part)

    def records_of(self, part: str) -> Iterator[Record]:
        with store().open(part) as file:
            for record in islice(read_records(file), *(self.rows or (None,))):
                yield msgspec.structs.replace(record, labels=[]) if record.record_id in self.hidden else record
