"""What the benchmarks share: where they are, what they print, and text to fill rows with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[2]
TEXT = "the quick answer weighs each careful reason before it settles on a plain and honest sentence " * 20


def emit(name: str, value: float, unit: str, baseline: float | None = None, **facts: Any) -> None:
    """Print one JSON line; `baseline` is what Label Studio community 1.23.2 reached on two such cores."""
    line: dict[str, Any] = {"name": name, "value": round(value, 2), "unit": unit}
    if baseline is not None:
        line |= {"baseline": baseline, "ratio": round(value / baseline, 2)}
    print(orjson.dumps(line | facts).decode(), flush=True)
