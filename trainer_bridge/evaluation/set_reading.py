"""Reading an evaluation set into its one file, from uploaded benchmark files or a snapshot's test split.

Uploaded rows are all good or none is kept, unless bad ones are to be left out: a benchmark without some of its rows is
another benchmark, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from curation.datasets.engine import duck
from curation.datasets.files import RawRow, open_source
from curation.datasets.reading import part_urls
from curation.models import Snapshot
from curation.snapshots.selectors import iter_snapshot_pairs
from trainer_bridge.choices import EvaluationLayout
from trainer_bridge.evaluation.importers import LAYOUTS, Layout, detect
from trainer_bridge.evaluation.importers.base import RowError, item_of
from trainer_bridge.evaluation.items import CORRECT, INCORRECT, Candidate, Item, ItemWriter
from trainer_bridge.models import EvaluationSet
from webapp.jobs.handlers import JobError, Progress
from webapp.store.files import store

_LOOKED_AT = 20
_ERRORS_SHOWN = 5
_PAIRS_AT_ONCE = 1024
# Fields of a record's metadata that say which scenario it is of, the first of them that it has.
_SCENARIOS = ("scenario", "subset", "category", "domain", "task")


def set_read(
    evaluation_set: EvaluationSet, progress: Progress | None, *, leave_out_bad_rows: bool = False
) -> dict[str, Any]:
    """Write the set's items; returns {"layout", "counts", "content_hash"}. Safe to repeat.

    `counts` has rows left out by reason. Raises JobError that names file and row of what cannot be read.
    """
    snapshot, bad = evaluation_set.snapshot, BadRows(leave_out=leave_out_bad_rows)
    if snapshot is not None:
        layout, items = EvaluationLayout.SNAPSHOT.value, _of_snapshot(snapshot)
    else:
        found = _layout_of(evaluation_set)
        layout, items = found.key, _of_uploads(evaluation_set, found, bad)
    # Evaluations of a snapshot may read it at the same moment; they write the same.
    with store().writer(evaluation_set.items_key, alone=snapshot is None) as file, ItemWriter(file) as writer:
        for item in items:
            writer.append(item)
            if progress is not None:
                progress.advance()
        bad.check()
        if not writer.counts["items"]:
            raise JobError(f"There are no rows to evaluate on. {bad.sentence()}".strip())
    counts = {**writer.counts, "left_out": dict(sorted(bad.reasons.items()))}
    return {"layout": layout, "counts": counts, "content_hash": writer.content_hash}


class BadRows:
    """Rows that cannot be read: the first of them in words, all of them by reason."""

    def __init__(self, *, leave_out: bool) -> None:
        self._leave_out = leave_out
        self._told: list[str] = []
        self.reasons: Counter[str] = Counter()

    def add(self, file: str, row: RawRow, error: RowError) -> None:
        self.reasons[error.reason] += 1
        if len(self._told) < _ERRORS_SHOWN:
            self._told.append(f"“{file}”, row {row.number:,}: {error.message}")

    def check(self) -> None:
        """Raises JobError when there are some and they are not to be left out."""
        if self.reasons and not self._leave_out:
            raise JobError(
                f"{self.sentence()} Nothing was kept; mend the file, or upload it again with bad rows left out."
            )

    def sentence(self) -> str:
        more = self.reasons.total() - len(self._told)
        return " ".join(self._told) + (f" And {more:,} more." if more else "")


def _layout_of(evaluation_set: EvaluationSet) -> Layout:
    """The layout named when the files were uploaded, or what most of their first rows look like."""
    if evaluation_set.layout:
        return LAYOUTS[evaluation_set.layout]
    first = [row.value for _, row in islice(_raw_rows(evaluation_set), _LOOKED_AT) if type(row.value) is dict]
    found = detect(first) if first else None
    if found is None:
        raise JobError(
            f"“{evaluation_set.uploads[0]['name']}” holds no rows of a layout that is known here; give rows with "
            "prompt, chosen and rejected, or those of RewardBench, RewardBench 2, RM-Bench or RMB."
        )
    return found


def _raw_rows(evaluation_set: EvaluationSet) -> Iterator[tuple[str, RawRow]]:
    """Rows of all files with their file's name."""
    for upload in evaluation_set.uploads:
        with store().open(upload["key"]) as file:
            for row in open_source(file, name=upload["name"], size=upload["size_bytes"]):
                yield upload["name"], row


def _of_uploads(evaluation_set: EvaluationSet, layout: Layout, bad: BadRows) -> Iterator[Item]:
    """Items of good rows; the others are added to `bad`."""
    used: dict[str, int] = {}
    for number, (file, row) in enumerate(_raw_rows(evaluation_set), start=1):
        try:
            yield _item_of(row, layout, file, number, used)
        except RowError as error:
            bad.add(file, row, error)


def _item_of(row: RawRow, layout: Layout, file: str, number: int, used: dict[str, int]) -> Item:
    if isinstance(row.value, RowError):
        raise row.value
    if type(row.value) is not dict:
        raise RowError("wrong_type", "The row must be an object.")
    draft = layout.draft(row.value, file=file)
    return item_of(draft, item_id=_unique(draft.item_id or str(number), used))


def _unique(item_id: str, used: dict[str, int]) -> str:
    """Files of one benchmark may count their rows alike."""
    used[item_id] = used.get(item_id, 0) + 1
    return item_id if used[item_id] == 1 else f"{item_id}#{used[item_id]}"


def _of_snapshot(snapshot: Snapshot) -> Iterator[Item]:
    """Kept pairs of the test split in the snapshot's order; the subset is the aspect, or the record's scenario."""
    pending: list[dict[str, Any]] = []
    for pair in iter_snapshot_pairs(snapshot, split="test"):
        pending.append(pair)
        if len(pending) == _PAIRS_AT_ONCE:
            yield from _items_of_pairs(snapshot, pending)
            pending = []
    yield from _items_of_pairs(snapshot, pending)


def _items_of_pairs(snapshot: Snapshot, pairs: list[dict[str, Any]]) -> Iterator[Item]:
    scenarios = _scenarios(snapshot, [pair["record_id"] for pair in pairs if not pair["aspect"]])
    for pair in pairs:
        yield Item(
            pair["pair_id"],
            pair["aspect"] or scenarios.get(pair["record_id"], ""),
            pair["prompt"],
            [Candidate(pair["chosen"]["content"], CORRECT), Candidate(pair["rejected"]["content"], INCORRECT)],
        )


def _scenarios(snapshot: Snapshot, record_ids: list[str]) -> dict[str, str]:
    """What the metadata of these records calls their scenario, where it does."""
    urls = part_urls(snapshot.dataset_version)
    if not record_ids or not urls:
        return {}
    with duck() as cursor:
        rows = cursor.execute(
            "SELECT record_id, metadata FROM read_parquet($parts) WHERE record_id IN (SELECT unnest($ids::VARCHAR[]))",
            {"parts": urls, "ids": record_ids},
        ).fetchall()
    found = {}
    for record_id, metadata in rows:
        told = msgspec.json.decode(metadata) if metadata else {}
        named = next((told[field] for field in _SCENARIOS if isinstance(told.get(field), str) and told[field]), None)
        if named is not None:
            found[record_id] = named
    return found
