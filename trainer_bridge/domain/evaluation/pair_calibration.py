"""Whether differences of scores are the log-odds they stand for: Bradley–Terry's σ(gap) against what is right."""

from __future__ import annotations

from typing import Any

import numpy as np

from curation.domain.judging.calibration import fit_pair_calibration, out_of_fold
from curation.domain.judging.logistic import sigmoid, softplus
from curation.domain.judging.reliability import probabilities
from trainer_bridge.domain.evaluation.measured import mean, told
from trainer_bridge.domain.evaluation.scored import Pairs


def calibration_of(pairs: Pairs, *, seed: int = 0) -> dict[str, Any] | None:
    """Brier score, log loss and calibration error of σ(gap), as it is and scaled by a slope fitted on other prompts.

    A slope above 1 tells a model whose gaps are too small for how right it is. None without pairs.
    """
    if not len(pairs):
        return None
    slope = fit_pair_calibration(pairs.gaps)
    tested = out_of_fold(pairs.gaps, pairs.groups.astype(str), seed=seed)
    return {
        "n": len(pairs),
        "slope": slope.slope,
        "raw": _quality(pairs.gaps, pairs, seed),
        "calibrated": None if tested is None else _quality(tested, pairs, seed),
    }


def _quality(towards: Any, pairs: Pairs, seed: int) -> dict[str, Any]:
    found = probabilities(towards)
    return {
        "brier": told(mean(np.square(1 - sigmoid(towards)), pairs.groups, seed=seed)),
        "log_loss": told(mean(softplus(-towards), pairs.groups, seed=seed)),
        "calibration_error": found.calibration_error,
        "curve": [point.__dict__ for point in found.curve],
    }
