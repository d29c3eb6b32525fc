"""Mock judges are recognised for what they are: always first, always longest, perfect, and a few in between."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from curation.domain.judging.biases import first_slot, longer_rate, verbosity
from curation.domain.judging.diagnosis import JudgeReport, diagnose
from curation.domain.judging.reliability import may_label, reliability
from curation.domain.judging.verdicts import outcomes, signs, swap_report

Floats = npt.NDArray[np.float64]
N = 400


def gold() -> tuple[Floats, Floats]:
    """People's preferences and length differences that have nothing to do with them."""
    rng = np.random.default_rng(0)
    return rng.choice([-1.0, 1.0], size=N), rng.normal(0, 200, size=N)


def report(a_first: Floats, b_first: Floats) -> JudgeReport:
    people, length = gold()
    verdict = signs(outcomes(a_first, b_first))
    return JudgeReport(
        swap=swap_report(a_first, b_first),
        longer=longer_rate(verdict, length),
        people_longer=longer_rate(people, length),
        reliability=reliability(verdict, (a_first + b_first) / 2, people, np.arange(N)),
        biases=[verbosity(verdict, length, people=people), first_slot(a_first, b_first)],
    )


def test_always_first() -> None:
    sentences = diagnose(report(np.full(N, -2.0), np.full(N, 2.0)))
    assert sentences[0] == (
        "It picks the first response 100 % of the time and contradicts itself on 100 % of pairs when they are swapped: "
        "it reads positions, not answers."
    )
    assert sentences[1] == "Against people it is no better than chance: it agrees with them on 50 % of 400 pairs."
    assert sentences[-1].endswith("so it may draft only.")


def test_nearly_always_first() -> None:
    people, _ = gold()
    knows = np.arange(N) % 25 == 0
    sentences = diagnose(report(np.where(knows, people, -2.0), np.where(knows, people, 2.0)))
    assert sentences[0].startswith(
        "It picks the first response 98 % of the time and contradicts itself on 96 % of pairs when they are swapped"
    )


def test_always_longest() -> None:
    _, length = gold()
    sentences = diagnose(report(np.sign(length), np.sign(length)))
    assert sentences[0].startswith("It picks the longer response 100 % of the time, people ")
    assert sentences[0].endswith("it reads lengths, not answers.")
    assert any("it rewards length" in sentence for sentence in sentences)
    assert sentences[-1].endswith("so it may draft only.")


def test_perfect() -> None:
    people, _ = gold()
    assert diagnose(report(3 * people, 3 * people)) == [
        "It agrees with people on every one of 400 pairs, in both orders.",
        "This judge is right on 100.0% of 400 gold pairs, and surely 99.0% or more: above 65%, so it may label.",
    ]


def test_perverse() -> None:
    people, _ = gold()
    assert diagnose(report(-people, -people))[0].startswith("It names what people reject: it agrees with them on 0 %")


def test_one_that_only_ties_and_one_that_is_torn() -> None:
    people, _ = gold()
    assert diagnose(report(np.zeros(N), np.zeros(N)))[0] == (
        "It calls 100 % of pairs a tie: it does not tell answers apart."
    )
    torn = np.arange(N) % 2 == 0
    sentences = diagnose(report(np.where(torn, people, -1.0), np.where(torn, people, 1.0)))
    assert sentences[0] == (
        "It names the same response in both orders on only 50 % of pairs; on 50 % it follows the place, not the answer."
    )


def test_people_who_like_length_too() -> None:
    _, length = gold()
    both = np.sign(length)
    same = JudgeReport(
        swap=swap_report(both, both), longer=longer_rate(both, length), people_longer=longer_rate(both, length)
    )
    shared = "It picks the longer response 100 % of the time, but so do people (100 %): "
    assert diagnose(same) == [shared + "these pairs cannot tell length from quality."]
    alone = JudgeReport(swap=swap_report(both, both), longer=longer_rate(both, length))
    assert diagnose(alone) == ["It picks the longer response 100 % of the time: it reads lengths, not answers."]


def test_nothing_stands_out_and_nothing_is_known() -> None:
    people, length = gold()
    plain = JudgeReport(swap=swap_report(people, people), longer=longer_rate(people, length))
    assert diagnose(plain) == ["It names the same response in both orders on 100 % of pairs: no bias stands out."]
    empty = JudgeReport(swap=swap_report(people[:0], people[:0]), longer=longer_rate(people[:0], people[:0]))
    assert diagnose(empty) == ["It has judged no pair in both orders yet, so nothing is known of it."]


def test_a_judge_of_single_responses_has_no_orders_to_speak_of() -> None:
    people, length = gold()
    agreed = reliability(people, people, people, np.arange(N))
    scores = JudgeReport(swap=None, longer=longer_rate(people, length), reliability=agreed)
    assert diagnose(scores) == [
        "It agrees with people on every one of 400 pairs.",
        may_label(agreed)[1],
    ]
    assert diagnose(JudgeReport(swap=None, longer=longer_rate(people, length))) == []
