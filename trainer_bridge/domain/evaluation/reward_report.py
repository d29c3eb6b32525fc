"""Everything that scores of a reward model say about it, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from trainer_bridge.domain.evaluation.best_of_n import best_of_n
from trainer_bridge.domain.evaluation.measured import draw_means, told, within
from trainer_bridge.domain.evaluation.pair_calibration import calibration_of
from trainer_bridge.domain.evaluation.pair_length import length_of
from trainer_bridge.domain.evaluation.rm_bench import STYLES, difficulties, item_wins
from trainer_bridge.domain.evaluation.rules import entries_of, rule_of, ties_of
from trainer_bridge.domain.evaluation.scoreboard import scoreboard
from trainer_bridge.domain.evaluation.scored import OK, Scored, pairs_of

# Further candidates would make the curve one of the few items that have them.
_MOST_OF_N = 16


def reward_report(items: Sequence[Scored], *, layout: str, seed: int = 0) -> dict[str, Any]:
    """Numbers over the items that are ok; failed and leaked ones are in none of them."""
    rule, sound = rule_of(layout), [item for item in items if item.state == OK]
    entries = entries_of(sound, layout)
    pairs = pairs_of(sound)
    ties = ties_of(sound)
    return {
        "layout": layout,
        "rule": rule.sentence,
        "overall_rule": rule.overall,
        "chance": rule.chance,
        **scoreboard(entries, rule.sections(entries), seed=seed).told(),
        "ties": sum(item.margin == 0 for item in sound),
        "ties_subset": None if ties is None else {k: v for k, v in asdict(ties).items() if k != "by_question"},
        "styles": _styles(sound, seed) if layout == "rm_bench" and sound else None,
        "calibration": calibration_of(pairs, seed=seed),
        "best_of_n": _best_of_n(sound, seed),
        "length": length_of(pairs, seed=seed),
    }


def _styles(items: Sequence[Scored], seed: int) -> dict[str, Any]:
    """Easy, normal and hard over all items with intervals, and the share of wins for each pair of styles."""
    matrices = np.stack([item_wins(item) for item in items])
    each = [difficulties(matrix) for matrix in matrices]
    names = ("easy", "normal", "hard")
    columns = np.array([[getattr(one, name) for one in each] for name in names])
    draws = draw_means(columns, np.array([item.group for item in items], dtype=object), seed=seed)
    numbers = {name: told(within(float(columns[at].mean()), draws[at], len(items))) for at, name in enumerate(names)}
    return {**numbers, "styles": list(STYLES), "matrix": matrices.mean(axis=0).tolist()}


def _best_of_n(items: Sequence[Scored], seed: int) -> list[Any]:
    """Of items with three answers or more; the right ones are worth 1, the wrong ones 0."""
    held = [item for item in items if len(item.scores) > 2]
    scored = [([float(s) for s in item.scores if s is not None], [float(c) for c in item.correct]) for item in held]
    groups = np.array([item.group for item in held], dtype=object)
    return best_of_n(scored, groups, seed=seed)[:_MOST_OF_N]
