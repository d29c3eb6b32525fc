"""What one seed does: a tuned head for every arm, judged on the gold, and the label errors its margins find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.domain.arrays import Floats
from curation.domain.bradley_terry_heads import fit_head, fit_heads
from curation.domain.lab import correctness, group_order, reviewed_in_order, sample_of
from curation.lab.prepare import FOLDS
from curation.lab.prepared import Prepared, Review, TrainingSet
from curation.models import LabRun
from webapp.store.files import store

MEMBERS = 5


@dataclass(frozen=True)
class Fit:
    """How an arm's head did with a seed: `correct` (gold pairs,) is 1, ½ or 0."""

    correct: Floats
    l2: float
    l2_at_edge: bool
    converged: bool


def fit_seed(run: LabRun, prepared: Prepared, seed: int, advance: Callable[[int], None]) -> None:
    """Fit what is not fitted yet, one file a head, so that a stopped run goes on where it was."""
    order, at = group_order(int(prepared.group.max()) + 1, seed=seed), run.seed_list.index(seed)
    for arm in prepared.arms:
        key = run.fit_key(arm.key, seed)
        if not store().exists(key):
            fit = _fit(prepared, arm.halves[at], order, seed)
            _write(key, correct=fit.correct, l2=fit.l2, l2_at_edge=fit.l2_at_edge, converged=fit.converged)
        advance(1)
    if prepared.review is not None:
        if not store().exists(run.review_key(seed)):
            _write(run.review_key(seed), found=_found(prepared, prepared.review, run.review_budget, seed))
        advance(1)


def fit_read(run: LabRun, arm: str, seed: int) -> Fit:
    with store().open(run.fit_key(arm, seed)) as file, np.load(file, allow_pickle=False) as arrays:
        return Fit(
            arrays["correct"], float(arrays["l2"]), bool(arrays["l2_at_edge"]), converged=bool(arrays["converged"])
        )


def review_read(run: LabRun, seed: int) -> Floats:
    """(3,) recall, precision and share of wrong labels left."""
    with store().open(run.review_key(seed)) as file, np.load(file, allow_pickle=False) as arrays:
        found: Floats = arrays["found"]
        return found


def review_size(review: Review, budget: float) -> int:
    """How many pairs people look at: a share of those whose errors are known, at least one."""
    return max(1, round(budget * int(review.known.sum())))


def _fit(prepared: Prepared, half: TrainingSet, order: Floats, seed: int) -> Fit:
    drawn = sample_of(prepared.group[half.rows], order, prepared.sample)
    rows = half.rows[drawn]
    head = fit_head(
        prepared.features[rows],
        groups=prepared.group[rows],
        targets=half.targets[drawn],
        weights=half.weights[drawn],
        folds=FOLDS,
        seed=seed,
    )
    margins = head.margins(prepared.features[prepared.gold_rows])
    return Fit(correctness(margins, prepared.gold_towards), head.l2, head.l2_at_edge, head.converged)


def _found(prepared: Prepared, review: Review, budget: float, seed: int) -> Floats:
    """Margins towards the label by heads that saw no label of the prompt, the lowest looked at first."""
    fitted = fit_heads(
        prepared.features[review.rows],
        groups=prepared.group[review.rows],
        targets=(review.dir > 0).astype(np.float64),
        folds=FOLDS,
        members=MEMBERS,
        seed=seed,
    )
    known = review.known
    margins = (review.dir * fitted.margins.mean(axis=1))[known]
    found = reviewed_in_order(margins, review.wrong[known], review.wrong_after[known], review_size(review, budget))
    return np.array(found)


def _write(key: str, **arrays: Any) -> None:
    with store().writer(key) as file:
        np.savez(file, **arrays)
