"""k-center and facility location: golden picks of METHODS §14, brute force, and what every selection keeps to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curation.domain.coverage import Picked, coverage_value, covering_radius, facility_location, k_center
from curation.domain.point_cells import copies, k_means, originals_of

Floats = npt.NDArray[np.float64]
TOY = np.array([(0, 0), (0.1, 0), (10, 0), (10, 0.2), (0, 10), (0, 10.1), (5, 5)])
Select = Callable[[Floats, int], Picked]
SELECTORS: dict[str, Select] = {
    "k_center": lambda points, budget: k_center(points, budget=budget),
    "cosine": lambda points, budget: facility_location(points, budget=budget),
    "exp_distance": lambda points, budget: facility_location(points, budget=budget, similarity="exp_distance"),
    "cellwise": lambda points, budget: facility_location(
        points, budget=budget, similarity="exp_distance", cellwise=True, seed=3
    ),
}
few_points = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0])
)


def test_k_center_on_the_toy() -> None:
    result = k_center(TOY, budget=4, first=0)
    assert result.indices.tolist() == [0, 5, 3, 6]
    np.testing.assert_allclose(result.scores[1:], [10.1, np.hypot(10, 0.2), 6.931089], atol=1e-6)
    assert covering_radius(TOY, result.indices) == pytest.approx(0.2, abs=1e-12)


def test_k_center_is_within_twice_the_best_radius() -> None:
    for seed in range(20):
        points = np.random.default_rng(seed).normal(size=(10, 2))
        best = min(covering_radius(points, np.array(some)) for some in combinations(range(10), 3))
        assert covering_radius(points, k_center(points, budget=3).indices) <= 2 * best + 1e-12


def test_k_center_begins_farthest_from_the_mean() -> None:
    assert k_center(np.array([[0.0], [1.0], [9.0]]), budget=1).indices.tolist() == [2]


def test_facility_location_on_the_toy() -> None:
    result = facility_location(TOY, budget=3, similarity="exp_distance")
    assert result.indices.tolist() == [1, 4, 3]
    value = coverage_value(TOY, result.indices, similarity="exp_distance")
    assert value == pytest.approx(5.629383, abs=1e-6)
    assert result.scores.sum() == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("similarity", ["cosine", "exp_distance"])
def test_lazy_picks_are_those_of_plain_greedy_and_near_the_best(similarity: str) -> None:
    for seed in range(10):
        points = np.random.default_rng(seed).normal(size=(11, 3))

        def value(some: list[int], points: Floats = points) -> float:
            return coverage_value(points, np.array(some, dtype=np.int64), similarity=similarity)  # type: ignore[arg-type]

        plain: list[int] = []
        for _ in range(4):
            plain.append(max((j for j in range(11) if j not in plain), key=lambda j: value([*plain, j])))
        result = facility_location(points, budget=4, similarity=similarity)  # type: ignore[arg-type]
        # Two rows that cover each other gain the same; which one rounding prefers is left open.
        assert value(result.indices.tolist()) == pytest.approx(value(plain), abs=1e-9)
        best = max(value(list(some)) for some in combinations(range(11), 4))
        assert value(plain) >= (1 - 1 / np.e) * best


def test_cells_cover_almost_as_well_as_the_whole() -> None:
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(40, 16))[rng.integers(0, 40, 3000)] * 2 + rng.normal(size=(3000, 16))).astype(np.float32)
    whole = facility_location(points, budget=60, cellwise=False)
    cells = facility_location(points, budget=60, cellwise=True)
    assert len(set(cells.indices)) == 60
    assert coverage_value(points, cells.indices) >= 0.97 * coverage_value(points, whole.indices)


@pytest.mark.parametrize("name", SELECTORS)
@given(points=few_points, budget=st.integers(0, 15))
def test_the_budget_is_kept_and_copies_come_last(name: str, points: Floats, budget: int) -> None:
    result, again = SELECTORS[name](points, budget), SELECTORS[name](points, budget)
    assert result.indices.tolist() == again.indices.tolist()
    assert result.indices.size == result.scores.size == min(budget, len(points)) == len(set(result.indices))
    assert bool(result.shortfall) == (budget > len(points))
    distinct = len(np.unique(points, axis=0))
    if name == "cosine":  # rows of one direction are copies there
        length = np.linalg.norm(points, axis=1, keepdims=True)
        points = points / np.where(length > 0, length, 1)
        distinct = int((~copies(points)).sum())
    assert len(np.unique(points[result.indices], axis=0)) >= min(result.indices.size, distinct)


def test_copies_lose_against_rows_that_differ_by_less_than_rounding_hides() -> None:
    rng = np.random.default_rng(4)
    distinct = (rng.normal(size=64) * 10 + rng.normal(size=(40, 64)) * 1e-5).astype(np.float32)
    points = np.concatenate([distinct, distinct])
    count = len(np.unique(distinct, axis=0))
    for select in (SELECTORS["k_center"], SELECTORS["exp_distance"]):
        assert len(np.unique(points[select(points, count).indices], axis=0)) == count


def test_copies_are_found_exactly() -> None:
    points = np.array([[1.0, 0.0], [1.0, -0.0], [0.0, 1.0], [1.0, 1e-300], [0.0, 1.0]], dtype=np.float64)
    assert originals_of(points).tolist() == [0, 0, 2, 3, 2]
    assert copies(points.astype(np.float32)).tolist() == [False, True, False, True, True]


def test_k_means_finds_planted_cells_and_repeats_itself() -> None:
    rng = np.random.default_rng(1)
    group = rng.integers(0, 6, size=600)
    points = rng.normal(size=(6, 5))[group] * 20 + rng.normal(size=(600, 5))
    cells = k_means(points, cells=6, seed=4)
    assert all(len(set(cells.assignment[group == planted])) == 1 for planted in range(6))
    assert len(set(cells.assignment)) == 6
    np.testing.assert_allclose(cells.centres[cells.assignment[0]], points[group == group[0]].mean(axis=0))
    np.testing.assert_array_equal(k_means(points, cells=6, seed=4).assignment, cells.assignment)


def test_k_means_with_more_cells_than_rows() -> None:
    cells = k_means(np.array([[0.0], [5.0]]), cells=9, seed=0)
    assert sorted(cells.assignment.tolist()) == [0, 1]
    assert cells.distance.tolist() == [0, 0]


def test_points_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        k_center(np.array([[np.nan]]), budget=1)
    with pytest.raises(ValueError, match="at least zero"):
        k_center(TOY, budget=-1)
