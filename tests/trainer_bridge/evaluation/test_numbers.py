"""Intervals, best of n, calibration, length, styles and paired comparisons of scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer_bridge.evaluation.scoring import scored
from trainer_bridge.domain.evaluation.best_of_n import best_of_n, expected_gold, kl_proxy
from trainer_bridge.domain.evaluation.implicit_report import Likelihood, PolicyItem, implicit_report, implicit_reward
from trainer_bridge.domain.evaluation.measured import draw_means, share
from trainer_bridge.domain.evaluation.pair_calibration import calibration_of
from trainer_bridge.domain.evaluation.pair_length import length_of
from trainer_bridge.domain.evaluation.paired import compare
from trainer_bridge.domain.evaluation.scoreboard import Entry, Section, scoreboard
from trainer_bridge.domain.evaluation.scored import pairs_of
from trainer_bridge.domain.evaluation.style_report import Restyled, style_report
from trainer_bridge.domain.evaluation.styles import VARIANTS, as_list, other_case, spaced_out, without_markdown

SCORES = st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=12)


def test_the_best_of_one_is_the_mean_and_of_all_the_best() -> None:
    gold = [0.2, 0.9, 0.4, 0.7]

    found = expected_gold(gold, gold)

    assert found[0] == pytest.approx(np.mean(gold), abs=1e-9)
    assert found[-1] == pytest.approx(0.9, abs=1e-9)
    assert found[1] == pytest.approx((0.9 * 3 + 0.7 * 2 + 0.4) / 6, abs=1e-9)
    assert (np.diff(found) > 0).all()


def test_scores_that_say_nothing_give_the_mean_however_many_are_drawn() -> None:
    assert expected_gold([1.0] * 5, [0, 0, 1, 0, 1]) == pytest.approx([0.4] * 5)


@settings(max_examples=50, deadline=None)
@given(SCORES)
def test_best_of_n_does_not_depend_on_the_order_of_answers(pairs: list[tuple[float, float]]) -> None:
    scores, gold = [each[0] for each in pairs], [each[1] for each in pairs]

    there, back = expected_gold(scores, gold), expected_gold(scores[::-1], gold[::-1])

    assert there == pytest.approx(back, abs=1e-9)
    assert there[0] == pytest.approx(np.mean(gold), abs=1e-9)


def test_the_curve_stops_at_the_fewest_answers_and_names_its_distance() -> None:
    items = [([3.0, 1.0, 0.0, 0.5], [1.0, 0, 0, 0]), ([0.0, 1.0, 2.0], [1.0, 0, 0])]

    curve = best_of_n(items, np.array(["a", "b"]))

    assert [point["n"] for point in curve] == [1, 2, 3]
    assert [point["kl"] for point in curve] == pytest.approx([0, np.log(2) - 0.5, np.log(3) - 2 / 3])
    assert curve[2]["value"] == pytest.approx((0.75 + 0.0) / 2)
    assert curve[2]["best"] == pytest.approx((0.75 + 1) / 2)
    assert kl_proxy(1) == 0


def test_independent_items_have_wilsons_interval_and_shared_prompts_a_wider_one() -> None:
    credit = np.array([1.0] * 60 + [0.0] * 40)

    alone = share(credit, np.arange(100))
    together = share(credit, np.repeat(np.arange(10), 10))

    assert alone == pytest.approx((0.6, 0.50200, 0.69060, 100), abs=1e-4)
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_one_prompt_alone_is_not_called_certain() -> None:
    found = share(np.array([1.0, 0.0, 0.0]), np.zeros(3))

    assert found.value == pytest.approx(1 / 3)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.1 < 0.7 < found.high


def test_all_right_is_not_certain() -> None:
    found = share(np.ones(20), np.repeat(np.arange(5), 4))

    assert (found.value, found.high, found.n) == (1.0, 1.0, 20)
    assert found.low == pytest.approx(0.5655, abs=1e-4)


def test_draws_do_not_see_the_order_of_rows_or_the_names_of_prompts() -> None:
    rng = np.random.default_rng(0)
    values, groups = rng.random((2, 40)), rng.integers(0, 9, 40)
    mixed = rng.permutation(40)

    there = draw_means(values, groups, seed=4)
    back = draw_means(values[:, mixed], np.array([f"p{g}" for g in groups[mixed]]), seed=4)

    assert there == pytest.approx(back)
    assert there.shape == (2, 1000)


def test_a_sound_model_is_calibrated_and_a_timid_one_is_told_to_widen_its_gaps() -> None:
    rng = np.random.default_rng(1)
    gaps = np.abs(rng.normal(0, 2, 4000))
    right = rng.random(4000) < 1 / (1 + np.exp(-gaps))
    towards = np.where(right, gaps, -gaps)

    sound = calibration_of(pairs_of([scored([gap], [0.0]) for gap in towards]))
    timid = calibration_of(pairs_of([scored([gap / 4], [0.0]) for gap in towards]))

    assert sound is not None
    assert timid is not None
    assert sound["slope"] == pytest.approx(1, abs=0.1)
    assert sound["raw"]["calibration_error"] < 0.03
    assert timid["slope"] == pytest.approx(4 * sound["slope"], rel=1e-6)
    assert timid["calibrated"]["brier"]["value"] == pytest.approx(sound["calibrated"]["brier"]["value"], abs=1e-3)
    assert timid["raw"]["calibration_error"] > 0.1


def test_a_model_that_likes_length_is_found_out() -> None:
    rng = np.random.default_rng(2)
    lengths = rng.integers(10, 500, (200, 2))
    items = [scored([float(a)], [float(b)], lengths=[a, b]) for a, b in lengths]

    found = length_of(pairs_of(items))

    assert found is not None
    assert (found["right_longer"]["value"], found["right_shorter"]["value"]) == (1.0, 0.0)
    assert (found["longer_preferred"]["value"], found["correlation"]["value"]) == (1.0, pytest.approx(1))
    assert len(found["bins"]) == 5
    assert sum(part["n"] for part in found["bins"]) == 200
    assert found["bins"][0]["to"] <= found["bins"][1]["from"]


def test_length_says_the_same_with_right_and_wrong_exchanged() -> None:
    rng = np.random.default_rng(5)
    rows = [(rng.normal(), rng.normal(), rng.integers(1, 90), rng.integers(1, 90)) for _ in range(60)]
    there = length_of(pairs_of([scored([a], [b], lengths=[x, y], group=str(n)) for n, (a, b, x, y) in enumerate(rows)]))
    back = length_of(pairs_of([scored([b], [a], lengths=[y, x], group=str(n)) for n, (a, b, x, y) in enumerate(rows)]))

    assert there is not None
    assert back is not None
    assert there["correlation"]["value"] == pytest.approx(back["correlation"]["value"])
    assert there["longer_preferred"]["value"] == pytest.approx(back["longer_preferred"]["value"])
    assert there["right_longer"]["value"] == pytest.approx(1 - back["right_shorter"]["value"])


def test_styles_keep_what_is_said() -> None:
    text = "# Plan\n\n**First** dig. Then _sow_ `beans`.\n\n- water\n- wait\n\n```\n# no heading\n```\n"

    assert without_markdown(text) == "Plan\n\nFirst dig. Then _sow_ beans.\n\nwater\nwait\n\n```\n# no heading\n```\n"
    assert as_list("Dig first. Then sow.\nWait.") == "- Dig first.\n- Then sow.\n- Wait."
    assert as_list(text) == text
    assert spaced_out("Dig. Sow.").split() == ["Dig.", "Sow."]
    assert other_case("  “dig”") == "  “Dig”"
    assert other_case("123") == "123"
    for variant in VARIANTS:
        words = [word for word in variant.write("Dig first. Then sow.").lower().split() if word.strip("#-*").isascii()]
        assert [word for word in words if word not in ("##", "-", "answer")] == ["dig", "first.", "then", "sow."]


def test_verdicts_that_flip_are_counted_by_the_side_that_was_rewritten() -> None:
    plain = {variant.name: [1.0, 0.0] for variant in VARIANTS}
    changed = {variant.name: variant.name == "with_heading" for variant in VARIANTS}
    flips = Restyled(scored([1.0], [0.0]), {**plain, "with_heading": [3.0, 2.0]}, changed)
    stays = Restyled(scored([1.0], [0.0]), {**plain, "with_heading": [1.5, 0.5]}, changed)
    failed = Restyled(scored([1.0], [0.0], state="failed"), {**plain, "with_heading": [0.0, 9.0]}, changed)

    found = style_report([flips, stays, failed])

    heading = next(each for each in found["variants"] if each["name"] == "with_heading")
    assert (found["sampled"], found["n"], heading["n"]) == (3, 2, 2)
    assert heading["flips"]["value"] == 0.0
    assert heading["wrong_only"]["value"] == 0.5
    assert heading["right_only"]["value"] == 0.0
    assert heading["score_change"]["value"] == pytest.approx((2 + 0.5) / 2 / 0.5)
    assert next(each for each in found["variants"] if each["name"] == "as_list")["n"] == 0


def test_styles_are_reported_where_items_share_prompts() -> None:
    items = [
        Restyled(
            scored([1.0], [0.0], group=f"g{at // 2}"),
            {each.name: [1.0, 2.0 * (at == 0)] for each in VARIANTS},
            {each.name: True for each in VARIANTS},
        )
        for at in range(6)
    ]

    report = style_report(items)

    assert report["accuracy"]["value"] == 1
    for each in report["variants"]:
        assert (each["flips"]["value"], each["accuracy_after"]["value"]) == pytest.approx((1 / 6, 5 / 6))


def test_subsets_are_drawn_independently_of_each_other() -> None:
    rng = np.random.default_rng(9)
    rows = [Entry(str(at), f"s{at % 20}", str(at), float(rng.random() < 0.6)) for at in range(2000)]
    sections = [Section("all", {f"s{at}": 1.0 for at in range(20)})]

    board, plain = scoreboard(rows, sections), scoreboard(rows)
    paired = compare(rows, [row._replace(credit=float(rng.random() < 0.7)) for row in rows], sections)

    assert paired is not None
    assert board.overall.value == pytest.approx(plain.overall.value)
    assert _width(board.overall) == pytest.approx(_width(plain.overall), rel=0.1)
    assert _width(paired.overall) == pytest.approx(_width(paired.accuracy), rel=0.1)


def _width(number: Any) -> float:
    return float(number.high - number.low)


def entries(credits: list[float], subset: str = "") -> list[Entry]:
    return [Entry(f"{subset}{at}", subset, f"{subset}g{at}", credit) for at, credit in enumerate(credits)]


def test_a_model_compared_with_itself_is_never_told_apart() -> None:
    found = compare(entries([1, 0, 1, 1]), entries([1, 0, 1, 1]))

    assert found is not None
    assert (found.overall.difference, found.overall.low, found.overall.high, found.overall.p) == (0, 0, 0, 1)


def test_a_better_model_is_better_by_the_pairs_it_alone_has_right() -> None:
    a, b = entries([1.0] * 30 + [0.0] * 30), entries([1.0] * 45 + [0.0] * 15)

    there, back = compare(a, b), compare(b, a)

    assert there is not None
    assert back is not None
    assert there.accuracy.difference == 0.25
    assert (there.only_a_right, there.only_b_right, there.n) == (0, 15, 60)
    assert there.accuracy.low > 0
    assert there.accuracy.p < 0.01
    assert back.accuracy.difference == -0.25
    assert back.accuracy.low == pytest.approx(-there.accuracy.high, abs=0.05)


def test_only_common_items_are_compared_and_sections_keep_their_weights() -> None:
    sections = [Section("one", {"x": 3.0, "y": 1.0})]
    a = [*entries([1, 1], "x"), *entries([0, 0], "y"), *entries([1], "z")]
    b = [*entries([0, 1, 1], "x"), *entries([1, 1], "y"), *entries([0], "z")]

    found = compare(a, b, sections)

    assert found is not None
    assert found.n == 5
    assert (found.overall.a, found.overall.b) == pytest.approx((0.75, 0.375 + 0.25))
    assert [(each.name, each.difference) for each in found.subsets] == [("x", -0.5), ("y", 1.0), ("z", -1.0)]
    assert compare(a, [Entry("else", "", "g", 1.0)]) is None


def test_implicit_rewards_are_beta_times_what_the_policy_has_moved() -> None:
    def item(right: tuple[float, float], wrong: tuple[float, float]) -> PolicyItem:
        likelihoods = [Likelihood(*right, tokens=4), Likelihood(*wrong, tokens=2)]
        scores = [implicit_reward(likelihood, 0.5) for likelihood in likelihoods]
        return PolicyItem(scored([scores[0]], [scores[1]]), likelihoods)

    items = [item((-10.0, -12.0), (-6.0, -5.0)), item((-3.0, -2.0), (-9.0, -9.0))]

    found = implicit_report(items, layout="preferences", beta=0.5)

    assert found["margin"]["value"] == pytest.approx((0.5 * (2 + 1) + 0.5 * (-1 - 0)) / 2)
    assert found["overall"]["value"] == 0.5
    assert found["ranking_accuracy"]["value"] == 0.5
    assert found["reference_ranking_accuracy"]["value"] == 0.5
    assert found["ranking_accuracy_per_token"]["value"] == 1.0
    assert (found["right_reward"]["value"], found["wrong_reward"]["value"]) == (0.25, -0.25)
    assert sum(found["margin_histogram"]["counts"]) == 2
