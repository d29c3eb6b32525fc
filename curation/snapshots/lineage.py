"""Why a pair is in a snapshot or out of it: every label it rests on, every step, every number that was looked at."""

from __future__ import annotations

from typing import Any

import duckdb

from curation.datasets.engine import duck
from curation.datasets.reading import Place, record_labels_at
from curation.domain.recipe_steps import Step, parse_steps, signals_used, steps_as_json
from curation.models import Signal, Snapshot
from curation.recipes.pair_statements import value_of_pair
from curation.signals.selectors import signal_urls
from curation.snapshots.judges import judge_id_of
from curation.snapshots.selectors import snapshot_pair
from webapp.api.errors import NotFoundError


def pair_lineage(snapshot: Snapshot, pair_id: str) -> dict[str, Any]:
    """The pair as rows show it, its labels, what each step said, and the signals' values with where they come from.

    Raises NotFoundError when the snapshot's version has no such pair.
    """
    found = snapshot_pair(snapshot, pair_id)
    if found is None:
        raise NotFoundError("This snapshot decided about no such pair.")
    row, shown = found
    place = Place(row["part"], row["row"])
    steps = parse_steps(snapshot.steps)
    signals = {each.pk: each for each in Signal.objects.filter(pk__in=signals_used(steps)).order_by("pk")}
    with duck() as cursor:
        values = [_signal(cursor, signal, row) for signal in signals.values()]
    labels = [
        label
        for label in record_labels_at(snapshot.dataset_version, place)
        if (label["a"], label["b"]) == (row["a"], row["b"])
    ]
    return {
        "pair": shown,
        "labels": [_label(label, row) for label in labels],
        "steps": [_step(index, step, row, snapshot) for index, step in enumerate(steps)],
        "signals": values,
        "dataset_version": snapshot.dataset_version_id,
    }


def _label(label: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A label turned towards the pair's chosen side: above 0 it agrees."""
    value = label["value"]
    towards = 1 if row["chosen"] == row["b"] else -1
    return {
        "label_source": label["source"],
        "annotator": label["annotator"],
        "aspect": label["aspect"],
        "outcome": label["outcome"],
        "origin": label["origin"],
        "judge": judge_id_of(label["origin"]),
        "towards_chosen": None if value is None or row["chosen"] is None else towards * value,
    }


def _step(index: int, step: Step, row: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    """What a step said: nothing is said any more about a pair that an earlier one took out."""
    (params,) = steps_as_json([step])
    stopped = row["step"]
    said = "kept" if stopped is None or index < stopped else row["decision"] if index == stopped else "not reached"
    entry = next((each for each in snapshot.funnel if each["index"] == index), None)
    return {
        "index": index,
        "type": params["type"],
        "title": entry["title"] if entry else params["type"],
        "params": params,
        "said": said,
        "reason": row["reason"] if index == stopped else None,
    }


def _signal(cursor: duckdb.DuckDBPyConnection, signal: Signal, row: dict[str, Any]) -> dict[str, Any]:
    statement, wanted = value_of_pair(signal.level)
    params = {"parts": signal_urls(signal), **{name: row[name] for name in wanted}}
    cursor.execute(statement, params)
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    return {
        "id": signal.pk,
        "name": signal.name,
        "kind": signal.kind,
        "level": signal.level,
        "provenance": signal.provenance,
        "values": [
            {
                "response_id": each.get("response_id"),
                "state": each["state"],
                "reason": each["reason"],
                "columns": {column["name"]: each[column["name"]] for column in signal.columns},
            }
            for each in rows
        ],
    }
