"""Previews of a million pairs while a slider moves, and freezing them: the engine alone, without the network.

The million rows and three signals are made once in a folder of their own. The first preview builds the table of pairs
and is reported beside the figure; the figure is the 95th percentile of the following ones, each with another threshold:
a funnel of five predicates, histograms of what they cut, and example pairs with their texts. `rows` may be set by
PLUMBLINE_BENCH_ROWS.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.output import TEXT, emit

ROWS = int(os.environ.get("PLUMBLINE_BENCH_ROWS", "1000000"))
PART = 100_000
PREVIEWS = 40
SIGNALS = (1, 2, 3)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as folder:
        os.environ["PLUMBLINE_STORE_URL"] = f"file://{Path(folder) / 'store'}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.core")
        os.environ.setdefault("PLUMBLINE_SECRET_KEY", "bench")
        import django

        django.setup()
        version, signals = made()
        previews(version, signals)
        freezing(version, signals)


def made() -> tuple[Any, dict[int, Any]]:
    """A version of ROWS labelled pairs and three ready signals, none of them in a database."""
    from curation.models import DatasetVersion, Signal

    parts: list[dict[str, Any]] = []
    keys: dict[int, list[str]] = {signal: [] for signal in SIGNALS}
    for number in range(-(-ROWS // PART)):
        count = min(PART, ROWS - number * PART)
        parts.append({"key": write_part(number, count), "rows": count})
        for signal in SIGNALS:
            keys[signal].append(write_values(signal, number, count))
    version = DatasetVersion(pk=1, number=1, state="ready", content_hash="bench", parts=parts, rows=ROWS)
    return version, {
        signal: Signal(pk=signal, name=f"Signal {signal}", state="ready", parts=keys[signal]) for signal in SIGNALS
    }


def sides(number: int, row: int) -> tuple[str, str, str]:
    """Ids of a record and its two responses, the smaller first."""
    record = hashlib.blake2b(f"{number}:{row}".encode(), digest_size=16).hexdigest()
    first, second = record[::-1], record[7:] + record[:7]
    return record, min(first, second), max(first, second)


def write_part(number: int, count: int) -> str:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from webapp.store.canonical import RECORD_SCHEMA
    from webapp.store.files import store

    key = f"bench/part-{number:05}.parquet"
    with store().writer(key) as file, pq.ParquetWriter(file, RECORD_SCHEMA, compression="zstd") as out:
        for start in range(0, count, 10_000):
            rows = [row_of(number, row) for row in range(start, min(start + 10_000, count))]
            out.write_table(pa.Table.from_pylist(rows, schema=RECORD_SCHEMA), row_group_size=1024)
    return key


def row_of(number: int, row: int) -> dict[str, Any]:
    record, a, b = sides(number, row)
    value = int(record[:4], 16) % 7 - 3
    label = {"a": a, "b": b, "value": value, "outcome": "preference", "source": "human", "strength": abs(value)}
    return {
        "record_id": record,
        "prompt": [{"role": "user", "content": f"Question {number} {row}: {TEXT[row % 97 :][:120]}"}],
        "responses": [
            {"response_id": a, "content": TEXT[row % 89 :][:200]},
            {"response_id": b, "content": TEXT[row % 83 :][:180]},
        ],
        "labels": [{**label, "annotator": f"annotator-{row % 50}", "origin": "bench"}],
        "metadata": "{}",
    }


def write_values(signal: int, number: int, count: int) -> str:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from curation.signals.kinds.base import SCORE
    from curation.signals.values import values_schema
    from webapp.store.files import store

    schema = values_schema("response", SCORE)
    ids = [sides(number, row) for row in range(count)]
    both = 2 * count
    columns = [
        pa.array([each[0] for each in ids] * 2),
        pa.array([each[1] for each in ids] + [each[2] for each in ids]),
        pa.array(["ok"] * both),
        pa.nulls(both, pa.string()),
        pa.array(np.random.default_rng((signal, number)).normal(size=both)),
    ]
    key = f"bench/signal-{signal}/part-{number:05}.parquet"
    with store().writer(key) as file:
        pq.write_table(pa.Table.from_arrays(columns, schema=schema), file, row_group_size=1024)
    return key


def recipe(version: Any, signals: dict[int, Any], low: float) -> Any:
    """Five predicates: strength, two margins, one side's score, and the number of votes."""
    from curation.domain.recipe_steps import parse_steps
    from curation.recipes.compile import recipe_compile

    steps = [
        {"type": "strength", "min_strength": 1},
        {"type": "signal_margin", "signal": 1, "min": low},
        {"type": "signal_margin", "signal": 2, "min": -2, "max": 3},
        {"type": "filter", "on": {"signal": 3, "of": "chosen"}, "min": -1},
        {"type": "filter", "on": {"fact": "votes"}, "min": 1},
    ]
    return recipe_compile(version, parse_steps(steps), signals)


def previews(version: Any, signals: dict[int, Any]) -> None:
    import numpy as np

    from curation.recipes.preview import preview_of

    began = time.perf_counter()
    preview_of(recipe(version, signals, -1.0), version)
    first = time.perf_counter() - began
    times = []
    for step in range(PREVIEWS):
        began = time.perf_counter()
        preview_of(recipe(version, signals, -1 + step / PREVIEWS), version)
        times.append(1000 * (time.perf_counter() - began))
    emit(
        "preview_1m_p95_ms",
        float(np.quantile(times, 0.95)),
        "ms",
        rows=ROWS,
        p50_ms=round(float(np.median(times)), 1),
        first_s=round(first, 1),
    )


def freezing(version: Any, signals: dict[int, Any]) -> None:
    from curation.models import Snapshot
    from curation.snapshots.freezing import freeze_recipe

    snapshot = Snapshot(pk=1, dataset_version=version, seed=0, test_fraction=0.1)
    began = time.perf_counter()
    counts = freeze_recipe(recipe(version, signals, -1.0), snapshot, lambda _: None)["counts"]
    emit("snapshot_rows_per_s", counts["in"] / (time.perf_counter() - began), "rows/s", kept=counts["kept"])


if __name__ == "__main__":
    main()
