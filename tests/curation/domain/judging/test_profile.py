"""What is rewarded: counting properties, recovering planted weights, and telling people and judge apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from curation.domain.judging.logistic import sigmoid
from curation.domain.judging.profile import PROPERTIES, profile, properties

RICH = """# Rates

I'm sorry, it may depend! According to the bank [1], rates rose by 2.5% to 4%.

- **First**: for example, call `rate()`.
- Second: is that clear?
"""


def test_properties_of_a_text() -> None:
    found = properties(RICH)
    assert list(found) == list(PROPERTIES)
    counts = {name: round(math.expm1(value)) for name, value in found.items() if name not in ("length", "refusal")}
    assert counts == {
        "headings": 1,
        "list_items": 2,
        "bold": 1,
        "emoji": 0,
        "code": 1,
        "maths": 0,
        "figures": 3,
        "hedging": 1,
        "apology": 1,
        "questions": 1,
        "exclamations": 1,
        "examples": 1,
        "sources": 2,
        "disclaimers": 0,
    }
    assert found["refusal"] == 0
    refused = properties("I'm sorry, but as an AI language model I cannot help with that.")
    assert (refused["refusal"], refused["disclaimers"]) == (1.0, math.log(2))
    assert set(properties("").values()) == {0.0}


def planted(seed: int, n: int = 2000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """People reward the first property, the judge the first less and the second besides; nobody the third."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * [1.0, 5.0, 0.2]
    z = x / np.sqrt(np.square(x).mean(axis=0))
    people = np.where(rng.random(n) < sigmoid(z @ [1.0, 0, 0]), 1.0, -1.0)
    judge = np.where(rng.random(n) < sigmoid(z @ [0.5, 0.8, 0]), 1.0, -1.0)
    return x, people, judge


def test_planted_weights_are_recovered() -> None:
    x, people, judge = planted(0)
    result = profile(["exact", "long", "bold"], x, people, judge)
    weights = {weight.name: weight for weight in result.weights}
    assert [weight.name for weight in result.weights] == ["long", "exact", "bold"]
    assert [weights[name].differs for name in ("exact", "long", "bold")] == [True, True, False]
    assert weights["exact"].people.low < 1.0 < weights["exact"].people.high
    assert weights["long"].judge.low < 0.8 < weights["long"].judge.high
    assert weights["long"].difference.estimate == pytest.approx(
        weights["long"].judge.estimate - weights["long"].people.estimate
    )
    z = x / np.sqrt(np.square(x).mean(axis=0))
    peer = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10).fit(z, judge > 0)
    ours = [weights[name].judge.estimate for name in ("exact", "long", "bold")]
    np.testing.assert_allclose(ours, peer.coef_[0], atol=1e-5)


def test_intervals_of_differences_cover() -> None:
    covered = sum(
        weight.difference.low <= {"exact": -0.5, "long": 0.8, "bold": 0.0}[weight.name] <= weight.difference.high
        for seed in range(100)
        for weight in profile(["exact", "long", "bold"], *planted(seed, n=800)).weights
    )
    assert 0.92 <= covered / 300 <= 0.98


def test_a_judge_that_is_the_people_differs_in_nothing() -> None:
    x, people, _ = planted(1)
    result = profile(["exact", "long", "bold"], x, people, people)
    assert all((weight.difference.low, weight.difference.high) == (0, 0) for weight in result.weights)
    assert not any(weight.differs for weight in result.weights)


def test_what_hardly_ever_differs_is_rare_and_has_no_weight() -> None:
    x = np.column_stack([np.ones(30), np.zeros(30), np.arange(30) < 19, np.arange(30) < 20])
    result = profile(["a", "b", "c", "d"], x, np.tile([1.0, -1, 0], 10), np.ones(30))
    assert result.rare == ["b", "c"]
    assert {weight.name: weight.pairs for weight in result.weights} == {"a": 30, "d": 20}
    assert profile(["a"], np.zeros((2, 1)), np.ones(2), np.ones(2)).weights == []


def test_storage_and_order_do_not_matter() -> None:
    x, people, judge = planted(2, n=300)
    rng = np.random.default_rng(0)
    side, order = rng.choice([-1.0, 1.0], size=300), rng.permutation(300)
    names = ["exact", "long", "bold"]
    before = profile(names, x, people, judge)
    turned = profile(names, x * side[:, None], people * side, judge * side)
    moved = profile(names, x[order], people[order], judge[order])
    for other in (turned, moved):
        for one, same in zip(before.weights, other.weights, strict=True):
            assert one.name == same.name
            assert (same.judge.low, same.difference.high) == pytest.approx((one.judge.low, one.difference.high))


def test_what_is_no_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="people's and the judge's verdicts"):
        profile(["a"], np.ones((2, 2)), np.ones(2), np.ones(2))
    with pytest.raises(ValueError, match="leave failed pairs out"):
        profile(["a"], np.array([[np.nan]]), np.ones(1), np.ones(1))
