"""Rows from export files, checked one by one and streamed, so that a large export needs little memory."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer_bridge.ml.columns import check_row, checked
from trainer_bridge.ml.config import RunConfig, check_columns, consumed_columns, required_columns, trainer_name
from trainer_bridge.ml.errors import RefusedError


@dataclass(frozen=True)
class Source:
    """The data of a run: files, the columns trained on, the columns of the file left alone, and what is remembered."""

    train: Path
    evaluation: Path | None
    columns: tuple[str, ...]
    columns_ignored: tuple[str, ...]
    inputs: dict[str, Any]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a ``.jsonl``, ``.jsonl.gz`` or ``.parquet`` file; raises :class:`RefusedError` naming file and line."""
    if not path.is_file():
        raise RefusedError(f"The data file {path} does not exist.")
    if path.suffix == ".parquet":
        yield from _read_parquet(path)
        return
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        raise RefusedError(f"{path.name} is not a .jsonl, .jsonl.gz or .parquet file.")
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                raise RefusedError(f"{path.name} line {number} is not JSON.") from None
            if not isinstance(row, dict):
                raise RefusedError(f"{path.name} line {number} is not a JSON object.")
            yield row


def _read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid:
        raise RefusedError(f"{path.name} is not a Parquet file.") from None
    with file:
        for batch in file.iter_batches(batch_size=512):
            yield from batch.to_pylist()


def promised_columns(
    path: Path, config: RunConfig, columns: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(columns to train on, columns of the file left unused).

    Without promised ``columns`` the trainer takes every column of the first row that it can use.
    """
    first = next(read_rows(path), None)
    if first is None:
        raise RefusedError(f"{path.name} has no rows, so there is nothing to train on.")
    check_columns(config, columns)
    chosen = columns or tuple(name for name in consumed_columns(config) if name in first)
    missing = [name for name in (*required_columns(config), *chosen) if name not in first]
    if missing:
        raise RefusedError(f"{path.name} has no column {missing[0]!r}, which the {trainer_name(config)} trainer needs.")
    return chosen, tuple(sorted(set(first) - set(chosen)))


def checked_rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows reduced to ``columns``, all checked: a bad row is refused here, with its place, not deep in training."""
    for number, row in enumerate(read_rows(path), start=1):
        place = f"{path.name} row {number}"
        found = {name: checked(row.get(name), name, place) for name in columns}
        check_row(found, place)
        yield found


def sample_indices(given: int, wanted: int, seed: int) -> list[int]:
    """Sorted positions of ``wanted`` rows out of ``given``, the same for the same seed."""
    if given <= wanted:
        return list(range(given))
    return sorted(random.Random(seed).sample(range(given), wanted))  # noqa: S311 - a sample, not a secret
