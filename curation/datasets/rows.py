"""Pages of a version's rows: by position over its parts, filtered by DuckDB where the caller asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from curation.datasets.engine import duck
from curation.datasets.parts import Part, parts_offsets
from curation.datasets.predicates import Predicate, SqlParams, predicate_sql
from curation.models import DatasetVersion
from webapp.api.errors import NotFoundError
from webapp.store.files import store

_COLUMNS = "record_id, prompt, responses, labels, context, metadata"
# Files written before there were annotations have no such column.
_ANNOTATIONS = "annotations"
# Text columns of one part are some 20 MB; a filter that matches little looks at this many parts in one statement.
_MOST_PARTS_AT_ONCE = 16


class RowsPage(NamedTuple):
    rows: list[dict[str, Any]]
    # Position of the first row that was not returned; None at the end.
    following: int | None


def rows_page(version: DatasetVersion, *, start: int, limit: int, predicate: Predicate | None = None) -> RowsPage:
    """Up to `limit` rows from position `start` on that match `predicate`, in row order.

    Parts are searched in order from the one `start` lies in and no further than the page needs, so a page costs
    the same at any depth; a filter that matches few rows looks at more parts with each statement.
    """
    rows: list[dict[str, Any]] = []
    for first, parts in _stretches(version.parts, start, doubling=predicate is not None):
        rows += _matching(first, parts, start, limit + 1 - len(rows), predicate)
        if len(rows) > limit:
            return RowsPage(rows[:limit], rows[limit]["position"])
    return RowsPage(rows, None)


def row_get(version: DatasetVersion, record_id: str) -> dict[str, Any]:
    """One row by its record id. Raises NotFoundError."""
    urls = [store().url(part["key"]) for part in version.parts]
    statement = f"""
        SELECT {_COLUMNS}, {_annotations(version.parts)} FROM read_parquet($urls, union_by_name = true)
         WHERE record_id = $id LIMIT 1"""  # noqa: S608 - constants
    with duck() as cursor:
        found = cursor.sql(statement, params={"urls": urls, "id": record_id}).to_arrow_table() if urls else None
    if found is None or not found.num_rows:
        raise NotFoundError(f"There is no row {record_id[:40]!r} in version {version.number} of this dataset.")
    return _row_out(found.to_pylist()[0])


def _annotations(parts: list[Part]) -> str:
    """The column of annotations, or its absence where no part has one; `union_by_name` fills it in where some do."""
    return _ANNOTATIONS if any("annotation_kinds" in part["stats"] for part in parts) else f"NULL AS {_ANNOTATIONS}"


def _stretches(parts: list[Part], start: int, *, doubling: bool) -> Iterator[tuple[int, list[Part]]]:
    """Runs of neighbouring parts from `start` on, each with the position of its first row."""
    reached = [(offset, part) for offset, part in parts_offsets(parts) if offset + part["rows"] > start]
    size = 1
    while reached:
        run, reached = reached[:size], reached[size:]
        yield run[0][0], [part for _, part in run]
        size = min(size * 2, _MOST_PARTS_AT_ONCE) if doubling else 1


def _matching(
    first: int, parts: list[Part], start: int, limit: int, predicate: Predicate | None
) -> list[dict[str, Any]]:
    params = SqlParams()
    # Bounds on file_row_number let DuckDB leave row groups unread. Only the first run of parts begins before
    # `start`, and it is one part, as every run is where nothing is filtered.
    condition = predicate_sql(predicate, params) if predicate is not None else "file_row_number < $skip + $limit"
    offsets = [offset for offset, _ in parts_offsets(parts)]
    # file_index counts the files of the statement from 0; lists count from 1.
    statement = f"""
        SELECT {_COLUMNS}, {_annotations(parts)}, position
          FROM (SELECT *, $first + list_extract($offsets, (file_index + 1)::INTEGER) + file_row_number AS position
                  FROM read_parquet($urls, file_row_number = true, union_by_name = true)
                 WHERE file_row_number >= $skip AND {condition})
         ORDER BY position LIMIT $limit"""  # noqa: S608 - only constants of this module and of predicates.py
    values = {
        "first": first,
        "offsets": offsets,
        "urls": [store().url(part["key"]) for part in parts],
        "skip": max(0, start - first),
        "limit": limit,
        **params.values,
    }
    with duck() as cursor:
        table = cursor.sql(statement, params=values).to_arrow_table()
    return [_row_out(row) for row in table.to_pylist()]


def _kept(text: dict[str, Any], parts: tuple[str, ...]) -> dict[str, Any]:
    """Some parts of a message or response, and its images where it has any."""
    images = {"images": text["images"]} if text.get("images") else {}
    return {**{part: text[part] for part in parts}, **images}


def _row_out(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the API shows it."""
    out = {
        "record_id": row["record_id"],
        "prompt": [_kept(message, ("role", "content")) for message in row["prompt"]],
        "responses": [_kept(response, ("response_id", "content", "generator")) for response in row["responses"]],
        "labels": row["labels"] or [],
        "annotations": [
            {**annotation, "body": msgspec.json.decode(annotation["body"])} for annotation in row["annotations"] or ()
        ],
        "context": row["context"],
        "metadata": msgspec.json.decode(row["metadata"]) if row["metadata"] else {},
    }
    if "position" in row:
        out["position"] = row["position"]
    return out
