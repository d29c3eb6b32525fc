"""Reading the Parquet parts of dataset versions, one row group in memory at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from curation.models import DatasetVersion
from webapp.store.canonical import Record, record_from_row
from webapp.store.files import store


def part_keys(version: DatasetVersion) -> list[str]:
    """Store keys of a version's parts in row order."""
    return [part["key"] for part in version.parts]


def part_urls(version: DatasetVersion) -> list[str]:
    """Addresses of the parts in row order, as DuckDB and pyarrow understand them."""
    return [store().url(key) for key in part_keys(version)]


def iter_part_batches(
    key: str, columns: Sequence[str] | None = None, *, batch_rows: int = 2048
) -> Iterator[pa.RecordBatch]:
    """Arrow batches of one part; `columns` of `RECORD_SCHEMA`, all by default."""
    with store().open(key) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        yield from parquet.iter_batches(batch_size=batch_rows, columns=list(columns) if columns else None)


def iter_version_batches(
    version: DatasetVersion, columns: Sequence[str] | None = None, *, batch_rows: int = 2048
) -> Iterator[pa.RecordBatch]:
    """Arrow batches of a version, part after part in row order."""
    for key in part_keys(version):
        yield from iter_part_batches(key, columns, batch_rows=batch_rows)


def iter_version_rows(version: DatasetVersion, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    """Rows of a version as plain dictionaries holding only `columns`, in row order."""
    for batch in iter_version_batches(version, columns):
        yield from batch.to_pylist()


def iter_version_records(version: DatasetVersion) -> Iterator[Record]:
    """Whole records of a version in row order."""
    for row in iter_version_rows(version):
        yield record_from_row(row)


class Place(NamedTuple):
    """Where a record lies in a version: the number of its part, and its row in it."""

    part: int
    row: int


def record_labels_at(version: DatasetVersion, place: Place) -> list[dict[str, Any]]:
    """Every label of one record."""
    labels: list[dict[str, Any]] = records_at(version, [place], columns=["labels"])[place]["labels"]
    return labels


def records_at(
    version: DatasetVersion, places: Iterable[Place], *, columns: Sequence[str] = ("prompt", "responses")
) -> dict[Place, dict[str, Any]]:
    """`{place: {"prompt", "responses"}}`; only the row groups these records lie in are read."""
    found: dict[Place, dict[str, Any]] = {}
    keys = part_keys(version)
    wanted = sorted(set(places))
    for part, of_part in itertools.groupby(wanted, key=lambda place: place.part):
        rows = [place.row for place in of_part]
        with store().open(keys[part]) as file:
            parquet = pq.ParquetFile(file, pre_buffer=False)
            first = 0
            for group in range(parquet.num_row_groups):
                count = parquet.metadata.row_group(group).num_rows
                here = [row for row in rows if first <= row < first + count]
                if here:
                    table = parquet.read_row_group(group, columns=list(columns))
                    taken = table.take([row - first for row in here]).to_pylist()
                    found.update((Place(part, row), record) for row, record in zip(here, taken, strict=True))
                first += count
    return found
