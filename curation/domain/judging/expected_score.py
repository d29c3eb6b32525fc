"""A score on a scale from the probabilities of its grades, and the mean of aspects. Pure Python.

G-Eval (arXiv 2303.16634; METHODS §11.4): the expectation over the grades instead of the likeliest one. A score that
could not be read is failed, with a reason, and is left out of nothing silently: whatever is made from it fails too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["scored", "not_applicable", "failed"]

GRADES = (1, 2, 3, 4, 5)
NOT_APPLICABLE = "N/A"
# Less probability on the options than this, and the model meant to say something else.
MIN_MASS = 0.8


@dataclass(frozen=True)
class Score:
    """A value on the scale, or why there is none. `spread` is the standard deviation over the grades."""

    state: State
    value: float | None = None
    spread: float | None = None
    n: int = 1  # readings the value was made from
    failed: int = 0  # readings that could not be read and are not in it
    reason: str = ""


def expected_score(
    probabilities: Mapping[str, float], *, grades: Sequence[int] = GRADES, min_mass: float = MIN_MASS
) -> Score:
    """E = Σ k p_k / Σ p_k over the grades; variants of a grade such as " 4" and "4" are summed.

    probabilities: of options as shown, "N/A" among them where the scale offers it. Not applicable when that is likelier
    than all grades together. Failed when grades and N/A together have less than `min_mass`.
    Raises ValueError for values that are no probabilities.
    """
    mass = dict.fromkeys(grades, 0.0)
    not_applicable = 0.0
    for option, p in probabilities.items():
        if not 0 <= p <= 1:
            raise ValueError(f"The probability of “{option}” is {p}, which is none.")
        name = option.strip()
        if name.upper() == NOT_APPLICABLE:
            not_applicable += p
        elif name.isdecimal() and int(name) in mass:
            mass[int(name)] += p
    total = sum(mass.values())
    if total + not_applicable < min_mass:
        share = f"{total + not_applicable:.0%}"
        return Score("failed", reason=f"the grades have {share} of the probability, {min_mass:.0%} are needed")
    if not_applicable > total:
        return Score("not_applicable")
    mean = sum(grade * p for grade, p in mass.items()) / total
    variance = sum((grade - mean) ** 2 * p for grade, p in mass.items()) / total
    return Score("scored", mean, math.sqrt(variance))


def probabilities_of(log_probs: Mapping[str, float]) -> dict[str, float]:
    """Natural log-probabilities of options as probabilities; values a hair above 0 by rounding count as 0."""
    return {option: math.exp(min(value, 0.0)) for option, value in log_probs.items()}


def sampled_score(ratings: Sequence[int | str | None], *, grades: Sequence[int] = GRADES) -> Score:
    """The mean of sampled grades, for models without log-probabilities (20 samples at temperature 1).

    ratings: a grade, "N/A", or None where a reply could not be read. Those and grades off the scale are excluded and
    counted in `failed`, never taken for a low grade. Not applicable when most of what was read says so.
    """
    read = [rating for rating in ratings if rating == NOT_APPLICABLE or rating in grades]
    failed = len(ratings) - len(read)
    if not read:
        return Score("failed", n=0, failed=failed, reason=f"none of {len(ratings)} samples could be read")
    values = [float(rating) for rating in read if not isinstance(rating, str) and rating is not None]
    if 2 * len(values) < len(read):
        return Score("not_applicable", n=len(read), failed=failed)
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return Score("scored", mean, math.sqrt(variance), n=len(values), failed=failed)


@dataclass(frozen=True)
class AspectScores:
    overall: Score
    aspects: dict[str, Score]


def aspects_mean(scores: Mapping[str, Score | Mapping[str, Score]]) -> AspectScores:
    """The mean over aspects, each of which is a score or the mean of its sub-criteria's scores.

    What is not applicable is left out at either level; an aspect of nothing else is not applicable. One failed score
    fails its aspect and the whole: a mean over the rest would compare with nothing.
    """
    aspects = {name: given if isinstance(given, Score) else _mean(given) for name, given in scores.items()}
    return AspectScores(overall=_mean(aspects), aspects=aspects)


def _mean(scores: Mapping[str, Score]) -> Score:
    missing = [name for name, score in scores.items() if score.state == "failed"]
    if missing:
        return Score("failed", n=0, failed=len(missing), reason=f"no score for {', '.join(missing)}")
    values = [score.value for score in scores.values() if score.value is not None]
    if not values:
        return Score("not_applicable", n=0)
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return Score("scored", mean, math.sqrt(variance), n=len(values))
