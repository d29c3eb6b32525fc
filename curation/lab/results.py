"""What a lab run found, in the shape the API shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from curation.domain.lab import Comparison, Estimate, compare, found_at_random, found_by_margin, over_seeds
from curation.lab.choices import ArmKind
from curation.lab.fits import Fit, fit_read, review_read, review_size
from curation.lab.known_errors import REASON
from curation.lab.prepared import Prepared, PreparedArm, Review
from curation.models import LabRun


def results_of(run: LabRun, prepared: Prepared) -> dict[str, Any]:
    """Put the fits of all seeds together. Every fit must have been written."""
    fits = {arm.key: [fit_read(run, arm.key, seed) for seed in run.seed_list] for arm in prepared.arms}
    correct = {key: np.stack([fit.correct for fit in each]) for key, each in fits.items()}
    groups = prepared.group[prepared.gold_rows]
    arms = []
    for arm in prepared.arms:
        versus = None if arm.facts["kind"] == ArmKind.RAW else compare(correct[arm.key], correct["raw"], groups)
        arms.append(_arm(arm, prepared.sample, fits[arm.key], versus))
    return {
        "gold": prepared.gold,
        "sample": prepared.sample,
        "arms": arms,
        "review": _review(run, prepared.review) if prepared.review else None,
        "review_reason": None if prepared.review else REASON,
        "notes": [*prepared.notes, *_fit_notes(arms)],
    }


def _arm(arm: PreparedArm, sample: int, fits: list[Fit], versus: Comparison | None) -> dict[str, Any]:
    by_seed = np.array([fit.correct.mean() for fit in fits])
    return {
        **arm.facts,
        "pairs_used": sample,
        "accuracy": {**_figure(over_seeds(by_seed)), "by_seed": by_seed.tolist()},
        "versus_raw": versus
        and {
            "difference": versus.difference,
            "low": versus.low,
            "high": versus.high,
            "verdict": versus.verdict,
        },
        "l2": [fit.l2 for fit in fits],
        "l2_at_edge": any(fit.l2_at_edge for fit in fits),
        "converged": all(fit.converged for fit in fits),
    }


def _review(run: LabRun, review: Review) -> dict[str, Any]:
    wrong, after = review.wrong[review.known], review.wrong_after[review.known]
    pairs, errors, budget = wrong.size, int(wrong.sum()), review_size(review, run.review_budget)
    by_seed = np.stack([review_read(run, seed) for seed in run.seed_list])
    found = {
        "margin": found_by_margin(by_seed, pairs=pairs, errors=errors, budget=budget),
        "random": found_at_random(wrong, after, budget),
    }
    return {
        "basis": review.basis,
        "budget": run.review_budget,
        "pairs": pairs,
        "reviewed": budget,
        "errors": errors,
        "wrong_before": errors / pairs,
        **{
            name: {what: _figure(getattr(each, what)) for what in ("recall", "precision", "left")}
            for name, each in found.items()
        },
    }


def _figure(estimate: Estimate) -> dict[str, float]:
    return {"mean": estimate.mean, "se": estimate.se}


def _fit_notes(arms: list[dict[str, Any]]) -> list[str]:
    notes = []
    edge = [f"“{arm['name']}”" for arm in arms if arm["l2_at_edge"]]
    if edge:
        notes.append(
            f"The best regularisation of {', '.join(edge)} lay at the edge of what was tried; with so little to learn "
            "from the features, differences mean little."
        )
    unfinished = [f"“{arm['name']}”" for arm in arms if not arm["converged"]]
    if unfinished:
        notes.append(f"Heads of {', '.join(unfinished)} did not converge; do not trust their figures.")
    return notes
