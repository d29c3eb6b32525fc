"""Recipes run on pairs small enough to work out by hand, and signals made for them."""

from __future__ import annotations

import uuid
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.domain.recipe_steps import parse_steps
from curation.models import DatasetVersion, Signal
from curation.recipes.compile import decided, recipe_compile
from curation.recipes.funnel import funnel_of
from curation.signals.kinds.base import Column, Level
from curation.signals.values import values_schema
from tests.curation.making import make_record
from webapp.store.canonical import Record, RecordWriter
from webapp.store.files import store

COLUMNS: dict[Level, tuple[Column, ...]] = {
    "response": (Column("score", "Score"),),
    "pair": (Column("mean", "Mean", signed=True), Column("lean", "Lean", signed=True)),
    "record": (Column("group", "Group", "text"), Column("seen", "Seen", "flag")),
}


def version_of(records: list[Record]) -> DatasetVersion:
    key = f"{uuid.uuid4().hex}.parquet"
    with store().writer(key) as file, RecordWriter(file) as writer:
        for record in records:
            writer.append(record)
    return DatasetVersion(parts=[{"key": key, "rows": len(records)}])


def signal_of(number: int, level: Level, rows: list[dict[str, Any]]) -> Signal:
    """A ready signal with these rows: keys of the level, then its columns; a row without values has failed."""
    columns = COLUMNS[level]
    names = [column.name for column in columns]
    full = [{**row, "state": "ok" if any(name in row for name in names) else "failed", "reason": None} for row in rows]
    key = f"signals/{uuid.uuid4().hex}.parquet"
    with store().writer(key) as file:
        pq.write_table(pa.Table.from_pylist(full, schema=values_schema(level, columns)), file)
    plain = [
        {"name": column.name, "title": column.title, "type": column.type, "signed": column.signed} for column in columns
    ]
    return Signal(pk=number, level=level, columns=plain, parts=[key], name=f"Signal {number}")


def run(
    records: list[Record], steps: list[dict[str, Any]], *signals: Signal
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """What was decided of each pair, by its prompt and aspect, and the funnel."""
    recipe = recipe_compile(version_of(records), parse_steps(steps), {signal.pk: signal for signal in signals})
    prompts = {record.record_id: record.prompt[0].content for record in records}
    texts = {each.response_id: each.content for record in records for each in record.responses}
    with decided(recipe) as found:
        found.cursor.execute(
            f"""
            SELECT record_id, aspect, decision, meanings.step, reason, decided.dir, a, b, flipped, soft, weight,
                   strength
              FROM decided JOIN {found.meanings()} USING (code) JOIN read_parquet($pairs) USING (i)
            """,
            {"pairs": found.pairs_file()},
        )
        names = [column[0] for column in found.cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.cursor.fetchall()]
        funnel = funnel_of(found)
    pairs = {}
    for row in rows:
        chosen = {1: row["b"], -1: row["a"]}.get(row["dir"])
        rejected = {1: row["a"], -1: row["b"]}.get(row["dir"])
        key = prompts[row["record_id"]] + (f"/{row['aspect']}" if row["aspect"] is not None else "")
        key = key if key not in pairs else f"{key} {texts[row['a']]}-{texts[row['b']]}"
        pairs[key] = {**row, "chosen": texts.get(chosen or ""), "rejected": texts.get(rejected or "")}
    return pairs, funnel


def pair(name: str, value: int = -2, source: str = "human", votes: int = 1) -> Record:
    """The text "good" is better for values below 0."""
    return make_record(name, ["good", "bad"], [(0, 1, value, source)] * votes)


def kept(pairs: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, row in pairs.items() if row["decision"] == "keep"}


def reasons(pairs: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: row["reason"] for name, row in pairs.items() if row["decision"] != "keep"}


def group_signal(records: list[Record], groups: list[str | None]) -> Signal:
    return signal_of(
        7,
        "record",
        [
            {"record_id": record.record_id, **({"group": group, "seen": group == "x"} if group is not None else {})}
            for record, group in zip(records, groups, strict=True)
        ],
    )


GROUP = {"signal": 7, "column": "group"}
