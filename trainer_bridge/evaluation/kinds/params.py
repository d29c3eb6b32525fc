"""What several ways to evaluate take as parameters."""

from __future__ import annotations

from typing import Any

SEED: dict[str, Any] = {
    "type": "integer",
    "title": "Seed",
    "default": 0,
    "minimum": 0,
    "maximum": 2**31 - 1,
    "description": "Of the draws behind the intervals.",
}
