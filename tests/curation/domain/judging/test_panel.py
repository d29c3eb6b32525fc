"""Panels: weights, own families left out, and when people must look."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curation.domain.judging.panel import (
    combine_panel,
    equal_weights,
    own_family,
    weights_by_agreement,
    weights_from_gold,
)

Floats = npt.NDArray[np.float64]
some = st.one_of(st.just(float("nan")), st.floats(-6, 6, width=16))
tables = arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 15)), elements=some)


def planted(accuracies: tuple[float, ...], n: int = 1000) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(0)
    truth = rng.choice([-1.0, 1.0], size=n)
    right = rng.random((len(accuracies), n)) < np.array(accuracies)[:, None]
    return np.where(right, truth, -truth) * rng.exponential(2.0, size=right.shape), truth


def test_a_panel_by_hand() -> None:
    table = np.array([[1.0, 4.0, np.nan, np.nan], [2.0, -4.0, 1.0, np.nan], [3.0, 3.0, 1.0, np.nan]])
    panel = combine_panel(table, np.array([1.0, 1.0, 2.0]))
    np.testing.assert_allclose(panel.logit, [9 / 4, 6 / 4, 1, np.nan])
    np.testing.assert_allclose(panel.p, 1 / (1 + np.exp(-panel.logit)))
    assert panel.judges.tolist() == [3, 3, 2, 0]
    assert panel.review.tolist() == [False, True, True, True]
    assert panel.spread[1] == pytest.approx(math.tanh(2))
    assert panel.spread[2] == 0
    assert np.isnan(panel.spread[3])


def test_no_judge_judges_its_own_family() -> None:
    authors = np.array(["Llama-3", "", "gpt-4o"]), np.array(["qwen2", "gpt-4o", "Qwen/Qwen2.5"])
    excluded = own_family([["llama"], ["Qwen", "tongyi"], [""]], *authors)
    assert excluded.tolist() == [[True, False, False], [True, False, True], [False, False, False]]
    panel = combine_panel(np.array([[9.0] * 3, [5.0] * 3, [1.0] * 3]), equal_weights(3), excluded=excluded)
    assert panel.logit.tolist() == [1.0, 5.0, 5.0]
    assert panel.judges.tolist() == [1, 3, 2]


def test_weights_from_gold_and_from_agreement_find_the_better_judges() -> None:
    logits, truth = planted((0.95, 0.8, 0.7, 0.5))
    by_gold = weights_from_gold(logits, np.where(np.arange(1000) < 400, truth, np.nan))
    by_agreement = weights_by_agreement(logits)
    for weights in (by_gold, by_agreement):
        assert weights[0] > weights[1] > weights[2] > weights[3]
        assert weights[3] < 0.25
        # Signs alone: how sure a judge sounds says nothing here.
        panel = combine_panel(np.sign(logits), weights)
        assert (np.sign(panel.logit) == truth).mean() > 0.93
    assert by_agreement[1] == pytest.approx(math.log(4), abs=0.35)
    assert weights_from_gold(logits, np.full(1000, np.nan)).tolist() == [0.0] * 4


def test_gold_tells_a_majority_that_shares_its_errors() -> None:
    logits, truth = planted((0.9, 0.9))
    table = np.vstack([logits, -logits[:1], -logits[:1], -logits[:1]])
    fooled, taught = weights_by_agreement(table), weights_by_agreement(table, gold=np.where(truth, truth, 0))
    assert fooled[0] == 0
    assert taught[0] > 1.5
    assert taught[2:].tolist() == [0.0] * 3


@given(tables, st.integers(0, 2**32 - 1))
def test_sides_and_the_order_of_judges_do_not_matter(table: Floats, seed: int) -> None:
    rng = np.random.default_rng(seed)
    side, order = rng.choice([-1.0, 1.0], size=table.shape[1]), rng.permutation(table.shape[0])
    weights = rng.integers(1, 4, size=table.shape[0]).astype(float)
    before, after = combine_panel(table, weights), combine_panel(table * side, weights)
    np.testing.assert_array_equal(after.logit, before.logit * side)
    np.testing.assert_allclose(after.spread, before.spread, atol=1e-12)
    np.testing.assert_allclose(combine_panel(table[order], weights[order]).logit, before.logit, atol=1e-12)
    assert (np.isnan(before.p) == (before.judges == 0)).all()
    assert before.review[before.judges < 3].all()
    np.testing.assert_array_equal(weights_by_agreement(table * side), weights_by_agreement(table))


def test_what_is_no_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="a weight for each judge"):
        combine_panel(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match="one is above it"):
        combine_panel(np.ones((2, 3)), np.zeros(2))
