"""How a signal's values lie in Parquet: where each row belongs, its state, and the kind's columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from curation.signals.kinds.base import Column, Level, Row

KEYS: dict[Level, tuple[str, ...]] = {
    "response": ("record_id", "response_id"),
    "pair": ("record_id", "a", "b", "aspect"),
    "record": ("record_id",),
}
TYPES = {"number": pa.float64(), "text": pa.string(), "flag": pa.bool_()}
ROWS_PER_GROUP = 1024
UNITS: dict[str, str] = {"response": "responses", "pair": "pairs", "record": "records"}


def values_schema(level: Level, columns: Sequence[Column]) -> pa.Schema:
    """Keys of the level, state and reason, then one column a name."""
    keys = [(name, pa.string()) for name in (*KEYS[level], "state", "reason")]
    return pa.schema([*keys, *((column.name, TYPES[column.type]) for column in columns)])


def row_groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while group := list(itertools.islice(rows, ROWS_PER_GROUP)):
        yield group


def values_table(rows: Sequence[Row], level: Level, columns: Sequence[Column]) -> pa.Table:
    """Raises ValueError for a row with a value its kind does not have, or none of its values in state ok."""
    names = {column.name for column in columns}
    for row in rows:
        if not row.values.keys() <= names:
            raise ValueError(f"A row has values {sorted(row.values)}; the kind has {sorted(names)}.")
    keys = [pa.array([getattr(row, name) for row in rows], pa.string()) for name in (*KEYS[level], "state", "reason")]
    cells = [pa.array([row.values.get(column.name) for row in rows], TYPES[column.type]) for column in columns]
    return pa.Table.from_arrays([*keys, *cells], schema=values_schema(level, columns))
