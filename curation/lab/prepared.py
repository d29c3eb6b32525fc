"""What every seed of a lab run works on: features of all pairs, who trains on which, the gold, and known errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from curation.domain.arrays import Flags, Floats, Ints
from webapp.store.files import store

_OF_HALF = ("rows", "targets", "weights")
Features = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class TrainingSet:
    """An arm's pairs of one seed's half as rows of the features, P(b preferred) and weights."""

    rows: Ints
    targets: Floats
    weights: Floats


@dataclass(frozen=True)
class PreparedArm:
    """`halves` by seed, in their order; `facts` are those of the results."""

    facts: dict[str, Any]
    halves: list[TrainingSet]

    @property
    def key(self) -> str:
        return str(self.facts["key"])


@dataclass(frozen=True)
class Review:
    """Labelled pairs (`dir` as of their label) to look for errors in; `known` says of which they are known."""

    basis: str
    rows: Ints
    dir: Ints
    known: Flags
    wrong: Flags
    wrong_after: Flags


@dataclass(frozen=True)
class Prepared:
    """`features` (pairs, features) are those of b − a; `group` (pairs,) numbers their prompts."""

    features: Features
    group: Ints
    arms: list[PreparedArm]
    sample: int
    gold_rows: Ints
    gold_towards: Ints
    gold: dict[str, Any]
    review: Review | None
    notes: list[str]


def prepared_write(key: str, prepared: Prepared) -> None:
    review = prepared.review
    facts = {
        "arms": [arm.facts for arm in prepared.arms],
        "seeds": len(prepared.arms[0].halves),
        "sample": prepared.sample,
        "gold": prepared.gold,
        "basis": review.basis if review else None,
        "notes": prepared.notes,
    }
    arrays: dict[str, Any] = {
        "features": prepared.features,
        "group": prepared.group,
        "gold_rows": prepared.gold_rows,
        "gold_towards": prepared.gold_towards,
        "facts": np.frombuffer(orjson.dumps(facts), dtype=np.uint8),
    }
    for number, arm in enumerate(prepared.arms):
        for at, half in enumerate(arm.halves):
            arrays |= {f"{name}_{number}_{at}": getattr(half, name) for name in _OF_HALF}
    if review:
        arrays |= {f"review_{name}": getattr(review, name) for name in ("rows", "dir", "known", "wrong", "wrong_after")}
    with store().writer(key) as file:
        np.savez(file, **arrays)


def prepared_read(key: str) -> Prepared:
    """Raises FileNotFoundError when nothing was prepared."""
    with store().open(key) as file, np.load(file, allow_pickle=False) as arrays:
        facts = orjson.loads(arrays["facts"].tobytes())
        arms = [
            PreparedArm(
                each,
                [TrainingSet(*(arrays[f"{name}_{number}_{at}"] for name in _OF_HALF)) for at in range(facts["seeds"])],
            )
            for number, each in enumerate(facts["arms"])
        ]
        review = None
        if facts["basis"] is not None:
            names = ("rows", "dir", "known", "wrong", "wrong_after")
            review = Review(facts["basis"], *(arrays[f"review_{name}"] for name in names))
        return Prepared(
            features=arrays["features"],
            group=arrays["group"],
            arms=arms,
            sample=facts["sample"],
            gold_rows=arrays["gold_rows"],
            gold_towards=arrays["gold_towards"],
            gold=facts["gold"],
            review=review,
            notes=facts["notes"],
        )
