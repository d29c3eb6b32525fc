"""What changed between two snapshots, pair by pair, and how the distributions moved."""

from __future__ import annotations

from typing import Any

import duckdb

from curation.datasets.engine import duck
from curation.models import Snapshot
from webapp.store.files import store

CHANGES = ("added", "removed", "flipped", "reweighted", "moved")
SHOWN = 50
_DIFF = """
WITH old AS (SELECT pair_id, chosen.response_id AS chosen, split, weight, soft_label FROM read_parquet($old)),
     new AS (SELECT pair_id, chosen.response_id AS chosen, split, weight, soft_label FROM read_parquet($new)),
     both_sides AS (
        SELECT coalesce(old.pair_id, new.pair_id) AS pair_id,
               CASE WHEN old.pair_id IS NULL THEN 'added'
                    WHEN new.pair_id IS NULL THEN 'removed'
                    WHEN old.chosen <> new.chosen THEN 'flipped'
                    WHEN old.weight <> new.weight OR old.soft_label <> new.soft_label THEN 'reweighted'
                    WHEN old.split <> new.split THEN 'moved' END AS change
          FROM old FULL JOIN new ON old.pair_id = new.pair_id)
SELECT change, count(*), min(pair_id, $shown) FROM both_sides WHERE change IS NOT NULL GROUP BY change
"""
# Name, title, what is measured, the first edge, the width of a bin and their number; the ends take what lies beyond.
_LONGER = "length(chosen.content) - length(rejected.content)"
_MEASURES = (
    ("strength", "Strength of preference", "strength", 0.0, 0.25, 12),
    ("votes", "Votes a pair", "votes", 1.0, 1.0, 10),
    ("agreement", "Agreement of the votes", "agreement", 0.0, 0.1, 10),
    (
        "length",
        "Characters of chosen − rejected",
        "length(chosen.content) - length(rejected.content)",
        -2000.0,
        200.0,
        20,
    ),
)


def snapshot_diff(new: Snapshot, old: Snapshot) -> dict[str, Any]:
    """Pairs added, removed, flipped, reweighted and moved between splits, going from `old` to `new`.

    50 ids of each, and `shift`: the same histograms of both, `{"name", "title", "edges", "before", "after"}`.
    """
    files = {"old": [store().url(old.pairs_key)], "new": [store().url(new.pairs_key)]}
    with duck() as cursor:
        found = cursor.execute(_DIFF, {**files, "shown": SHOWN}).fetchall()
        rows = {change: (count, ids) for change, count, ids in found}
        shift = [_shift(cursor, files, *measure) for measure in _MEASURES]
    changes = {
        change: {"count": rows.get(change, (0, []))[0], "pair_ids": list(rows.get(change, (0, []))[1])}
        for change in CHANGES
    }
    return {**changes, "shift": shift}


def _shift(
    cursor: duckdb.DuckDBPyConnection,
    files: dict[str, list[str]],
    name: str,
    title: str,
    sql: str,
    first: float,
    width: float,
    bins: int,
) -> dict[str, Any]:
    counts = {}
    for side in ("old", "new"):
        rows = cursor.execute(
            f"SELECT least(greatest(floor(({sql} - $first) / $width), 0), $last)::INTEGER AS bin, count(*)"  # noqa: S608
            f" FROM read_parquet($files) WHERE ({sql}) IS NOT NULL GROUP BY bin",
            {"files": files[side], "first": first, "width": width, "last": bins - 1},
        ).fetchall()
        by_bin = dict(rows)
        counts[side] = [by_bin.get(each, 0) for each in range(bins)]
    edges = [first + width * edge for edge in range(bins + 1)]
    return {"name": name, "title": title, "edges": edges, "before": counts["old"], "after": counts["new"]}
