"""Steps of reasoning: where chains end, what neutral steps are, and which next steps make pairs (METHODS §17)."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_bridge.domain.stepwise import (
    RatedChain,
    StepPair,
    combined,
    is_control,
    judged,
    rated_chain,
    ratings_of,
    step_pairs,
    steps_and_separator,
    stepwise,
)

ratings = st.lists(st.sampled_from([None, -1, 0, 1]), max_size=8)


def test_a_trajectory_ends_with_its_first_bad_step() -> None:
    chain = rated_chain(["a", "b", "c", "d"], [1, 0, -1, 1])

    assert stepwise(chain) == (["a", "b", "c"], [True, True, False])
    assert stepwise(chain, neutral="drop") == (["a", "b\nc"], [True, False])


def test_neutral_steps_at_the_end_are_dropped_with_their_text() -> None:
    assert stepwise(rated_chain(["a", "b", "c"], [1, 0, 0]), neutral="drop") == (["a"], [True])
    assert stepwise(rated_chain(["a"], [0]), neutral="drop") == ([], [])


@pytest.mark.parametrize(
    ("labels", "first_error", "expected"),
    [
        (["good", "neutral", "bad"], None, [1, 0, -1]),
        (["good", None, "good"], None, [1, None, 1]),
        ([None, None, None], 1, [1, -1, None]),
        ([None, "neutral", None], "none", [1, 0, 1]),
        (["good", "neutral", "good"], 1, [1, -1, 1]),
    ],
)
def test_the_first_error_tells_of_steps_without_a_label(
    labels: list[str | None], first_error: int | str | None, expected: list[int | None]
) -> None:
    assert ratings_of(labels, first_error) == expected


def test_people_are_combined_by_majority_of_those_who_were_still_asked() -> None:
    assert combined([[1, 1, 1], [1, -1, 1], [1, -1]]) == [1, -1, 1]
    assert combined([[1, -1], [1, 1]]) == [1, 0]
    assert combined([[1, None, -1], [1]]) == [1]
    assert combined([]) == []


@given(st.lists(ratings, max_size=5))
def test_the_order_of_people_changes_nothing(given_by: list[list[int | None]]) -> None:
    shuffled = random.Random(1).sample(given_by, len(given_by))
    assert combined(given_by) == combined(shuffled)


@given(ratings)
def test_nothing_follows_a_bad_step(given_ratings: list[int | None]) -> None:
    found = judged(given_ratings)
    assert list(found) == given_ratings[: len(found)]
    assert -1 not in found[:-1]
    assert None not in found


@given(ratings, st.sampled_from(["correct", "drop"]))
def test_every_completion_has_a_label_and_the_text_stays_whole(given_ratings: list[int | None], neutral: str) -> None:
    steps = [f"s{place}" for place in range(len(given_ratings))]
    completions, labels = stepwise(rated_chain(steps, given_ratings), neutral=neutral)  # type: ignore[arg-type]
    assert len(completions) == len(labels)
    assert "\n".join(steps).startswith("\n".join(completions))


def test_a_toy_of_prm800k_makes_its_trajectory_and_n_plus_times_n_minus_pairs() -> None:
    # Given three steps: two right and one wrong first; one right, one neutral, two wrong second; a person's third.
    first = {"f1": 1, "f2": 1, "f3": -1}
    second = {"s1": 1, "s2": 0, "s3": -1, "s4": -1}
    chains = [RatedChain((step,), (rating,)) for step, rating in first.items()]
    chains += [RatedChain(("f1", step), (1, rating)) for step, rating in second.items()]
    chains += [RatedChain(("f1", "s1", "human"), (1, 1, 1))]

    # Then the trajectory is the chosen steps and what the person wrote,
    assert stepwise(chains[-1]) == (["f1", "s1", "human"], [True, True, True])
    # and pairs at each step are its right ones times its wrong ones, under the beginning they share.
    pairs = step_pairs(chains)
    assert len(pairs) == 2 * 1 + 1 * 2
    assert StepPair(("f1",), "s1", "s4", "\n") in pairs
    assert {pair.prefix for pair in pairs} == {(), ("f1",)}
    assert step_pairs(reversed(chains)) == pairs


def test_a_step_called_both_good_and_bad_is_in_no_pair() -> None:
    chains = [RatedChain(("a",), (1,)), RatedChain(("a",), (-1,)), RatedChain(("b",), (-1,))]
    assert step_pairs(chains) == []


def test_the_way_a_form_cuts_is_told_by_the_number_of_labels() -> None:
    text = "one\ntwo\n\nthree"
    assert steps_and_separator(text, 2) == (["one\ntwo", "three"], "\n\n")
    assert steps_and_separator(text, 3) == (["one", "two", "three"], "\n")
    assert steps_and_separator(text, 4) is None


@pytest.mark.parametrize(
    ("metadata", "control"),
    [
        ({"is_quality_control_question": True}, True),
        ({"is_initial_screening_question": True}, True),
        ({"is_quality_control_question": False}, False),
        ({"is_quality_control_question": "False"}, False),
        ({}, False),
    ],
)
def test_control_questions_are_known(metadata: dict[str, object], control: bool) -> None:
    assert is_control(metadata) is control
