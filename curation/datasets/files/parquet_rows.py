"""Parquet: rows in batches, one row group's pages at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from curation.datasets.files.rows import RawRow
from webapp.jobs.handlers import JobError

_BATCH_ROWS = 512
_BATCH_BYTES = 32 << 20


def parquet_rows(file: IO[bytes], name: str) -> Iterator[RawRow]:
    """Rows numbered from 1. Raises JobError when the file is not readable as Parquet."""
    number = 0
    try:
        parquet = pq.ParquetFile(file, pre_buffer=False, buffer_size=1 << 20)
        for batch in parquet.iter_batches(batch_size=_batch_rows(parquet.metadata)):
            for row in batch.to_pylist(maps_as_pydicts="lossy"):
                number += 1
                yield RawRow(number, row, row)
    except (pa.ArrowException, OSError) as error:
        where = f"after row {number:,}" if number else "at its beginning"
        raise JobError(f"“{name}” is damaged {where} ({_first_line(error)}); nothing was imported.") from error
    except UnicodeDecodeError as error:
        raise JobError(f"“{name}” holds text that is not UTF-8 after row {number:,}; nothing was imported.") from error


def _batch_rows(metadata: pq.FileMetaData) -> int:
    """How many rows to decode at once: few when they are long."""
    if not metadata.num_rows:
        return _BATCH_ROWS
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    return max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(1, size // metadata.num_rows)))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160].rstrip(".") if str(error).strip() else type(error).__name__
