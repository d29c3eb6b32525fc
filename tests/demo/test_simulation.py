"""Simulated annotators are as reliable, as biased and as repeatable as they say."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from demo.content import load_content
from demo.simulation import SIMULATED, Annotator, Shown, simulate_vote

GOOD, BAD = Shown("aaa", 0.8, "Right."), Shown("bbb", 0.4, "Wrong.")


@pytest.mark.parametrize("annotator", SIMULATED, ids=lambda annotator: annotator.name)
def test_reliability_on_clear_pairs_is_the_stated_one(annotator: Annotator) -> None:
    unbiased = Annotator(annotator.name, annotator.email, annotator.reliability, annotator.median_seconds)
    draws = 5000

    right = sum(
        simulate_vote(unbiased, item_key=str(n), first=GOOD, second=BAD).answer.get("better") == "aaa"
        for n in range(draws)
    )

    assert right / draws == pytest.approx(annotator.reliability, abs=0.02)


def test_without_side_bias_the_order_shown_changes_nothing() -> None:
    for number in range(300):
        for annotator in (SIMULATED[0], SIMULATED[3]):
            one = simulate_vote(annotator, item_key=str(number), first=GOOD, second=BAD)
            other = simulate_vote(annotator, item_key=str(number), first=BAD, second=GOOD)
            assert one == other


def test_side_bias_shows() -> None:
    cem = SIMULATED[2]
    draws = 4000

    first = sum(
        simulate_vote(cem, item_key=str(n), first=(GOOD, BAD)[n % 2], second=(BAD, GOOD)[n % 2]).answer["better"]
        == (GOOD, BAD)[n % 2].response_id
        for n in range(draws)
    )

    assert first / draws == pytest.approx(0.5 + cem.side_bias / 2, abs=0.03)


def test_close_pairs_tie_and_bad_pairs_are_both_bad() -> None:
    ada = SIMULATED[0]
    near, also_near = Shown("aaa", 0.6, ""), Shown("bbb", 0.61, "")
    poor, also_poor = Shown("aaa", 0.1, ""), Shown("bbb", 0.2, "")

    ties = sum(
        simulate_vote(ada, item_key=str(n), first=near, second=also_near).answer == {"outcome": "tie"}
        for n in range(500)
    )
    bad = sum(
        simulate_vote(ada, item_key=str(n), first=poor, second=also_poor).answer == {"outcome": "both_bad"}
        for n in range(500)
    )

    assert ties / 500 == pytest.approx(0.86, abs=0.05)
    assert bad / 500 == pytest.approx(0.86, abs=0.05)


def test_votes_repeat() -> None:
    again = [simulate_vote(SIMULATED[1], item_key="7", first=GOOD, second=BAD, seed=3) for _ in range(2)]

    assert again[0] == again[1]
    assert again[0].active_ms > 0


def test_the_demos_own_pairs_bring_every_outcome_and_strength() -> None:
    pairs = [pair for record in load_content() for pair in combinations(record.responses, 2)]
    outcomes: Counter[str] = Counter()
    for number, pair in enumerate(pairs):
        one, two = (Shown(name, r.quality, r.why) for name, r in zip("ab", pair, strict=True))
        answer = simulate_vote(SIMULATED[0], item_key=str(number), first=one, second=two).answer
        outcomes[str(answer.get("outcome") or answer["strength"])] += 1

    assert set(outcomes) == {"tie", "both_bad", "1", "2", "3"}
    assert min(outcomes.values()) / len(pairs) > 0.01
