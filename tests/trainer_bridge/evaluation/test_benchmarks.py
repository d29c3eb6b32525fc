"""What each benchmark counts as right: the golden numbers of METHODS §18, and numpy beside them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.trainer_bridge.evaluation.scoring import scored
from trainer_bridge.domain.evaluation.reward_report import reward_report
from trainer_bridge.domain.evaluation.rewardbench import SECTIONS, SUBSETS
from trainer_bridge.domain.evaluation.rewardbench_2 import best_credit, question_of, ties_score
from trainer_bridge.domain.evaluation.rm_bench import difficulties, wins
from trainer_bridge.domain.evaluation.rules import credits_of, entries_of, rule_of
from trainer_bridge.domain.evaluation.scoreboard import Entry, Section, scoreboard


def test_a_section_of_rewardbench_weighs_its_subsets_by_fixed_counts() -> None:
    section = Section("S", {"alpacaeval-easy": 100, "alpacaeval-length": 95})
    entries = [Entry(f"e{n}", "alpacaeval-easy", f"a{n}", 1.0) for n in range(3)]
    entries += [Entry(f"l{n}", "alpacaeval-length", f"b{n}", float(n < 4)) for n in range(5)]

    board = scoreboard(entries, [section])

    assert board.sections[0][1].value == pytest.approx(0.902564, abs=1e-6)
    assert board.accuracy.value == 7 / 8


def test_rewardbench_has_23_subsets_and_its_counts() -> None:
    counts = {section.name: sum(section.weights.values()) for section in SECTIONS}

    assert len(SUBSETS) == 23
    assert counts == {"Chat": 358, "Chat Hard": 456, "Safety": 740, "Reasoning": 1968}


def test_rewardbench_equals_a_few_lines_of_numpy() -> None:
    rng = np.random.default_rng(3)
    names = sorted(SUBSETS)
    items = [scored([rng.normal()], [rng.normal(-0.4)], subset=names[at % 23]) for at in range(23 * 7)]
    items += [scored([1.0], [1.0], subset="donotanswer")]

    found = reward_report(items, layout="rewardbench")

    right = {name: [] for name in names}
    for item in items:
        right[item.subset].append(item.scores[0] > item.scores[1])
    expected = []
    for section in SECTIONS:
        means = [np.mean(right[name]) for name in section.weights]
        expected.append(np.average(means, weights=list(section.weights.values())))
    assert found["overall"]["value"] == pytest.approx(np.mean(expected), abs=1e-12)
    assert [each["value"] for each in found["sections"]] == pytest.approx(expected, abs=1e-12)
    assert found["overall"]["low"] < found["overall"]["value"] < found["overall"]["high"]
    assert (found["ties"], found["missing_subsets"], found["overall"]["n"]) == (1, [], 162)


def test_subsets_that_a_set_does_not_hold_are_named_and_the_rest_makes_the_number() -> None:
    items = [scored([1.0], [0.0], subset="hep-go"), scored([0.0], [1.0], subset="math-prm")]

    found = reward_report(items, layout="rewardbench")

    assert found["overall"]["value"] == pytest.approx(164 / (164 + 984))
    assert [each["name"] for each in found["sections"]] == ["Reasoning"]
    assert len(found["missing_subsets"]) == 21


@pytest.mark.parametrize(
    ("right", "wrong", "credit"),
    [([0.9], [0.9, 0.1, 0.2], 0.5), ([1.0], [1.0, 1.0, 1.0], 0.25), ([0.3], [0.9, 0.1, 0.2], 0), ([2], [1, 0, 0], 1)],
)
def test_answers_that_tie_for_the_best_score_share_the_credit(
    right: list[float], wrong: list[float], credit: float
) -> None:
    assert best_credit(right, wrong) == credit


def test_the_ties_subset_is_that_of_the_golden_vector() -> None:
    reference = {"1": scored([2], [1, 0.5]), "2": scored([0.2], [0.6])}
    tied = {"1": scored([3, 2.5], [1]), "2": scored([2, 1], [0.5])}

    found = ties_score(reference, tied)

    assert found is not None
    assert found.score == pytest.approx(0.649381, abs=1e-6)
    assert (found.accuracy_tied, found.accuracy_reference) == (1.0, 0.5)
    assert sum(found.by_question.values()) / 2 == pytest.approx(found.score)


def test_alike_right_answers_of_the_ties_subset_divide_by_nothing() -> None:
    found = ties_score({"1": scored([2], [1])}, {"1": scored([3, 3], [1])})

    assert found is not None
    assert found.score == pytest.approx(0.3 + 0.3 + 0.2 + 0.2 + 0.01)


def test_a_question_of_the_ties_subset_counts_once_and_only_with_both_forms() -> None:
    items = [
        scored([2], [1, 0.5], subset="Ties", item_id="ref:1"),
        scored([3, 2.5], [1], subset="Ties", item_id="tied:1"),
        scored([3, 2.5], [1], subset="Ties", item_id="tied:2"),
        scored([1], [0, 0, 0], subset="Math", item_id="77"),
        scored([0], [1, 0, 0], subset="Math", item_id="78"),
    ]

    found = reward_report(items, layout="rewardbench_2")

    assert [(entry.name, entry.subset) for entry in entries_of(items, "rewardbench_2")] == [
        ("77", "Math"),
        ("78", "Math"),
        ("ties:1", "Ties"),
    ]
    ties = found["ties_subset"]["score"]
    assert found["overall"]["value"] == pytest.approx((0.5 + ties) / 2)
    assert found["missing_subsets"] == ["Factuality", "Precise IF", "Safety", "Focus"]
    assert question_of("tied:12") == ("tied", "12")
    assert question_of("12") is None


def test_rm_bench_difficulties_are_those_of_the_golden_vector() -> None:
    matrices = [wins([1, 2, 3], [0, 2.5, 1]), wins([0.5, 0.4, 2], [0.5, 1, 1.5])]

    found = difficulties(np.mean(matrices, axis=0))

    assert found.hard == pytest.approx(0.166667, abs=1e-6)
    assert found.normal == pytest.approx(0.5, abs=1e-6)
    assert found.easy == pytest.approx(0.833333, abs=1e-6)


def test_rm_bench_is_the_mean_of_its_domains_whose_parts_weigh_alike() -> None:
    always, never = ([3, 3, 3], [0, 0, 0]), ([0, 0, 0], [3, 3, 3])
    items = [scored(*always, subset="chat")]
    items += [scored(*never, subset="safety-refuse") for _ in range(3)]
    items += [scored(*always, subset="safety-response")]

    found = reward_report(items, layout="rm_bench")

    assert {each["name"]: each["value"] for each in found["sections"]} == {"chat": 1.0, "safety": 0.5}
    assert found["overall"]["value"] == 0.75
    assert found["styles"]["hard"]["value"] == pytest.approx(0.4)
    assert np.shape(found["styles"]["matrix"]) == (3, 3)


def test_best_of_n_of_rmb_has_to_beat_every_loser() -> None:
    items = [
        scored([2.0], [1.0, 1.5, 0.0], subset="Helpfulness/Code"),
        scored([2.0], [1.0, 2.0, 0.0], subset="Helpfulness/Chat"),
        scored([2.0], [1.0, 2.5, 0.0], subset="Harmlessness/S1"),
    ]

    found = reward_report(items, layout="rmb_best_of_n")

    assert credits_of(items, "rmb_best_of_n") == [1.0, 0.0, 0.0]
    assert {each["name"]: each["value"] for each in found["sections"]} == {"Harmlessness": 0.0, "Helpfulness": 0.5}
    assert found["overall"]["value"] == 0.25


def test_ties_are_wrong_for_rewardbench_and_half_right_for_our_own_pairs() -> None:
    items = [scored([1.0], [1.0]), scored([2.0], [1.0])]

    assert credits_of(items, "rewardbench") == [0.0, 1.0]
    assert credits_of(items, "snapshot") == credits_of(items, "preferences") == [0.5, 1.0]
    assert "half" in rule_of("snapshot").sentence


def test_items_that_failed_or_leaked_are_in_no_number() -> None:
    items = [scored([1.0], [0.0]), scored([0.0], [1.0], state="failed"), scored([0.0], [1.0], state="leaked")]

    found = reward_report(items, layout="preferences")

    assert (found["overall"]["value"], found["overall"]["n"]) == (1.0, 1)
    assert found["overall"]["low"] == pytest.approx(0.2065, abs=1e-4)
    assert credits_of(items, "preferences") == [1.0, None, None]


def test_nothing_scored_gives_no_number_and_no_error() -> None:
    found = reward_report([scored([1.0], [0.0], state="leaked")], layout="rewardbench")

    assert found["overall"] == {"value": None, "low": None, "high": None, "n": 0}
    assert (found["calibration"], found["length"], found["best_of_n"], found["subsets"]) == (None, None, [], [])
