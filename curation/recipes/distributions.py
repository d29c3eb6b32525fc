"""Distributions of what steps look at, counted inside the engine: no column of a million numbers is fetched."""

from __future__ import annotations

from typing import Any

from curation.recipes.compile import Decided

BINS = 40
STRENGTH_WIDTH = 0.25
MOST_COMMON = 20


def steps_histogram(found: Decided, sql: str, width: float) -> dict[str, list[Any]]:
    """Counts in bins of a fixed width from 0 on; the last one goes on to the highest value."""
    rows = found.cursor.execute(
        f"SELECT floor({sql} / $width)::BIGINT AS bin, count(*) FROM {found.pairs}"  # noqa: S608
        f" WHERE {sql} IS NOT NULL GROUP BY bin",
        {"width": width},
    ).fetchall()
    counts = {int(low): count for low, count in rows}
    last = max([12, *counts])
    bins = range(last + 1)
    return {"edges": [width * edge for edge in range(last + 2)], "counts": [counts.get(low, 0) for low in bins]}


def numbers_histogram(found: Decided, sql: str) -> dict[str, list[Any]]:
    """Equal bins from the least to the greatest value of all pairs; empty when there is none."""
    if sql not in found.memo:
        found.memo[sql] = _count_bins(found, sql)
    counted: dict[str, list[Any]] = found.memo[sql]
    return counted


def _count_bins(found: Decided, sql: str) -> dict[str, list[Any]]:
    values = f"SELECT {sql} AS v FROM {found.pairs} WHERE {sql} IS NOT NULL"  # noqa: S608
    low, high = found.cursor.execute(f"SELECT min(v), max(v) FROM ({values})").fetchone() or (None, None)  # noqa: S608
    if low is None or high is None:
        return {"edges": [], "counts": []}
    if low == high:
        ((count,),) = found.cursor.execute(f"SELECT count(*) FROM ({values})").fetchall()  # noqa: S608
        return {"edges": [low - 0.5, high + 0.5], "counts": [count]}
    width = (high - low) / BINS
    rows = found.cursor.execute(
        f"SELECT least(floor((v - $low) / $width), $last)::INTEGER AS bin, count(*) FROM ({values}) GROUP BY bin",  # noqa: S608
        {"low": low, "width": width, "last": BINS - 1},
    ).fetchall()
    counts = dict(rows)
    return {
        "edges": [low + width * edge for edge in range(BINS)] + [high],
        "counts": [counts.get(each, 0) for each in range(BINS)],
    }


def counts_by_value(found: Decided, sql: str) -> list[dict[str, Any]]:
    """The most common values of a text or flag, with their counts."""
    rows = found.cursor.execute(
        f"SELECT {sql}::VARCHAR AS v, count(*) AS n FROM {found.pairs} GROUP BY v ORDER BY n DESC, v LIMIT $most",  # noqa: S608
        {"most": MOST_COMMON},
    ).fetchall()
    return [{"value": value, "count": count} for value, count in rows]
