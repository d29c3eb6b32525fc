"""Quotas add up, caps hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.quotas import (
    best_by_stratum,
    best_under_caps,
    cluster_balanced_quotas,
    largest_remainder,
    random_by_quota,
    rank_within,
)

sizes = st.lists(st.integers(0, 30), min_size=1, max_size=8)
rows = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=40)


def test_largest_remainders_by_hand() -> None:
    weights = np.array([0.416, 0.338, 0.139, 0.107])
    assert largest_remainder(weights, np.full(4, 100), budget=10).tolist() == [4, 3, 2, 1]
    assert largest_remainder(np.ones(3), np.full(3, 9), budget=4).tolist() == [2, 1, 1]
    assert largest_remainder(np.array([8.0, 1, 1]), np.array([2, 9, 9]), budget=10).tolist() == [2, 4, 4]


def test_cluster_balance_softens_size() -> None:
    assert cluster_balanced_quotas(np.array([100, 25, 0, 1]), budget=16).tolist() == [10, 5, 0, 1]
    assert cluster_balanced_quotas(np.array([100, 25, 1]), budget=126).tolist() == [100, 25, 1]


@given(sizes, st.integers(0, 100), st.sampled_from([0.0, 0.5, 1.0]))
def test_quotas_add_up_and_fit(size: list[int], budget: int, exponent: float) -> None:
    quota = cluster_balanced_quotas(np.array(size), budget=budget, exponent=exponent)
    assert quota.sum() == min(budget, sum(size))
    assert (quota >= 0).all()
    assert (quota <= size).all()


def test_weights_of_zero_are_served_last() -> None:
    assert largest_remainder(np.array([0.0, 1.0]), np.array([5, 2]), budget=4).tolist() == [2, 2]
    with pytest.raises(ValueError, match="at least zero"):
        largest_remainder(np.array([-1.0]), np.array([1]), budget=1)


def test_ranks_within_groups() -> None:
    assert rank_within(np.array([2, 0, 2, 2, 0])).tolist() == [0, 0, 1, 2, 1]


def test_a_cap_passes_on_to_the_next_best() -> None:
    picked = best_under_caps(np.array([5.0, 4, 3, 2, 1]), np.array(["a", "a", "a", "b", "c"]), budget=4, cap=2)
    assert picked.indices.tolist() == [0, 1, 3, 4]
    assert picked.scores.tolist() == [5, 4, 2, 1]
    assert picked.shortfall == ""
    short = best_under_caps(np.ones(3), np.array(["a", "a", "a"]), budget=3, cap=1)
    assert (short.indices.tolist(), short.shortfall) == ([0], "clusters may give 1 rows each")


@given(rows, st.integers(0, 45), st.integers(1, 4))
def test_strata_and_caps_hold_together(table: list[tuple[int, int, int]], budget: int, cap: int) -> None:
    score, stratum, cluster = (np.array(column) for column in zip(*table, strict=True))
    picked = best_by_stratum(score, stratum, budget=budget, clusters=cluster, cap=cap)
    reachable = np.minimum(np.bincount(cluster), cap).sum()
    assert picked.indices.size == min(budget, reachable) == len(set(picked.indices))
    assert (np.bincount(cluster[picked.indices], minlength=1) <= cap).all()
    assert bool(picked.shortfall) == (picked.indices.size < budget)
    assert (np.diff(picked.scores) <= 0).all()


def test_strata_share_by_size_and_give_their_best() -> None:
    score, stratum = np.arange(12.0), np.array([0] * 8 + [1] * 4)
    assert best_by_stratum(score, stratum, budget=3).indices.tolist() == [11, 7, 6]


def test_random_by_quota_keeps_to_it_and_to_the_seed() -> None:
    stratum = np.array(["a"] * 50 + ["b"] * 50)
    one = random_by_quota(stratum, np.array([5, 2]), seed=1)
    assert [(stratum[one.indices] == name).sum() for name in "ab"] == [5, 2]
    assert one.indices.tolist() == random_by_quota(stratum, np.array([5, 2]), seed=1).indices.tolist()
    assert one.indices.tolist() != random_by_quota(stratum, np.array([5, 2]), seed=2).indices.tolist()
