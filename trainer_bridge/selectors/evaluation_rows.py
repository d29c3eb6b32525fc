"""Reads of items and of what models said of them, page by page."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from curation.datasets.engine import duck
from trainer_bridge.evaluation.items import ITEMS_PER_GROUP
from trainer_bridge.models import EvaluationSet
from trainer_bridge.selectors.evaluations import evaluation_done
from webapp.api.errors import ConflictError
from webapp.store.files import store


def evaluation_items(evaluation_set: EvaluationSet, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` items whose index (from 0) comes after `after`. Raises ConflictError while it is not ready."""
    if evaluation_set.state != "ready":
        raise ConflictError(f"This set is {evaluation_set.state}; it has no items to read.")
    wanted = range(after + 1, min(after + 1 + limit, evaluation_set.counts["items"]))
    return [
        {
            "index": index,
            "item": row["item_id"],
            "subset": row["subset"],
            "prompt": row["prompt"],
            "candidates": row["candidates"],
        }
        for index, row in _items_at(evaluation_set, list(wanted)).items()
    ]


def evaluation_rows(
    evaluation_id: int, *, only: str | None, subset: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` rows after an index, with texts. `only` is ok, wrong, failed or leaked.

    A row is wrong when the model earned less than the whole credit. Raises ConflictError for one that is not done.
    """
    evaluation = evaluation_done(evaluation_id)
    conditions, params = ["index > $after"], {"rows": store().url(evaluation.rows_key), "after": after, "limit": limit}
    if only == "wrong":
        conditions.append("credit < 1")
    elif only is not None:
        conditions.append("state = $state")
        params["state"] = only
    if subset is not None:
        conditions.append("subset = $subset")
        params["subset"] = subset
    with duck() as cursor:
        found = cursor.execute(
            f"SELECT * FROM read_parquet($rows) WHERE {' AND '.join(conditions)} ORDER BY index LIMIT $limit",  # noqa: S608 — conditions of our own.
            params,
        )
        names = [column[0] for column in found.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    texts = _items_at(evaluation.evaluation_set, [row["index"] for row in rows])
    return [_shown(row, texts[row["index"]]) for row in rows]


def _shown(row: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    measured = row["measured"] or [{}] * len(item["candidates"])
    return {
        "index": row["index"],
        "item": row["item_id"],
        "subset": row["subset"],
        "state": row["state"],
        "reason": row["reason"],
        "credit": row["credit"],
        "margin": row["margin"],
        "prompt": item["prompt"],
        "candidates": [
            {**candidate, "values": {name: value for name, value in (said or {}).items() if value is not None}}
            for candidate, said in zip(item["candidates"], measured, strict=True)
        ],
    }


def _items_at(evaluation_set: EvaluationSet, wanted: list[int]) -> dict[int, dict[str, Any]]:
    """The items at these indices; only the row groups they lie in are read."""
    found: dict[int, dict[str, Any]] = {}
    with store().open(evaluation_set.items_key) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        for group in sorted({index // ITEMS_PER_GROUP for index in wanted}):
            rows = parquet.read_row_group(group).to_pylist()
            start = group * ITEMS_PER_GROUP
            found.update({index: rows[index - start] for index in wanted if index // ITEMS_PER_GROUP == group})
    return found
