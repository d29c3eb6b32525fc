"""Linear Bradley–Terry heads: the optimum, the fold discipline, exact antisymmetry, planted noise (METHODS §1)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from curation.domain.batched_logistic import Problem, value_and_gradient
from curation.domain.bradley_terry_heads import Heads, OutOfFold, fit_heads, grouped_folds
from curation.domain.strength_zones import EnsembleStrength, Zone, thresholds_of, zones_of

Floats = npt.NDArray[np.float64]


def sigma(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-z))


def planted(
    seed: int, *, rows: int = 2000, width: int = 8, flips: float
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Differences chosen − rejected after `flips` of the labels were turned, true gaps, and which were turned."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=width)
    truth *= 2 / np.linalg.norm(truth)
    x = rng.normal(size=(rows, width))
    x *= np.sign(x @ truth)[:, None]
    flipped = rng.random(rows) < flips
    x[flipped] *= -1
    return x, np.abs(x @ truth), flipped


def fit(x: Floats, **changes: object) -> OutOfFold:
    given: dict[str, object] = {"groups": np.arange(len(x)), "seed": 7, "l2": 1.0, **changes}
    return fit_heads(x, **given)  # type: ignore[arg-type]


def problem_of(seed: int) -> Problem:
    rng = np.random.default_rng(seed)
    x = np.linalg.svd(rng.normal(size=(60, 4)), full_matrices=False)[0] * 8
    weights = rng.integers(0, 3, size=(60, 3)).astype(float)
    return Problem(
        features=x,
        excess=rng.uniform(0, 0.5, size=60),
        weights_of=lambda rows, columns: weights[rows][:, columns],
        total_weight=weights.sum(axis=0),
        l2=np.array([0.1, 1.0, 10.0]),
        curvature=np.square(x).sum(axis=0),
    )


def test_the_gradient_agrees_with_finite_differences() -> None:
    problem, columns = problem_of(1), np.arange(3)
    at = np.random.default_rng(2).normal(size=(4, 3))
    _, gradient = value_and_gradient(problem, at, columns)
    for feature in range(4):
        nudge = np.zeros((4, 1))
        nudge[feature] = 1e-5
        up, _ = value_and_gradient(problem, at + nudge, columns)
        down, _ = value_and_gradient(problem, at - nudge, columns)
        np.testing.assert_allclose(gradient[feature], (up - down) / 2e-5, rtol=1e-7, atol=1e-7)


def newton(x: Floats, target: Floats, weight: Floats, l2: float) -> Floats:
    """The plainest Newton iteration, as a second opinion."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = sigma(x @ w)
        gradient = x.T @ (weight * (p - target)) + l2 * w
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + l2 * np.eye(x.shape[1])
        w -= np.linalg.solve(hessian, gradient)
    return w


def test_every_head_is_the_optimum_of_its_bootstrap() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) * np.array([1, 10, 0.1, 1, 3])
    target, weight = rng.uniform(size=300), rng.uniform(0.5, 2, size=300)
    result = fit(x, targets=target, weights=weight, folds=3, members=2, l2=2.5)
    scale = np.sqrt(np.square(x).mean(axis=0))
    for head in range(6):
        training = np.flatnonzero(result.fold != head // 2)
        draws = np.random.default_rng([7, 1, head // 2, head % 2]).integers(0, training.size, training.size)
        count = np.zeros(300)
        np.add.at(count, training[draws], 1)
        expected = newton(x / scale, target, weight * count, 2.5) / scale
        np.testing.assert_allclose(result.heads.weights[head], expected, rtol=1e-4, atol=1e-6)
    assert result.converged


def test_rows_are_scored_only_by_heads_of_their_own_fold() -> None:
    x, _, _ = planted(0, rows=200, flips=0.2)
    result = fit(x)
    everything = result.heads.predict(x)
    for row in range(200):
        own = result.heads.fold == result.fold[row]
        np.testing.assert_array_equal(result.margins[row], everything[row, own])


def test_labels_of_a_fold_do_not_touch_its_own_margins_nor_its_l2() -> None:
    x, _, _ = planted(1, rows=400, flips=0.3)
    groups = np.arange(400) // 4
    fold = grouped_folds(groups, folds=5, seed=7)
    target = np.ones(400)
    target[fold == 2] = 0
    plain, turned = fit(x, groups=groups, l2=None), fit(x, groups=groups, l2=None, targets=target)
    assert (plain.fold == fold).all()
    np.testing.assert_array_equal(plain.margins[fold == 2], turned.margins[fold == 2])
    assert plain.l2_by_fold[2] == turned.l2_by_fold[2]
    assert not np.array_equal(plain.margins[fold == 1], turned.margins[fold == 1])


def test_folds_keep_groups_whole_and_are_even() -> None:
    groups = np.repeat(np.arange(100), np.random.default_rng(0).integers(1, 6, size=100)).astype(str)
    fold = grouped_folds(groups, folds=5, seed=1)
    assert all(len(set(fold[groups == group])) == 1 for group in set(groups))
    counts = np.bincount(fold, minlength=5)
    assert counts.max() - counts.min() <= 5
    assert (grouped_folds(groups, folds=5, seed=2) != fold).any()


@pytest.mark.parametrize("l2", [1.0, None])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_swapping_sides_negates_margins_to_the_last_bit(l2: float | None, dtype: type) -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 6)).astype(dtype)
    target = rng.choice([0.0, 0.25, 0.5, 1.0], size=300)
    swapped = rng.random(300) < 0.5
    side = np.where(swapped, -1, 1)
    before = fit(x, targets=target, l2=l2)
    after = fit(x * side[:, None].astype(dtype), targets=np.where(swapped, 1 - target, target), l2=l2)
    np.testing.assert_array_equal(after.margins, before.margins * side[:, None])
    np.testing.assert_array_equal(after.heads.weights, before.heads.weights)


def test_the_seed_decides_and_nothing_else() -> None:
    x, _, _ = planted(2, rows=300, flips=0.2)
    np.testing.assert_array_equal(fit(x).margins, fit(x).margins)
    assert (fit(x, seed=8).margins != fit(x).margins).any()


def test_a_row_of_weight_zero_is_absent() -> None:
    rng = np.random.default_rng(5)
    x, weight, other = rng.normal(size=(60, 3)), np.ones(60), np.ones(60)
    weight[::3] = 0
    other[::3] = 0.1
    np.testing.assert_allclose(fit(x, weights=weight).margins, fit(x, weights=weight, targets=other).margins, atol=1e-6)


@pytest.mark.parametrize(("flips", "clean_marked"), [(0.2, 0.04), (0.3, 0.06)])
def test_planted_flips_are_found(flips: float, clean_marked: float) -> None:
    for seed in range(10):
        x, gap, flipped = planted(seed, flips=flips)
        strength = EnsembleStrength.of(fit(x, seed=seed, l2=None).margins)
        wrong = zones_of(strength, thresholds_of(strength)) == Zone.WRONG
        clear = gap > 1
        assert (wrong & clear & flipped).sum() / (wrong & clear).sum() >= 0.98
        assert (wrong & clear & flipped).sum() / (clear & flipped).sum() >= 0.95
        assert (wrong & ~flipped).sum() / (~flipped).sum() <= clean_marked


def test_pure_noise_is_regularised_away_and_said_to_lie_at_the_edge() -> None:
    rng = np.random.default_rng(6)
    x, target = rng.normal(size=(600, 40)), rng.choice([0.0, 1.0], size=600)
    result = fit(x, targets=target, l2=None, l2_grid=(0.01, 1.0, 100.0, 1e6))
    assert (result.l2_by_fold == 1e6).sum() >= 4
    assert result.l2_at_edge
    assert result.tuning_loss is not None
    assert result.tuning_loss[:, -1] == pytest.approx(np.log(2), abs=1e-3)


def test_memory_shows_as_the_gap_between_in_and_out_of_fold() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(100, 60))
    result = fit(x * rng.choice([-1, 1], size=(100, 1)), l2=0.1)
    assert result.mean_in_sample > 2
    assert abs(result.mean_out_of_fold) < result.mean_in_sample / 3


def test_heads_survive_a_file_and_score_new_rows() -> None:
    x, _, _ = planted(3, rows=200, flips=0.1)
    heads = fit(x, folds=2, members=3).heads
    again = Heads.from_arrays(heads.as_arrays())
    assert again.predict(x[:7]).shape == (7, 6)
    np.testing.assert_array_equal(again.predict(x), heads.predict(x))
    np.testing.assert_array_equal(again.predict(-x), -heads.predict(x))
    with pytest.raises(ValueError, match="know 8 features"):
        heads.predict(x[:, :3])
    with pytest.raises(ValueError, match="not heads"):
        Heads.from_arrays({**heads.as_arrays(), "l2": np.ones(1)})


def test_a_feature_that_is_always_zero_changes_nothing() -> None:
    x, _, _ = planted(4, rows=200, flips=0.1)
    wider = np.hstack([x, np.zeros((200, 2))])
    result = fit(wider)
    assert (result.heads.weights[:, 8:] == 0).all()
    np.testing.assert_allclose(result.margins, fit(x).margins, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"groups": np.zeros(20)}, "at least as many prompt groups"),
        ({"folds": 2, "l2": None}, "three when l2 is tuned"),
        ({"l2": 0.0}, "above zero"),
        ({"targets": np.full(20, 1.5)}, "targets"),
        ({"weights": np.full(20, -1.0)}, "weights"),
    ],
)
def test_what_cannot_be_fitted_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(np.random.default_rng(0).normal(size=(20, 2)), **changes)


def test_features_that_are_not_finite_are_refused() -> None:
    x = np.ones((20, 2))
    x[3, 1] = np.nan
    with pytest.raises(ValueError, match="not finite"):
        fit(x)
