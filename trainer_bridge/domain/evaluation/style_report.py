"""What becomes of a reward model's verdicts when answers say the same in another style. Pure numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.domain.arrays import Floats, Labels
from trainer_bridge.domain.evaluation.measured import mean, share, told
from trainer_bridge.domain.evaluation.pair_length import length_of
from trainer_bridge.domain.evaluation.scored import OK, Scored, pairs_of
from trainer_bridge.domain.evaluation.styles import VARIANTS


@dataclass(frozen=True)
class Restyled:
    """An item as it is, and each variant's scores of its candidates.

    `changed` says of each variant whether it rewrote every candidate.
    """

    scored: Scored
    scores: Mapping[str, Sequence[float]]
    changed: Mapping[str, bool]


def style_report(items: Sequence[Restyled], *, seed: int = 0) -> dict[str, Any]:
    """Flips of verdicts and changes of scores by variant, over items that are ok and that the variant rewrites.

    A verdict is the sign of the worst right minus the best wrong score. `flips` rewrites all candidates, `wrong_only`
    and `right_only` one side: a model that flips there takes style for substance. `score_change` is in units of the
    spread of the scores as they are.
    """
    sound = [item for item in items if item.scored.state == OK]
    scores = np.array([score for item in sound for score in item.scored.scores], dtype=np.float64)
    spread = float(scores.std()) if scores.size else 0.0
    variants = [_variant(name, title, sound, spread, seed) for name, title in _NAMES]
    return {
        "sampled": len(items),
        "n": len(sound),
        "score_spread": spread,
        "accuracy": told(share(_right(_verdicts([item.scored.margin for item in sound])), _groups(sound), seed=seed)),
        "variants": variants,
        "length": length_of(pairs_of([item.scored for item in sound]), seed=seed),
    }


_NAMES = [(variant.name, variant.title) for variant in VARIANTS]


def _variant(name: str, title: str, items: Sequence[Restyled], spread: float, seed: int) -> dict[str, Any]:
    held = [item for item in items if item.changed[name]]
    groups = _groups(held)
    before = _verdicts([item.scored.margin for item in held])

    def flips(*, right: bool, wrong: bool) -> dict[str, Any]:
        after = _verdicts([_margin(item, name, right=right, wrong=wrong) for item in held])
        return told(share((after != before).astype(np.float64), groups, seed=seed))

    changes = [np.mean(np.subtract(item.scores[name], np.asarray(item.scored.scores, dtype=float))) for item in held]
    unit = spread or 1.0
    after = _verdicts([_margin(item, name, right=True, wrong=True) for item in held])
    return {
        "name": name,
        "title": title,
        "n": len(held),
        "flips": flips(right=True, wrong=True),
        "right_only": flips(right=True, wrong=False),
        "wrong_only": flips(right=False, wrong=True),
        "accuracy_before": told(share(_right(before), groups, seed=seed)),
        "accuracy_after": told(share(_right(after), groups, seed=seed)),
        "score_change": told(mean(np.array(changes, dtype=np.float64) / unit, groups, seed=seed)),
    }


def _margin(item: Restyled, name: str, *, right: bool, wrong: bool) -> float:
    """Worst right minus best wrong score, with the sides named rewritten."""
    sides = list(zip(item.scored.scores, item.scores[name], item.scored.correct, strict=True))
    good = [new if right else old for old, new, correct in sides if correct]
    bad = [new if wrong else old for old, new, correct in sides if not correct]
    return float(min(np.array(good, dtype=float)) - max(np.array(bad, dtype=float)))


def _verdicts(margins: Sequence[float]) -> Floats:
    signs: Floats = np.sign(np.array(margins, dtype=np.float64))
    return signs


def _right(verdicts: Floats) -> Floats:
    return (verdicts > 0).astype(np.float64)


def _groups(items: Sequence[Restyled]) -> Labels:
    return np.array([item.scored.group for item in items], dtype=object)
