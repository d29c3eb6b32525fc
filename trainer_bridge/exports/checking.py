"""How many rows an export would have, counted by the code that writes it, without writing anything.

Small snapshots are counted whole, so that the numbers are those of the export. Of large ones the first pairs in the
order of the file are looked at, and of those as many as there is time for.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Timer
from typing import Any, Self

import duckdb
import pyarrow as pa

from curation.datasets.engine import duck
from trainer_bridge.exports.base import Format, Orders
from trainer_bridge.exports.options import Options
from trainer_bridge.exports.registry import format_for
from trainer_bridge.exports.units import nothing_written, units_of
from trainer_bridge.exports.writing import ExportFacts, candidates_of
from trainer_bridge.models import Export
from webapp.api.errors import UnprocessableError
from webapp.jobs.handlers import JobError

FIRST = 20_000
SECONDS = 5.0
# What stands in a column where nothing is known of a row.
_SILENT = {"margin": 0.0, "weight": 1.0, "soft_label": 1.0, "tie": False}


@dataclass
class ExportCheck:
    """What an export would hold.

    `looked_at` are the pairs or records that `facts` are about, all there are where it `is_whole`. `said` counts the
    rows that hold something else than they would if nothing was known, by those columns for which that can be told.
    `problem` is the sentence with which the export would fail, or empty.
    """

    entry: Format
    columns: tuple[str, ...]
    is_whole: bool
    looked_at: int = 0
    facts: ExportFacts = field(default_factory=ExportFacts)
    said: Counter[str] = field(default_factory=Counter)
    problem: str = ""

    def add(self, values: Mapping[str, Any]) -> None:
        for name in self.said:
            self.said[name] += values[name] != _SILENT[name]


class Clock:
    """Ends what the engine is doing once the seconds are over."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._timer = Timer(seconds, cursor.interrupt)
        self._timer.daemon = True

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        # The cursor closes next, and must not be interrupted then.
        self._timer.join()


def export_check(export: Export, *, first: int = FIRST, seconds: float = SECONDS) -> ExportCheck:
    """Count the rows of an export, saved or not, as if its snapshot had kept no more than the `first` pairs.

    Raises UnprocessableError where the `seconds` are over before there is anything to count.
    """
    entry = format_for(export.format)
    columns = tuple(column.name for column in entry.columns(Options(export.options)))
    kept = sum(export.snapshot.splits.values())
    found = ExportCheck(entry, columns, is_whole=kept <= first)
    found.said.update(dict.fromkeys(_SILENT.keys() & set(columns), 0))
    with duck() as cursor, Clock(cursor, seconds) as clock:
        try:
            _count(found, _untokenized(export), cursor, None if found.is_whole else first, clock)
        except JobError as error:
            found.problem = str(error)
        except (duckdb.Error, pa.ArrowException, OSError):
            if not clock.is_over:
                raise
            found.is_whole = False
            if not found.facts.units:
                raise UnprocessableError(
                    f"The rows cannot be counted within {seconds:g} seconds; write the export, which says what it "
                    "left out."
                ) from None
    if not found.problem and found.is_whole:
        found.problem = nothing_written(found.facts) or ""
    return found


def _count(
    found: ExportCheck, export: Export, cursor: duckdb.DuckDBPyConnection, first: int | None, clock: Clock
) -> None:
    made_of, facts = units_of(export, cursor, first=first), found.facts
    # Where sides come one by one they are units, and pairs are what people count.
    is_of_sides = isinstance(made_of.entry, Orders)
    for unit in made_of.units:
        for row in candidates_of(unit, made_of.entry, made_of.options, facts):
            facts.rows[row.split] += 1
            found.add(row.values)
        found.looked_at = facts.pairs if is_of_sides else facts.units
        if clock.is_over:
            found.is_whole = False
            return
    if is_of_sides:
        kept = sum(export.snapshot.splits.values())
        found.looked_at = kept if first is None else first


def _untokenized(export: Export) -> Export:
    """The same export without its tokenizer, which changes no row and which only workers can load."""
    options = export.options | dict.fromkeys(export.options.keys() & {"tokenizer"})
    return Export(snapshot=export.snapshot, format=export.format, options=options, options_key=export.options_key)
