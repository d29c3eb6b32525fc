"""What several ways to evaluate take as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.signals.params import refused

SEED: dict[str, Any] = {
    "type": "integer",
    "title": "Seed",
    "default": 0,
    "minimum": 0,
    "maximum": 2**31 - 1,
    "description": "Of the draws behind the intervals.",
}
HEAD: dict[str, Any] = {
    "type": ["string", "null"],
    "title": "Head",
    "default": None,
    "description": "Which output to read of a reward model that has one for each aspect.",
}


def check_head(given: Mapping[str, Any]) -> None:
    """Raises ApplicationError unless `given["head"]` is a name or None; whether the model has it is asked later."""
    if given["head"] is not None and not isinstance(given["head"], str):
        raise refused("head", "the name of one of the model's outputs.", "A name.")
