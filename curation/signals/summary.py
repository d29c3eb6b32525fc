"""A signal's distributions in a few numbers."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from curation.datasets.engine import duck
from curation.domain.histograms import histogram_of

BINS = 30
MOST_COMMON = 20


def summarise(urls: list[str], columns: list[dict[str, Any]]) -> dict[str, Any]:
    """By column: count, mean, min, max and a histogram of a number; the most common values of a text or flag.

    Failed rows are left out, not counted as 0. The first number's summary also stands at the top.
    """
    summaries: dict[str, Any] = {}
    with duck() as cursor:
        for column in columns:
            number = column["type"] == "number"
            summaries[column["name"]] = (_numbers if number else _values)(cursor, urls, column["name"])
    numbers = (summaries[column["name"]] for column in columns if column["type"] == "number")
    return {**next(numbers, _numbers_of(np.array([]))), "columns": summaries}


def _numbers(cursor: duckdb.DuckDBPyConnection, urls: list[str], column: str) -> dict[str, Any]:
    if not urls:
        return _numbers_of(np.array([]))
    # The column's name is our own.
    sql = f"SELECT {column} AS n FROM read_parquet($parts) WHERE state = 'ok' AND {column} IS NOT NULL"  # noqa: S608
    return _numbers_of(np.asarray(cursor.execute(sql, {"parts": urls}).fetchnumpy()["n"], dtype=float))


def _numbers_of(values: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    some = values.size > 0
    return {
        "count": int(values.size),
        "mean": float(values.mean()) if some else None,
        "min": float(values.min()) if some else None,
        "max": float(values.max()) if some else None,
        "histogram": histogram_of(values, bins=BINS),
    }


def _values(cursor: duckdb.DuckDBPyConnection, urls: list[str], column: str) -> dict[str, Any]:
    sql = (
        f"SELECT {column}::VARCHAR, count(*) FROM read_parquet($parts) WHERE state = 'ok' AND {column} IS NOT NULL"  # noqa: S608
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    rows = cursor.execute(sql, {"parts": urls}).fetchall() if urls else []
    return {
        "count": sum(count for _, count in rows),
        "distinct": len(rows),
        "values": [{"value": value, "count": count} for value, count in rows[:MOST_COMMON]],
    }
