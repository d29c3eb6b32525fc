"""The quick ensemble on 20,000 pairs with embeddings at hand: 5 folds of 5 members, tuned, scored out of fold."""

from __future__ import annotations

import time

import numpy as np

from tests.benchmarks.output import emit

PAIRS, FEATURES = 20_000, 386


def main() -> None:
    from curation.domain.bradley_terry_heads import fit_heads

    draw = np.random.default_rng(0)
    features = draw.normal(size=(PAIRS, FEATURES)).astype(np.float32)
    weights = draw.normal(size=FEATURES) * 2 / FEATURES**0.5
    targets = (draw.random(PAIRS) < 1 / (1 + np.exp(-features @ weights))).astype(float)
    began = time.perf_counter()
    fitted = fit_heads(features, groups=np.arange(PAIRS) // 2, targets=targets, seed=0)
    took = time.perf_counter() - began
    right = float(((fitted.margins.mean(axis=1) > 0) == (features @ weights > 0)).mean())
    emit("ensemble_20k_s", took, "s", pairs=PAIRS, features=FEATURES, agreement_with_truth=round(right, 3))


if __name__ == "__main__":
    main()
