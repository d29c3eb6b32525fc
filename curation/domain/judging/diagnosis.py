"""What a trust report says of a judge in plain sentences, worst first: is it reading answers at all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from annotation.domain.agreement import Rate
from curation.domain.judging.biases import MIN_PAIRS, Bias
from curation.domain.judging.reliability import Reliability, may_label
from curation.domain.judging.verdicts import SwapReport

# A judge that does one thing in this share of the cases does nothing else.
_ALMOST_ALWAYS = 0.9
_SUSPECT_CONSISTENCY = 0.75


@dataclass(frozen=True)
class JudgeReport:
    """All that was measured of one judge. `longer` is the share of pairs on which it prefers the longer response,
    `people_longer` the same of people; `reliability` is None without gold, `swap` for a judge of single responses."""

    swap: SwapReport | None
    longer: Rate
    people_longer: Rate | None = None
    reliability: Reliability | None = None
    biases: Sequence[Bias] = field(default_factory=tuple)


def diagnose(report: JudgeReport) -> list[str]:
    """Sentences on position, length, knowledge, flagged biases and the right to label, in this order.

    What was not measured is not spoken of.
    """
    swap = report.swap
    if swap is not None and not swap.n:
        return ["It has judged no pair in both orders yet, so nothing is known of it."]
    found = [_position(swap) if swap else None, _length(report), _against_people(report)]
    sentences = [sentence for sentence in found if sentence is not None]
    sentences += [bias.sentence for bias in report.biases if bias.flagged]
    if not sentences and swap is not None:
        agreed = _percent(swap.consistency.rate)
        sentences.append(f"It names the same response in both orders on {agreed} of pairs: no bias stands out.")
    if report.reliability is not None:
        sentences.append(may_label(report.reliability)[1])
    return sentences


def _position(swap: SwapReport) -> str | None:
    consistency, share = swap.consistency.rate, swap.first_slot
    if consistency is None or share is None:
        return None
    slot, often = ("first", share) if share >= 0.5 else ("second", 1 - share)
    contradicts = (swap.first_twice.rate or 0.0) + (swap.second_twice.rate or 0.0)
    if often >= _ALMOST_ALWAYS:
        return (
            f"It picks the {slot} response {_percent(often)} of the time and contradicts itself on "
            f"{_percent(contradicts)} of pairs when they are swapped: it reads positions, not answers."
        )
    if (swap.ties.rate or 0.0) >= _ALMOST_ALWAYS:
        return f"It calls {_percent(swap.ties.rate)} of pairs a tie: it does not tell answers apart."
    if consistency < _SUSPECT_CONSISTENCY:
        return (
            f"It names the same response in both orders on only {_percent(consistency)} of pairs; "
            f"on {_percent(contradicts)} it follows the place, not the answer."
        )
    return None


def _length(report: JudgeReport) -> str | None:
    longer = report.longer.rate
    if longer is None or report.longer.n < MIN_PAIRS:
        return None
    side, often = ("longer", longer) if longer >= 0.5 else ("shorter", 1 - longer)
    if often < _ALMOST_ALWAYS:
        return None
    picks = f"It picks the {side} response {_percent(often)} of the time"
    theirs = report.people_longer.rate if report.people_longer is not None else None
    if theirs is None:
        return f"{picks}: it reads lengths, not answers."
    people = theirs if side == "longer" else 1 - theirs
    if people >= _ALMOST_ALWAYS:
        return f"{picks}, but so do people ({_percent(people)}): these pairs cannot tell length from quality."
    return f"{picks}, people {_percent(people)}: it reads lengths, not answers."


def _against_people(report: JudgeReport) -> str | None:
    reliability = report.reliability
    if reliability is None or reliability.accuracy.rate is None:
        return None
    accuracy = reliability.accuracy
    agrees = f"{_percent(accuracy.rate)} of {accuracy.n} pairs"
    if accuracy.high is not None and accuracy.high < 0.5:
        return f"It names what people reject: it agrees with them on {agrees}."
    if accuracy.low is not None and accuracy.low <= 0.5:
        return f"Against people it is no better than chance: it agrees with them on {agrees}."
    if accuracy.rate == 1.0:
        orders = ", in both orders" if report.swap is not None else ""
        return f"It agrees with people on every one of {accuracy.n} pairs{orders}."
    return None


def _percent(share: float | None) -> str:
    """Whole per cent, and never 100 or 0 for what is not quite."""
    if share is None:
        return "an unknown share"
    whole = round(100 * share)
    if whole in (0, 100) and share not in (0.0, 1.0):
        return f"{100 * share:.1f} %"
    return f"{whole} %"
