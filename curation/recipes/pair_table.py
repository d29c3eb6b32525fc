"""The pairs of a dataset version as one narrow table, which previews scan while a slider moves.

What the label policy makes of a version (which pairs, which value) is written once to the store as Parquet. What steps
read is held in memory as a table of the process's DuckDB, signals' columns beside the pairs' own; a few such tables
are kept, the least lately used goes first. Nothing here holds texts.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import msgspec
import orjson
import pyarrow.parquet as pq

from curation.datasets.engine import duck
from curation.datasets.reading import part_urls
from curation.domain.recipe_steps import LabelsStep, MakePairsStep
from curation.models import DatasetVersion, Signal
from curation.recipes.pair_statements import labelled_pairs, matching_pairs, rated_pairs, signal_columns
from curation.signals.selectors import signal_urls
from webapp.store.cache import cache_writer, is_cached
from webapp.store.files import store

# Changes when the same labels would give other pairs.
BUILD = 2
MAX_TABLES = 6
MAX_FILTERS = 64
ROWS_PER_GROUP = 65_536


@dataclass(frozen=True)
class PairSource:
    """What a table of pairs is made from."""

    version: DatasetVersion
    labels: LabelsStep
    made: MakePairsStep | None
    signals: Sequence[Signal]

    @property
    def key(self) -> str:
        """Store key of the pairs: the same for the same rows, label policy and way of making pairs."""
        made_from = [signal for signal in self.signals if self.made and signal.pk == self.made.signal]
        facts = [
            BUILD,
            self.version.content_hash,
            self.version.parts,
            msgspec.to_builtins(self.labels),
            msgspec.to_builtins(self.made) if self.made else None,
            [[signal.parts, signal.job_id] for signal in made_from],
        ]
        return f"cache/pairs/{hashlib.sha256(orjson.dumps(facts)).hexdigest()}.parquet"

    @property
    def table_key(self) -> tuple[str, ...]:
        signals = [f"{signal.pk}:{signal.job_id}:{orjson.dumps(signal.parts).decode()}" for signal in self.signals]
        return (store().url(self.key), *signals)


@dataclass
class _Table:
    name: str
    ready: threading.Event = field(default_factory=threading.Event)
    users: int = 0
    error: BaseException | None = None
    # What was counted over all its pairs, by statement: the pairs never change.
    memo: dict[str, Any] = field(default_factory=dict)
    # Tables of the pairs that match a filter of rows, by filter.
    matching: dict[bytes, str] = field(default_factory=dict)
    building: threading.Lock = field(default_factory=threading.Lock)


_lock = threading.Lock()
# In the order of last use.
_tables: dict[tuple[str, ...], _Table] = {}
_count = 0


@dataclass(frozen=True)
class PairTable:
    """A table of pairs, its cursor, and what was already counted over it, by statement."""

    cursor: duckdb.DuckDBPyConnection
    source: PairSource
    table: _Table

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def memo(self) -> dict[str, Any]:
        return self.table.memo

    def matching(self, where: dict[str, Any]) -> str:
        """Name of a table (i) of the pairs whose rows match a filter; texts are read for it once."""
        key = orjson.dumps(where, option=orjson.OPT_SORT_KEYS)
        with self.table.building:
            if key in self.table.matching:
                return self.table.matching[key]
            shared = len(self.table.matching) < MAX_FILTERS
            name = f"{self.name}_matching_{len(self.table.matching)}"
            statement, params = matching_pairs(
                part_urls(self.source.version), _pairs_file(self.cursor, self.source), where
            )
            # Somebody who tries out very many gets the rest for this statement only.
            kind = "TABLE" if shared else "OR REPLACE TEMP TABLE"
            name = name if shared else f"matching_{hashlib.sha256(key).hexdigest()[:16]}"
            self.cursor.execute(f"CREATE {kind} {name} AS {statement}", params)
            if shared:
                self.table.matching[key] = name
        return name


@contextmanager
def pair_table(source: PairSource) -> Iterator[PairTable]:
    """The pairs as a table that stays for as long as the block runs.

    Columns: i (0… in the order of pair_id), u (64 bits of pair_id), dir (1: b is better, −1: a, 0: a tie, NULL: both
    bad or no label counts), value, strength, votes, agreement, source, aspect, unused, unproven, and those of
    `signal_columns`.
    """
    table, builds = _claim(source.table_key)
    try:
        with duck() as cursor:
            if builds:
                _build(cursor, table, source)
            table.ready.wait()
            if table.error is not None:
                raise table.error
            yield PairTable(cursor, source, table)
    finally:
        _release(source.table_key, table)


def pairs_written(source: PairSource) -> str:
    """Address of the Parquet file with the pairs, ids and places included; it is written if it is not there."""
    with duck() as cursor:
        return _pairs_file(cursor, source)


def _claim(key: tuple[str, ...]) -> tuple[_Table, bool]:
    global _count
    with _lock:
        table = _tables.pop(key, None)
        builds = table is None
        if table is None:
            _count += 1
            table = _Table(f"pairs_{_count}")
        _tables[key] = table
        table.users += 1
    return table, builds


def _release(key: tuple[str, ...], table: _Table) -> None:
    with _lock:
        table.users -= 1
        if table.error is not None and _tables.get(key) is table:
            del _tables[key]
        idle = [(old, each) for old, each in _tables.items() if each.users == 0]
        gone = idle[: max(0, len(_tables) - MAX_TABLES)]
        for old, _ in gone:
            del _tables[old]
    for _, each in gone:
        with duck() as cursor:
            for name in (each.name, *each.matching.values()):
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _build(cursor: duckdb.DuckDBPyConnection, table: _Table, source: PairSource) -> None:
    try:
        params: dict[str, Any] = {"pairs": [_pairs_file(cursor, source)]}
        columns, joins = [], []
        for signal in source.signals:
            values, join = signal_columns(signal.pk, signal.level, signal.columns)
            params[f"signal_{signal.pk}"] = signal_urls(signal)
            columns.append(values)
            joins.append(join)
        # Names and numbers of our own are formatted in, nothing else.
        cursor.execute(
            f"CREATE TABLE {table.name} AS "  # noqa: S608
            f"SELECT pairs.* EXCLUDE (pair_id, record_id, a, b, part, row){''.join(columns)} "
            f"FROM read_parquet($pairs) AS pairs {' '.join(joins)} ORDER BY i",
            params,
        )
    except BaseException as error:
        table.error = error
        raise
    finally:
        table.ready.set()


def _pairs_file(cursor: duckdb.DuckDBPyConnection, source: PairSource) -> str:
    key = source.key
    if not is_cached(key):
        parts = part_urls(source.version)
        if source.made is None:
            statement, params = labelled_pairs(parts, source.labels)
        else:
            rated_by = [signal_urls(signal) for signal in source.signals if signal.pk == source.made.signal]
            statement, params = rated_pairs(parts, source.made, rated_by[0] if rated_by else None)
        rows = cursor.sql(statement, params=params).to_arrow_reader(ROWS_PER_GROUP)
        with cache_writer(key) as file, pq.ParquetWriter(file, rows.schema, compression="zstd") as out:
            for batch in rows:
                out.write_batch(batch)
    return store().url(key)
