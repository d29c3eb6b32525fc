"""BALD and D-optimal pairs: golden numbers of METHODS §13 and its simulation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curation.domain.information import bald, binary_entropy, d_optimal

Floats = npt.NDArray[np.float64]
PHI = np.array([(1, 0), (0, 1), (1, 1), (0, 0)], dtype=float)
PAIRS = list(combinations(range(4), 2))
few_pairs = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0])
)


def sigma(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-z))


def test_bald_tells_disagreement_from_ties() -> None:
    p = np.array([[0.9] * 4, [0.5] * 4, [0.05, 0.95, 0.1, 0.9]])
    np.testing.assert_allclose(bald(p), [0, 0, 0.431348], atol=1e-6)
    np.testing.assert_allclose(binary_entropy(p.mean(axis=1)), [0.325083, 0.693147, 0.693147], atol=1e-6)
    assert binary_entropy(np.array([0.0, 1.0])).tolist() == [0, 0]


def test_the_example_of_methods_13() -> None:
    x = np.array([PHI[a] - PHI[b] for a, b in PAIRS])
    p = sigma(x @ np.array([0.5, -0.5]))
    first_gains = np.array(
        [
            d_optimal(row[None], np.array([q]), budget=1, precision=0.1).picked.scores[0]
            for row, q in zip(x, p, strict=True)
        ]
    )
    np.testing.assert_allclose(first_gains, [1.5958, 1.209, 1.209, 1.209, 1.209, 1.7918], atol=1e-4)
    result = d_optimal(x, p, budget=3, precision=0.1, repeats=True)
    assert [PAIRS[pair] for pair in result.picked.indices] == [(2, 3), (0, 1), (2, 3)]
    np.testing.assert_allclose(result.log_det, [-2.81341, -1.21762, -0.61148], atol=1e-5)
    assert np.linalg.slogdet(result.precision)[1] == pytest.approx(result.log_det[-1], abs=1e-12)


def test_lazy_picks_are_those_of_plain_greedy() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x, p = rng.normal(size=(60, 4)), rng.uniform(0.05, 0.95, size=60)
        result = d_optimal(x, p, budget=20)
        a, plain = np.eye(4), []
        for _ in range(20):
            gains = p * (1 - p) * np.einsum("ij,jk,ik->i", x, np.linalg.inv(a), x)
            gains[plain] = -1
            plain.append(int(gains.argmax()))
            a += p[plain[-1]] * (1 - p[plain[-1]]) * np.outer(x[plain[-1]], x[plain[-1]])
        assert result.picked.indices.tolist() == plain
        np.testing.assert_allclose(result.precision, a, atol=1e-12)


@given(few_pairs, st.integers(0, 15))
def test_the_budget_is_kept_and_copies_come_last(x: Floats, budget: int) -> None:
    p = np.full(len(x), 0.5)
    picks = d_optimal(x, p, budget=budget).picked
    assert picks.indices.size == min(budget, len(x)) == len(set(picks.indices))
    distinct = {max(tuple(row + 0.0), tuple(-row + 0.0)) for row in x}
    chosen = {max(tuple(row + 0.0), tuple(-row + 0.0)) for row in x[picks.indices]}
    assert len(chosen) >= min(picks.indices.size, len(distinct))


@given(few_pairs, st.data())
def test_sides_do_not_matter(x: Floats, data: st.DataObject) -> None:
    side = np.array(data.draw(st.lists(st.sampled_from([-1, 1]), min_size=len(x), max_size=len(x))))
    p = np.linspace(0.25, 0.75, len(x))
    turned = d_optimal(x * side[:, None], np.where(side < 0, 1 - p, p), budget=5)
    np.testing.assert_allclose(turned.log_det, d_optimal(x, p, budget=5).log_det, atol=1e-9)


def test_d_optimal_needs_far_fewer_labels_than_chance() -> None:
    """METHODS §13: a pool of 400 of which 80 % are small; the error that random has at 200 is reached at ≤ 65 %."""
    random_error, chosen_error = np.zeros(20), np.zeros(20)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        theta = rng.normal(size=8)
        theta *= 2 / np.linalg.norm(theta)
        x = rng.normal(size=(400, 8)) * np.where(rng.random(400) < 0.8, 0.2, 1.0)[:, None]
        y = (rng.random(400) < sigma(x @ theta)).astype(float)
        random_error[seed] = np.linalg.norm(_map(x, y, rng.permutation(400)[:200]) - theta)
        order = d_optimal(x, np.full(400, 0.5), budget=130).picked.indices
        chosen_error[seed] = np.linalg.norm(_map(x, y, order) - theta)
    assert chosen_error.mean() <= random_error.mean()


def _map(x: Floats, y: Floats, rows: npt.NDArray[np.int64]) -> Floats:
    w, x, y = np.zeros(x.shape[1]), x[rows], y[rows]
    for _ in range(25):
        p = sigma(x @ w)
        w -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.eye(8) * 0.3, x.T @ (p - y) + 0.3 * w)
    return w


@pytest.mark.parametrize("precision", [0.0, -1.0, np.array([[1.0, 5.0], [5.0, 1.0]]), np.eye(3)])
def test_a_precision_has_to_be_one(precision: Floats) -> None:
    with pytest.raises(ValueError, match="precision"):
        d_optimal(np.ones((2, 2)), np.full(2, 0.5), budget=1, precision=precision)
