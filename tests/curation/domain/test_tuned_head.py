"""One tuned head: the optimum of its rows, weights that count rows, sides that do not matter, l2 from its own rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from curation.domain.bradley_terry_heads import L2_GRID, TunedHead, fit_head, grouped_folds

Floats = npt.NDArray[np.float64]


def world(seed: int, *, rows: int = 400, width: int = 6, flips: float = 0.2) -> tuple[Floats, Floats]:
    """Differences b − a ~ N(0, I) and what the labels say of b, some of them turned."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=width)
    x = rng.normal(size=(rows, width))
    target = ((x @ truth > 0) != (rng.random(rows) < flips)).astype(np.float64)
    return x, target


def fit(x: Floats, target: Floats, **changes: object) -> TunedHead:
    given: dict[str, object] = {"groups": np.arange(len(x)), "targets": target, "seed": 7, **changes}
    return fit_head(x, **given)  # type: ignore[arg-type]


def newton(x: Floats, target: Floats, weight: Floats, l2: float) -> Floats:
    w = np.zeros(x.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-(x @ w)))
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + l2 * np.eye(x.shape[1])
        w -= np.linalg.solve(hessian, x.T @ (weight * (p - target)) + l2 * w)
    return w


def test_the_head_is_the_optimum_at_the_l2_it_chose() -> None:
    x, target = world(1)
    weight = np.random.default_rng(2).uniform(0.2, 2, size=400)
    soft = np.clip(target, 0.1, 0.8)

    head = fit(x, soft, weights=weight)

    scale = np.sqrt(np.square(x).mean(axis=0))
    assert head.converged
    assert head.l2 in L2_GRID
    np.testing.assert_allclose(head.weights, newton(x / scale, soft, weight, head.l2) / scale, rtol=1e-4, atol=1e-6)


def test_the_l2_is_the_best_of_a_plain_grouped_cross_validation() -> None:
    x, target = world(3, rows=200)
    groups = np.arange(200) // 3
    grid = (0.1, 3.0, 100.0, 3000.0)

    head = fit(x, target, groups=groups, l2_grid=grid)

    fold, scale = grouped_folds(groups, folds=5, seed=7), np.sqrt(np.square(x).mean(axis=0))
    losses = []
    for l2 in grid:
        loss = 0.0
        for number in range(5):
            w = newton((x / scale)[fold != number], target[fold != number], np.ones((fold != number).sum()), l2)
            z = (x / scale)[fold == number] @ w
            loss += float((np.logaddexp(0, z) - target[fold == number] * z).sum())
        losses.append(loss / 200)
    # Tuning stops a little before each optimum; the order of the candidates is what counts.
    np.testing.assert_allclose(head.tuning_loss, losses, atol=5e-4)
    assert head.l2 == grid[int(np.argmin(losses))]
    assert not head.l2_at_edge


def test_swapping_sides_negates_every_margin_exactly() -> None:
    x, target = world(4)
    swapped = np.random.default_rng(5).random(400) < 0.5
    sign = np.where(swapped, -1.0, 1.0)

    one = fit(x, target)
    other = fit(x * sign[:, None], np.where(swapped, 1 - target, target))

    assert one.l2 == other.l2
    np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(other.margins(-x), -one.margins(x))


def test_labels_that_a_line_tells_apart_want_no_regularisation_and_it_is_said() -> None:
    x, target = world(6, rows=1000, width=2, flips=0.0)

    head = fit(x, target)

    assert (head.l2, head.l2_at_edge) == (L2_GRID[0], True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"folds": 1}, "at least two folds"),
        ({"l2_grid": (0.0, 1.0)}, "a grid of values above zero"),
        ({"weights": np.zeros(40)}, "a row whose weight is above zero"),
        ({"targets": np.full(40, 1.5)}, "targets: one finite number a row"),
        ({"groups": np.zeros(40)}, "5 folds need at least as many prompt groups; there are 1"),
    ],
)
def test_wrong_input_is_refused(changes: dict[str, object], sentence: str) -> None:
    x, target = world(8, rows=40)
    with pytest.raises(ValueError, match=sentence):
        fit(x, target, **changes)
