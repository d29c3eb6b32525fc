"""Reading snapshots: their rows, card and differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow.parquet as pq
from django.db.models import QuerySet

from curation.datasets.engine import duck
from curation.datasets.reading import Place, records_at
from curation.models import Snapshot
from curation.recipes.preview import pair_row
from curation.snapshots.choices import Decision, SnapshotState
from webapp.api.errors import ConflictError, NotFoundError
from webapp.store.files import store


def snapshots_of(project_id: int) -> QuerySet[Snapshot]:
    return (
        Snapshot.objects.filter(project=project_id)
        .select_related("created_by")
        .prefetch_related("approvals__approved_by")
    )


def snapshot_get(snapshot_id: int) -> Snapshot:
    """Raises NotFoundError."""
    found = (
        Snapshot.objects.select_related("project", "recipe", "dataset_version__dataset", "created_by")
        .filter(pk=snapshot_id)
        .first()
    )
    if found is None:
        raise NotFoundError("There is no such snapshot.")
    return found


def snapshot_project_id(snapshot_id: int) -> int:
    """The project a snapshot belongs to. Raises NotFoundError."""
    project_id = Snapshot.objects.filter(pk=snapshot_id).values_list("project_id", flat=True).first()
    if project_id is None:
        raise NotFoundError("There is no such snapshot.")
    return project_id


def snapshot_ready(snapshot_id: int) -> Snapshot:
    """A snapshot whose files can be read. Raises ConflictError while it is being built."""
    snapshot = snapshot_get(snapshot_id)
    if snapshot.state != SnapshotState.READY:
        raise ConflictError(f"This snapshot is {snapshot.state}; it has no rows to read.")
    return snapshot


def iter_snapshot_pairs(snapshot: Snapshot, *, split: str | None = None) -> Iterator[dict[str, Any]]:
    """Kept pairs in the order of the file (by pair_id, or as the recipe says), one row group in memory at a time.

    Keys: pair_id, record_id, prompt [{role, content}], chosen and rejected {response_id, content}, aspect,
    strength, votes, margins {signal id: number}, split, weight.
    """
    with store().open(snapshot.pairs_key) as file:
        parquet = pq.ParquetFile(file, pre_buffer=False)
        for group in range(parquet.num_row_groups):
            for row in parquet.read_row_group(group).to_pylist():
                if split is None or row["split"] == split:
                    row["margins"] = dict(row["margins"])
                    yield row


def iter_prompts(snapshot: Snapshot, *, split: str) -> Iterator[list[dict[str, str]]]:
    """The prompt [{role, content}] of each kept pair of a split; nothing else of the pairs is read."""
    with store().open(snapshot.pairs_key) as file:
        for batch in pq.ParquetFile(file, pre_buffer=False).iter_batches(batch_size=4096, columns=["prompt", "split"]):
            yield from (row["prompt"] for row in batch.to_pylist() if row["split"] == split)


def snapshot_rows(snapshot: Snapshot, *, decision: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` pairs with a decision whose pair_id comes after `after`, with texts."""
    condition = "decision = $decision AND pair_id > $after ORDER BY pair_id LIMIT $limit"
    found = _decided(snapshot, condition, {"decision": decision, "after": after, "limit": limit})
    return [shown for _, shown in found]


def snapshot_pair(snapshot: Snapshot, pair_id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What was decided about one pair: the row as it lies in the file, and as the API shows it."""
    found = _decided(snapshot, "pair_id = $pair_id", {"pair_id": pair_id})
    return found[0] if found else None


def _decided(snapshot: Snapshot, condition: str, params: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with duck() as cursor:
        cursor.execute(
            f"SELECT * FROM read_parquet($decisions) WHERE {condition}",  # noqa: S608 — one of two of our own.
            {"decisions": [store().url(snapshot.decisions_key)], **params},
        )
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        kept = [row["pair_id"] for row in rows if row["decision"] == Decision.KEEP]
        splits = _splits(cursor, snapshot, kept) if kept else {}
    texts = records_at(snapshot.dataset_version, [Place(row["part"], row["row"]) for row in rows])
    shown = []
    for row in rows:
        margins = dict(row["margins"] or {})
        flat = {**row, **{f"margin_{name}": value for name, value in margins.items()}}
        flat |= {"split": splits.get(row["pair_id"]), "soft": row["soft_label"]}
        shown.append((row, pair_row(flat, texts[Place(row["part"], row["row"])], [int(name) for name in margins])))
    return shown


def _splits(cursor: Any, snapshot: Snapshot, pair_ids: list[str]) -> dict[str, str]:
    rows = cursor.execute(
        "SELECT pair_id, split FROM read_parquet($pairs) WHERE pair_id IN (SELECT unnest($ids::VARCHAR[]))",
        {"pairs": [store().url(snapshot.pairs_key)], "ids": pair_ids},
    ).fetchall()
    return dict(rows)


def snapshot_card(snapshot: Snapshot) -> str:
    """The data card as markdown."""
    with store().open(snapshot.card_key) as file:
        return file.read().decode()
