"""Two heads that judge each other's rows find planted flips."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from curation.ml.cross_filter import CrossFilterOptions, cross_filter
from curation.ml.model_folder import ScoringError

OPTIONS = CrossFilterOptions(seed=0)


def world(seed: int, share: float, count: int = 2000, width: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """METHODS.md §1: differences ~ N(0, I), true weights of length 2, chosen truly better, then labels flipped."""
    generator = np.random.default_rng(seed)
    weights = generator.normal(size=width)
    weights *= 2 / np.linalg.norm(weights)
    rows = generator.normal(size=(count, width))
    rows *= np.sign(rows @ weights)[:, None]
    flipped = generator.random(count) < share
    rows[flipped] *= -1
    return rows, flipped


@pytest.mark.parametrize(("share", "least"), [(0.1, 0.97), (0.2, 0.97), (0.3, 0.95), (0.4, 0.9)])
@pytest.mark.parametrize("seed", range(4))
def test_planted_flips_have_the_higher_noise(seed: int, share: float, least: float) -> None:
    rows, flipped = world(seed, share)

    found = cross_filter(rows, OPTIONS)

    assert roc_auc_score(flipped, found.noise) >= least
    assert roc_auc_score(flipped, found.fluctuation) >= 0.7
    assert roc_auc_score(flipped, 1 - found.kept) >= 0.75
    assert ((found.noise >= 0) & (found.noise <= 1)).all()


def test_wide_features_and_few_rows_still_tell_flips_apart() -> None:
    rows, flipped = world(0, 0.2, width=100)

    assert roc_auc_score(flipped, cross_filter(rows, OPTIONS).noise) >= 0.85


def test_the_same_seed_gives_the_same_scores_and_another_other_ones() -> None:
    rows, _ = world(1, 0.2, count=200)

    first, again = cross_filter(rows, OPTIONS), cross_filter(rows, OPTIONS)
    other = cross_filter(rows, CrossFilterOptions(seed=1))

    assert (first.noise == again.noise).all()
    assert (first.noise != other.noise).any()


def test_a_row_is_never_judged_by_a_head_that_trained_on_it() -> None:
    # Two groups with opposite labels: a head that saw its own rows would find nothing wrong with them.
    rows, _ = world(2, 0.0, count=2000)
    groups = np.repeat([0, 1], 1000)
    rows[groups == 1] *= -1

    found = cross_filter(rows, CrossFilterOptions(seed=0, noise_rate=0.0), groups=groups)

    assert found.noise.mean() > 0.8


def test_changing_sides_and_columns_scale_changes_nothing() -> None:
    rows, _ = world(3, 0.2, count=200)
    scale = np.array([0.5, 2.0, 4.0, 0.25, 8.0, 1.0, 2.0, 16.0])

    first, negated, scaled = (cross_filter(table, OPTIONS) for table in (rows, -rows, rows * scale))

    # All rows negated is the same problem with all weights negated.
    assert (first.noise == negated.noise).all()
    assert first.noise == pytest.approx(scaled.noise, abs=1e-9)


def test_rows_with_missing_features_are_unknown_and_change_no_other() -> None:
    rows, _ = world(4, 0.2, count=200)
    gaps = np.insert(rows, [0, 50], np.nan, axis=0)

    whole, found = cross_filter(rows, OPTIONS), cross_filter(gaps, OPTIONS)

    assert np.flatnonzero(~found.known).tolist() == [0, 51]
    assert np.isnan(found.noise[~found.known]).all()
    assert (found.noise[found.known] == whole.noise).all()


def test_too_little_to_split_is_refused() -> None:
    rows, _ = world(5, 0.2, count=60)

    with pytest.raises(ScoringError, match="at least 40 rows with features; there are 30"):
        cross_filter(rows[:30], OPTIONS)
    with pytest.raises(ScoringError, match="at least two prompts"):
        cross_filter(rows, OPTIONS, groups=["one"] * 60)
    with pytest.raises(ValueError, match="below one half"):
        CrossFilterOptions(seed=0, noise_rate=0.5)
