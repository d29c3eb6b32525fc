"""From verdicts on gold pairs to what the trust page shows: how far a judge agrees with people, and what moves it.

METHODS §11.2, §11.5, §11.7 and B8. All figures are of pairs that were judged; failed ones are counted and left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.domain.agreement import Rate, wilson_rate
from curation.domain.arrays import Flags, Floats
from curation.domain.judging.biases import (
    MIN_PAIRS,
    Bias,
    FamilyBias,
    first_slot,
    length_correlation,
    longer_rate,
    of_probe,
    self_preference,
    verbosity,
)
from curation.domain.judging.calibration import CurvePoint
from curation.domain.judging.diagnosis import JudgeReport, diagnose
from curation.domain.judging.flips import flip_rates
from curation.domain.judging.probes import PROBES
from curation.domain.judging.profile import PROPERTIES, Weight, profile, properties
from curation.domain.judging.reliability import (
    MIN_GOLD,
    Reliability,
    accuracy_by_slice,
    half_credit,
    may_label,
    reliability,
)
from curation.domain.judging.verdicts import Interval, SwapReport, swap_report
from curation.judges.gold_pairs import Gold, GoldPair
from curation.judges.trust_arms import AS_THEY_ARE, Arm
from curation.judges.trust_slices import slices_of
from webapp.jobs.handlers import JobError

Estimate = dict[str, float | None]
_TITLES = {
    "verbosity": "Rewards length",
    "length_correlation": "Follows length",
    "first_slot": "Prefers a place",
    "self_preference": "Prefers its own family",
}


@dataclass(frozen=True)
class _Judged:
    """The pairs that were judged, as columns (pairs,); readings are None for judges of single responses."""

    pairs: list[GoldPair]
    places: list[int]
    said: Floats
    logit: Floats
    people: Floats
    longer: Floats
    readings: tuple[Floats, Floats] | None

    @property
    def groups(self) -> Any:
        return np.array([pair.group for pair in self.pairs])


def results_of(
    gold: Gold, arms: Mapping[str, Arm], *, families: Sequence[str], people_rate: dict[str, Any] | None, calls: int
) -> tuple[dict[str, Any], bool]:
    """`JudgeTrust.results`, and whether the judge may label.

    `families` are the names by which texts of the judge's own family are known, the first one what they are called.
    Raises JobError when no pair could be judged.
    """
    plain = arms[AS_THEY_ARE]
    judged = _judged(gold, plain)
    report = reliability(judged.said, judged.logit, judged.people, judged.groups)
    swap = swap_report(*judged.readings) if judged.readings else None
    biases = [*_biases(judged), *_family_biases(judged, families)]
    probes = [_probed(gold, plain, name, arm) for name, arm in arms.items() if name != AS_THEY_ARE]
    averaged = half_credit(judged.logit, judged.people)
    diagnosis = JudgeReport(
        swap=swap,
        longer=longer_rate(judged.said, judged.longer),
        people_longer=longer_rate(judged.people, judged.longer),
        reliability=report,
        biases=[*biases, *probes],
    )
    allowed, rule = may_label(report)
    return {
        "n": report.n,
        "failed": len(plain.verdicts) - len(judged.pairs),
        "gold_pairs": gold.available,
        "accuracy": _rate(report.accuracy),
        "averaged_accuracy": _rate(wilson_rate(float(averaged.sum()), averaged.size)),
        "kappa": report.kappa,
        "ac1": report.ac1,
        "swap": _swap(swap) if swap else None,
        "calibration": _calibration(report),
        "slices": _slices(judged),
        "biases": [_bias(bias, _title(bias)) for bias in biases],
        "probes": [
            {**_bias(probe, PROBES[probe.name].title), "expected": PROBES[probe.name].expected} for probe in probes
        ],
        "profile": _profile(judged),
        "ppi": people_rate,
        "diagnosis": diagnose(diagnosis),
        "rule": rule,
        "cost_per_1000": 1000 * plain.cost / len(plain.verdicts) if plain.cost else None,
        "calls": calls,
    }, allowed


def _judged(gold: Gold, arm: Arm) -> _Judged:
    places = [place for place, verdict in enumerate(arm.verdicts) if verdict.reason is None]
    if not places:
        raise JobError(f"None of the {len(arm.verdicts):,} gold pairs could be judged; the failures say why.")
    pairs, verdicts = [gold.pairs[place] for place in places], [arm.verdicts[place] for place in places]
    read = [(verdict.a_first, verdict.b_first) for verdict in verdicts]
    both = [(a_first, b_first) for a_first, b_first in read if a_first is not None and b_first is not None]
    columns = np.array(both, dtype=np.float64) if len(both) == len(read) else None
    lengths = [(len(a), len(b)) for a, b in (pair.sides for pair in pairs)]
    return _Judged(
        pairs=pairs,
        places=places,
        said=np.array([verdict.sign for verdict in verdicts], dtype=np.float64),
        logit=np.array([verdict.logit for verdict in verdicts], dtype=np.float64),
        people=np.sign([pair.value for pair in pairs]).astype(np.float64),
        longer=np.array([b - a for a, b in lengths], dtype=np.float64),
        readings=None if columns is None else (columns[:, 0], columns[:, 1]),
    )


def _biases(judged: _Judged) -> list[Bias]:
    found = [
        verbosity(judged.said, judged.longer, people=judged.people),
        length_correlation(judged.said, judged.longer),
    ]
    return [*found, first_slot(*judged.readings)] if judged.readings else found


def _family_biases(judged: _Judged, families: Sequence[str]) -> list[FamilyBias]:
    """Against its own family always where it wrote any of the texts, against other generators with enough pairs."""
    authors: dict[str, list[str]] = {"a": [], "b": []}
    for pair in judged.pairs:
        written = {response.response_id: response.generator or "" for response in pair.record.responses}
        authors["a"].append(_author(written[pair.a], families))
        authors["b"].append(_author(written[pair.b], families))
    own = families[0] if families else ""
    cells = self_preference(own, np.array(authors["a"]), np.array(authors["b"]), judged.said, judged.people)
    return [cell for cell in cells if cell.name == "self_preference" or cell.n >= MIN_PAIRS]


def _author(generator: str, families: Sequence[str]) -> str:
    """The judge's family for what it wrote, else the generator itself; "" where nobody knows."""
    return families[0] if any(name.casefold() in generator.casefold() for name in families) else generator


def _probed(gold: Gold, plain: Arm, name: str, arm: Arm) -> Bias:
    """Whether verdicts moved towards what people find worse: whatever a probe changes is to help that side."""
    towards_loser = -np.sign([pair.value for pair in gold.pairs])
    before, after = (
        np.array([np.nan if verdict.reason else verdict.sign for verdict in each.verdicts]) * towards_loser
        for each in (plain, arm)
    )
    return of_probe(name, PROBES[name].title, flip_rates(before, after))


def _slices(judged: _Judged) -> list[dict[str, Any]]:
    slices = slices_of(judged.pairs)
    sided: Flags = judged.people != 0
    inside = {str(number): each.inside for number, each in enumerate(slices)}
    rates = accuracy_by_slice(half_credit(judged.said, judged.people), sided, inside)
    return [
        {"slice": each.name, "value": each.value, "n": rates[str(number)].n, "accuracy": _rate(rates[str(number)])}
        for number, each in enumerate(slices)
    ]


def _calibration(report: Reliability) -> dict[str, Any] | None:
    """None below 200 pairs: fewer cannot be fitted and tested (METHODS §11.7). The curve is as the judge says it."""
    raw, fitted, tested = report.raw, report.calibration, report.calibrated
    if report.n < MIN_GOLD or raw is None or fitted is None or tested is None:
        return None
    return {
        "a": fitted.slope,
        "b": fitted.intercept,
        "brier_before": raw.brier,
        "brier": tested.brier,
        "ece_before": raw.calibration_error,
        "ece": tested.calibration_error,
        "log_loss": tested.log_loss,
        "curve": [_point(point) for point in raw.curve],
    }


def _point(point: CurvePoint) -> dict[str, Any]:
    observed = wilson_rate(min(point.accuracy * point.n, point.n), point.n)
    return {
        "predicted": point.confidence,
        "observed": point.accuracy,
        "low": observed.low,
        "high": observed.high,
        "n": point.n,
    }


def _profile(judged: _Judged) -> list[dict[str, Any]]:
    texts = [pair.sides for pair in judged.pairs]
    differences = [
        [b[name] - a[name] for name in PROPERTIES] for a, b in ((properties(a), properties(b)) for a, b in texts)
    ]
    found = profile(list(PROPERTIES), np.array(differences), judged.people, judged.said)
    return [
        {
            "property": weight.name,
            "title": PROPERTIES[weight.name],
            "people": _interval(weight.people),
            "judge": _interval(weight.judge),
            "difference": _interval(weight.difference),
        }
        for weight in found.weights
    ]


def _swap(report: SwapReport) -> dict[str, Any]:
    return {
        "consistency": _rate(report.consistency),
        "first_twice": _rate(report.first_twice),
        "second_twice": _rate(report.second_twice),
        "ties": _rate(report.ties),
        "first_slot": report.first_slot,
        "first_slot_bias": _interval(report.first_slot_bias),
        "knowledge": _interval(report.knowledge),
    }


def _bias(bias: Bias, title: str) -> dict[str, Any]:
    return {
        "name": bias.name,
        "title": title,
        **_interval(bias),
        "n": bias.n,
        "flagged": bias.flagged,
        "sentence": bias.sentence,
    }


def _title(bias: Bias) -> str:
    return (
        f"Prefers {bias.author_family}"
        if bias.name == "family_preference" and isinstance(bias, FamilyBias)
        else _TITLES[bias.name]
    )


def _rate(rate: Rate) -> Estimate:
    return {"estimate": rate.rate, "low": rate.low, "high": rate.high}


def _interval(found: Interval | Weight | Bias) -> Estimate:
    return {"estimate": found.estimate, "low": found.low, "high": found.high}
