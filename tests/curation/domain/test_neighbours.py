"""Distances to neighbours, and entropies that are known (METHODS §7)."""

from __future__ import annotations

import numpy as np
import pytest

from curation.domain.neighbours import knn_entropy, kth_distances, log_distances


def test_distances_by_hand() -> None:
    points = np.array([[0.0], [1.0], [3.0], [7.0]])
    assert kth_distances(points, k=1).tolist() == [1, 1, 2, 4]
    assert kth_distances(points, k=2).tolist() == [3, 2, 3, 6]
    assert kth_distances(points, k=9).tolist() == [7, 6, 4, 7]
    assert kth_distances(points, k=1, reference=np.array([0, 3])).tolist() == [7, 1, 3, 7]
    assert kth_distances(points, k=1, reference=np.array([2])).tolist() == [3, 2, np.inf, 4]


def test_cells_find_nearly_the_same_neighbours() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(30, 8))[rng.integers(0, 30, 2500)] * 3 + rng.normal(size=(2500, 8))
    exact, cells = kth_distances(points, k=5, exact=True), kth_distances(points, k=5, exact=False, seed=1)
    assert (cells >= exact - 1e-9).all()
    assert (cells <= exact * 1.001).mean() > 0.8
    assert np.abs(log_distances(cells) - log_distances(exact)).mean() < 0.05


@pytest.mark.parametrize("width", [1, 2, 3])
def test_the_entropy_of_a_standard_normal(width: int) -> None:
    points = np.random.default_rng(width).normal(size=(3000, width))
    truth = width / 2 * np.log(2 * np.pi * np.e)
    assert knn_entropy(points) == pytest.approx(truth, abs=0.05)
    assert knn_entropy(2 * points) - knn_entropy(points) == pytest.approx(width * np.log(2), abs=1e-9)


def test_copies_have_no_density() -> None:
    with pytest.raises(ValueError, match="5 copies"):
        knn_entropy(np.zeros((10, 2)))
    with pytest.raises(ValueError, match="more than 5 rows"):
        knn_entropy(np.zeros((5, 2)))
