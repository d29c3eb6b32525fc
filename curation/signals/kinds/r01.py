"""Rewards from 0 to 1, as MaPPO needs them: where a response's score lies among all scores of the version.

METHODS §10.2: r01 is the empirical distribution of that reward model's scores over the corpus, and the margin a recipe
sees, chosen − rejected, is MaPPO's Δr. Below 0 the model contradicts the label, and the pair is for review. The table
is kept in the store, so that later responses can be put on the same scale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from curation.datasets.engine import duck
from curation.domain.arrays import Floats
from curation.domain.pooling import EmpiricalCdf
from curation.signals.column_params import SignalColumn, check_of_version, column_schema, response_column, signal_schema
from curation.signals.kinds.base import Column, Level, Row, Scope, Scorer, Source, failed
from curation.signals.params import filled_in
from curation.signals.selectors import signal_urls
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error
from webapp.store.files import store

DEFAULTS: dict[str, Any] = {"signal": None, "signal_column": ""}
NO_SCORE = "no_score"
ROWS_AT_ONCE = 50_000
PERCENTILES = (0, 5, 25, 50, 75, 95, 100)


class R01Signal:
    kind = "r01"
    title = "Reward from 0 to 1 (MaPPO)"
    description = (
        "Where each response's score lies among all scores of this version: 0 for the lowest, 1 for the highest. Its "
        "margin is the reward difference that MaPPO trains with; below 0 the reward model contradicts the label."
    )
    version = "1"
    queue = "default"
    level: Level = "response"
    scope: Scope = "version"
    columns: tuple[Column, ...] = (Column("r01", "Reward from 0 to 1"),)
    params_schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "signal": signal_schema("Scores", "A signal of responses, such as a reward model's.", level="response"),
            "signal_column": column_schema("Column of the scores", "Its first number, unless you name another column."),
        },
        "required": ["signal"],
        "additionalProperties": False,
    }

    def prepare(self, *, project_id: int, params: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        given = filled_in(params, DEFAULTS, noun="this signal")
        column = response_column(project_id, given, "signal")
        return f"{column.signal.name}, from 0 to 1"[:160], {"scores": column.facts}

    def check_version(self, *, version_id: int, params: dict[str, Any]) -> None:
        check_of_version(version_id, params, ("signal",))

    def scorer(self, *, project_id: int, params: dict[str, Any]) -> tuple[Scorer, dict[str, Any]]:
        with as_job_error(ApplicationError):
            column = response_column(project_id, {**DEFAULTS, **params}, "signal")
        used: dict[str, Any] = {}

        def score(source: Source) -> Iterator[Row]:
            return _rows(source, column, used)

        return score, used


def _rows(source: Source, column: SignalColumn, used: dict[str, Any]) -> Iterator[Row]:
    # The column's name is one of the signal's own.
    where = f"CASE WHEN state = 'ok' THEN \"{column.name}\"::DOUBLE END AS score FROM read_parquet($parts)"
    parts = {"parts": signal_urls(column.signal)}
    with duck() as cursor:
        scores = cursor.execute(f"SELECT {where}", parts).fetchnumpy()["score"]
        known: Floats = np.ma.filled(np.ma.asarray(scores, dtype=np.float64), np.nan)
        if not np.isfinite(known).any():
            raise JobError(f"Signal {column.signal.pk} ({column.signal.name}) has no scores to rank.")
        source.alive()
        table = EmpiricalCdf.of(known)
        used.update(_kept(table, known))
        cursor.execute(f"SELECT record_id, response_id, reason, {where}", parts)
        while held := cursor.fetchmany(ROWS_AT_ONCE):
            found = table(np.array([np.nan if row[3] is None else row[3] for row in held])).tolist()
            for (record_id, response_id, reason, score), r01 in zip(held, found, strict=True):
                if score is None or r01 != r01:
                    yield failed(reason or NO_SCORE, record_id, response_id=response_id)
                else:
                    yield Row(record_id, {"r01": r01}, response_id=response_id, reason=reason)


def _kept(table: EmpiricalCdf, scores: Floats) -> dict[str, Any]:
    """Writes the table to the store, named by what it holds."""
    digest = hashlib.sha256(table.values.tobytes() + table.share.tobytes()).hexdigest()
    key = f"reward_tables/{digest}.parquet"
    if not store().exists(key):
        with store().writer(key) as out:
            pq.write_table(pa.table({"score": table.values, "share": table.share}), out, compression="zstd")
    finite = scores[np.isfinite(scores)]
    return {
        "table": key,
        "scores_ranked": int(finite.size),
        "distinct_scores": int(table.values.size),
        "percentiles": {str(share): float(np.percentile(finite, share)) for share in PERCENTILES},
    }
