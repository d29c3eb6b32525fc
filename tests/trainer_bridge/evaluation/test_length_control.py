"""The length-controlled win rate against a library's regression, and what must not move it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from trainer_bridge.domain.evaluation.length_control import controlled_win_rate


def planted(n: int = 2000, *, intercept: float = 0.2, slope: float = -1.1, seed: int = 7) -> tuple[np.ndarray, ...]:
    """Wins (n,) drawn by a planted intercept and pull of length, and the gaps of lengths (n,) behind them."""
    rng = np.random.default_rng(seed)
    gaps = rng.normal(120.0, 300.0, n).round()
    odds = intercept + slope * np.tanh(-gaps / gaps.std(ddof=1))
    return (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.float64), gaps


def test_the_rate_is_that_of_a_library_with_a_weak_penalty() -> None:
    wins, gaps = planted()
    features = np.stack([np.ones_like(gaps), np.tanh(gaps / gaps.std(ddof=1))], axis=1)
    library = LogisticRegression(C=100, l1_ratio=1, solver="liblinear", fit_intercept=False, tol=1e-8, max_iter=5000)

    theirs = 1 / (1 + np.exp(-library.fit(features, wins).coef_[0][0]))

    assert controlled_win_rate(wins, gaps).value == pytest.approx(theirs, abs=0.0005)


def test_a_planted_rate_is_found_where_length_hides_it() -> None:
    wins, gaps = planted()

    found = controlled_win_rate(wins, gaps)

    assert wins.mean() > 0.6
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1 / (1 + np.exp(-0.2)) < found.high < wins.mean()


def test_without_a_spread_of_lengths_the_rate_is_the_raw_one() -> None:
    wins = np.array([1.0, 1.0, 0.5, 0.0])

    assert controlled_win_rate(wins, np.full(4, 20.0)).value == pytest.approx(0.625, abs=0.002)
    assert controlled_win_rate(np.array([]), np.array([])).n == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(-500, 500)), min_size=2, max_size=30))
def test_seen_from_the_other_side_it_is_the_rest(rows: list[tuple[float, int]]) -> None:
    wins, gaps = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))

    ours, theirs = controlled_win_rate(wins, gaps), controlled_win_rate(1 - wins, -gaps)

    assert ours.value is not None
    assert theirs.value == pytest.approx(1 - ours.value, abs=1e-6)
