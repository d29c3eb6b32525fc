"""Expected scores: J4 of METHODS B10, states that are not numbers, and two levels of aspects."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.judging.expected_score import (
    Score,
    aspects_mean,
    expected_score,
    probabilities_of,
    sampled_score,
)

GOLDEN = {"1": 0.05, "2": 0.1, "3": 0.2, "4": 0.4, "5": 0.25}


def scored(value: float) -> Score:
    return Score("scored", value)


def test_the_golden_of_methods_11_4() -> None:
    score = expected_score(GOLDEN)
    assert (score.state, score.value) == ("scored", pytest.approx(3.7, abs=1e-12))
    assert score.spread == pytest.approx(
        math.sqrt(0.05 * 2.7**2 + 0.1 * 1.7**2 + 0.2 * 0.49 + 0.4 * 0.09 + 0.25 * 1.69)
    )


def test_variants_of_a_grade_are_summed_and_the_rest_is_scaled() -> None:
    score = expected_score({" 4": 0.3, "4": 0.3, "5": 0.3, "a": 0.1})
    assert score.value == pytest.approx((4 * 0.6 + 5 * 0.3) / 0.9)


def test_too_little_mass_is_a_failure_not_a_grade() -> None:
    score = expected_score({"3": 0.5, "great": 0.5})
    assert (score.state, score.value) == ("failed", None)
    assert score.reason == "the grades have 50% of the probability, 80% are needed"


def test_not_applicable_is_a_state() -> None:
    assert expected_score({"N/A": 0.6, "3": 0.3}).state == "not_applicable"
    mostly = expected_score({"n/a": 0.3, "3": 0.6})
    assert (mostly.state, mostly.value) == ("scored", 3.0)


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match="which is none"):
        expected_score({"1": 1.2})
    assert probabilities_of({"1": 1e-12, "2": math.log(0.25)}) == {"1": 1.0, "2": pytest.approx(0.25)}


def test_failed_samples_are_excluded_and_counted() -> None:
    score = sampled_score([4, 5, None, "N/A", 7, 4])
    assert (score.value, score.n, score.failed) == (pytest.approx(13 / 3), 3, 2)
    assert sampled_score([None, 0]).reason == "none of 2 samples could be read"
    assert sampled_score(["N/A", "N/A", 3]).state == "not_applicable"


def test_aspects_at_two_levels() -> None:
    result = aspects_mean(
        {
            "honesty": Score("not_applicable"),
            "truth": scored(4.0),
            "help": {"clear": scored(5.0), "useful": scored(2.0), "cited": Score("not_applicable")},
        }
    )
    assert result.aspects["help"].value == 3.5
    assert result.overall.value == 3.75
    assert aspects_mean({"honesty": Score("not_applicable")}).overall.state == "not_applicable"


def test_one_failed_score_fails_what_is_made_of_it() -> None:
    result = aspects_mean({"truth": scored(4.0), "help": {"clear": scored(5.0), "useful": Score("failed")}})
    assert result.aspects["help"].reason == "no score for useful"
    assert (result.overall.state, result.overall.reason) == ("failed", "no score for help")


@given(st.lists(st.floats(0.01, 1), min_size=5, max_size=5))
def test_an_expectation_stays_on_the_scale_and_mirrors(weights: list[float]) -> None:
    p = [weight / sum(weights) for weight in weights]
    score = expected_score({str(grade + 1): value for grade, value in enumerate(p)})
    mirrored = expected_score({str(5 - grade): value for grade, value in enumerate(p)})
    assert score.value is not None
    assert mirrored.value is not None
    assert 1 <= score.value <= 5
    assert score.value + mirrored.value == pytest.approx(6)
