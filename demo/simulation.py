"""Simulated annotators with stated reliabilities, so that an empty installation has something to show.

The model: with probability `lapse` an annotator answers without looking, else by comparing qualities. Looking goes
wrong logistically in the quality gap (a Bradley–Terry choice with a steep temperature), so clear pairs are nearly
always right and close ones are not. The lapse rate is chosen so that on clear pairs (a gap of 0.2 or more) the
share of right answers is the stated reliability: lapse = 2 · (1 − reliability). A side bias moves that share of all
answers to the first response shown. Without a lapse, a gap below TIE_GAP is a tie and two responses below
BOTH_BAD_BELOW are both bad: each happens on one to three pairs in a hundred of the demo's. Everything follows from
the annotator, the item and a seed.
"""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass
from typing import Any

TEMPERATURE = 0.035
TIE_GAP = 0.13
BOTH_BAD_BELOW = 0.36
RATIONALE_RATE = 0.3


@dataclass(frozen=True)
class Annotator:
    """`reliability` is the share of right answers on clear pairs, before any side bias."""

    name: str
    email: str
    reliability: float
    median_seconds: float
    side_bias: float = 0.0


SIMULATED = (
    Annotator("Ada (simulated)", "ada.simulated@demo.local", 0.93, 22.0),
    Annotator("Bo (simulated)", "bo.simulated@demo.local", 0.86, 17.0),
    Annotator("Cem (simulated)", "cem.simulated@demo.local", 0.76, 19.0, side_bias=0.10),
    Annotator("Dee (simulated)", "dee.simulated@demo.local", 0.62, 7.0),
)


@dataclass(frozen=True)
class Shown:
    """A response as the annotator sees it: its id, how good it is, and why."""

    response_id: str
    quality: float
    why: str


@dataclass(frozen=True)
class SimulatedVote:
    """`answer` is what the pairwise question takes; times are milliseconds."""

    answer: dict[str, Any]
    rationale: str | None
    active_ms: int


def _random(annotator: Annotator, item_key: str, seed: int) -> random.Random:
    digest = hashlib.blake2b(f"{annotator.email}|{item_key}|{seed}".encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311 - a simulation, not a secret


def simulate_vote(annotator: Annotator, *, item_key: str, first: Shown, second: Shown, seed: int = 0) -> SimulatedVote:
    """One answer of one simulated annotator to two responses in the order shown."""
    chance = _random(annotator, item_key, seed)
    active_ms = round(1000 * annotator.median_seconds * math.exp(chance.gauss(0, 0.45)))
    # Drawn for the pair in a fixed order, so that without side bias the order shown changes nothing.
    low, high = sorted((first, second), key=lambda shown: shown.response_id)
    lapsed, biased = chance.random() < 2 * (1 - annotator.reliability), chance.random() < annotator.side_bias
    noise, guess, mood = chance.random(), chance.random(), chance.random()
    gap = high.quality - low.quality
    if biased:
        return SimulatedVote({"better": first.response_id, "strength": 1}, None, active_ms)
    if not lapsed and max(first.quality, second.quality) < BOTH_BAD_BELOW:
        return SimulatedVote({"outcome": "both_bad"}, None, active_ms)
    if not lapsed and abs(gap) < TIE_GAP:
        return SimulatedVote({"outcome": "tie"}, None, active_ms)
    prefers_high = guess < 0.5 if lapsed else noise < 1 / (1 + math.exp(-gap / TEMPERATURE))
    better, worse = (high, low) if prefers_high else (low, high)
    strength = _strength(better.quality - worse.quality, mood)
    says_why = mood < RATIONALE_RATE and not lapsed
    return SimulatedVote(
        {"better": better.response_id, "strength": strength}, better.why if says_why else None, active_ms
    )


def _strength(gap: float, mood: float) -> int:
    """1 to 3 from the quality gap, shifted by up to a quarter by mood; a wrong choice is a hesitant one."""
    felt = gap + (mood - 0.5) * 0.25
    return 3 if felt > 0.55 else 2 if felt > 0.25 else 1
