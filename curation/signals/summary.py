"""A signal's distribution in a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from curation.datasets.engine import duck
from curation.domain.histograms import histogram_of

BINS = 30


def summarise(urls: list[str]) -> dict[str, Any]:
    """Count, mean, min, max and a histogram of the scores that exist; failed rows are left out, not counted as 0."""
    if not urls:
        return {"count": 0, "mean": None, "min": None, "max": None, "histogram": {"edges": [], "counts": []}}
    sql = "SELECT score FROM read_parquet($parts) WHERE state = 'ok' AND score IS NOT NULL"
    with duck() as cursor:
        scores = cursor.execute(sql, {"parts": urls}).fetchnumpy()["score"]
    scores = np.asarray(scores, dtype=float)
    if scores.size == 0:
        return {"count": 0, "mean": None, "min": None, "max": None, "histogram": {"edges": [], "counts": []}}
    return {
        "count": int(scores.size),
        "mean": float(scores.mean()),
        "min": float(scores.min()),
        "max": float(scores.max()),
        "histogram": histogram_of(scores, bins=BINS),
    }
