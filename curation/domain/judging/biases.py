"""What a judge rewards besides quality: length, the first slot, its own family, whatever a probe adds (METHODS §11.5).

Verdicts are signed, −1 for a, 0 for none, 1 for b; differences are b − a. All figures stay the same when pairs are
stored the other way round. Pure numpy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from annotation.domain.agreement import Z_95, Rate, wilson_rate
from curation.domain.arrays import Flags, Floats, Labels
from curation.domain.judging.flips import FlipRates
from curation.domain.judging.logistic import fit_logistic, model_covariance
from curation.domain.judging.verdicts import slots_twice

# Standard deviation of the prior of a length coefficient: finite where length alone decides, no matter otherwise.
_PRIOR_SD = 5.0
# A p-value below this is called a slot bias.
_SIGNIFICANT = 0.001
# Fewer pairs than this say nothing worth a flag.
MIN_PAIRS = 30


@dataclass(frozen=True)
class Bias:
    """One measured bias with its 95 % interval; estimate and bounds are None where nothing could be measured."""

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    n: int
    flagged: bool
    sentence: str
    p_value: float | None = None


@dataclass(frozen=True)
class FamilyBias(Bias):
    """How much oftener than people a judge's family prefers one author family to others."""

    judge_family: str = ""
    author_family: str = ""
    judge_rate: float | None = None
    people_rate: float | None = None


def verbosity(verdict: Floats, length_difference: Floats, *, people: Floats | None = None) -> Bias:
    """Log-odds of preferring b per standard deviation (about 0) of Δlen = b − a, verdicts without a side counting half.

    Flagged when the interval lies above 0 or, where people's verdicts on the same pairs are given, above the same
    coefficient of theirs: people do reward length, and what a judge shares with them is not its own.
    """
    v, x, scale = _lengths(verdict, length_difference)
    n = int(v.size)
    if not n or scale == 0:
        return Bias("verbosity", None, None, None, n, False, "No two responses differ in length, so nothing is known.")
    estimate, half = _length_coefficient(v, x / scale)
    reference, than = 0.0, ""
    if people is not None:
        reference, _ = _length_coefficient(np.sign(np.asarray(people, dtype=np.float64)), x / scale)
        than = f" (people: {reference:.2f})"
    low, high = estimate - half, estimate + half
    flagged = n >= MIN_PAIRS and low > max(reference, 0.0)
    interval = f"{estimate:.2f} [{low:.2f}, {high:.2f}]{than}"
    sentence = (
        f"A longer response gains {interval} in log-odds per standard deviation of length: it rewards length."
        if flagged
        else f"Length moves its log-odds by {interval} per standard deviation: no reward for length alone shows."
    )
    return Bias("verbosity", estimate, low, high, n, flagged, sentence)


def length_correlation(verdict: Floats, length_difference: Floats) -> Bias:
    """Correlation about 0 of verdict and Δlen, with Fisher's interval; flagged when |r| surely exceeds 0.1."""
    v, x, scale = _lengths(verdict, length_difference)
    n, size = int(v.size), math.sqrt(float(np.square(v).sum()))
    if n < 4 or scale == 0 or size == 0:
        return Bias("length_correlation", None, None, None, n, False, "Too few pairs differ to tell a correlation.")
    r = float(v @ x) / (size * scale * math.sqrt(n))
    centre, half = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12)), Z_95 / math.sqrt(n - 3)
    low, high = math.tanh(centre - half), math.tanh(centre + half)
    flagged = n >= MIN_PAIRS and (low > 0.1 or high < -0.1)
    sentence = f"Its verdicts correlate {r:.2f} [{low:.2f}, {high:.2f}] with which response is longer."
    return Bias("length_correlation", r, low, high, n, flagged, sentence)


def longer_rate(verdict: Floats, length_difference: Floats) -> Rate:
    """Share of pairs of unequal length on which the longer response is preferred; no preference counts half."""
    v, x, _ = _lengths(verdict, length_difference)
    differs = x != 0
    return wilson_rate(float((1 + v * np.sign(x))[differs].sum() / 2), int(differs.sum()))


def first_slot(a_first: Floats, b_first: Floats) -> Bias:
    """Share of readings that name the first slot, from readings of both orders (log-odds that b is better).

    Both orders of a pair are no two draws: the interval counts pairs, and the p-value is the exact binomial one of the
    pairs on which one slot was named twice, which are all that can tell the slots apart.
    """
    one, other = np.asarray(a_first, dtype=np.float64), np.asarray(b_first, dtype=np.float64)
    named = (np.sign(other) - np.sign(one) + 2) / 4
    first, second = (int(twice.sum()) for twice in slots_twice(one, other))
    return _slot_bias(wilson_rate(float(named.sum()), int(named.size)), binomial_p(first, first + second))


def first_slot_share(first: int, n: int) -> Bias:
    """The same for verdicts given in one random order each, as people give them: `first` of `n` name the first slot."""
    return _slot_bias(wilson_rate(first, n), binomial_p(first, n))


def _slot_bias(share: Rate, p_value: float) -> Bias:
    if share.rate is None or share.low is None or share.high is None:
        return Bias("first_slot", None, None, None, 0, False, "Nothing was judged, so no slot was preferred.")
    flagged = p_value < _SIGNIFICANT
    interval = f"{share.rate:.0%} [{share.low:.0%}, {share.high:.0%}]"
    slot = "first" if share.rate > 0.5 else "second"
    sentence = f"It names the first response shown in {interval} of its verdicts: " + (
        f"it prefers the {slot} place." if flagged else "no place is clearly preferred."
    )
    return Bias("first_slot", share.rate, share.low, share.high, share.n, flagged, sentence, p_value)


def binomial_p(successes: int, n: int) -> float:
    """Exact two-sided p-value of `successes` of `n` tosses of a fair coin."""
    fewer = min(successes, n - successes)
    # Terms relative to the largest, so that 2^−n neither under- nor overflows.
    logs = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(fewer + 1)]
    largest = max(logs)
    tail = largest + math.log(sum(math.exp(value - largest) for value in logs)) - n * math.log(2)
    return min(1.0, 2 * math.exp(tail))


def self_preference(
    judge_family: str, author_a: Labels, author_b: Labels, verdict: Floats, people: Floats
) -> list[FamilyBias]:
    """For each author family, how often this judge prefers it and how often people do, on the same pairs.

    author_a, author_b: family of the model that wrote either response, "" where not known; verdict, people: (pairs,).
    Pairs inside one family or of an unknown one are left out. The estimate is judge − people; flagged when it is surely
    above 0. Families in alphabetical order; those of all judges make the matrix.
    """
    a, b = np.asarray(author_a), np.asarray(author_b)
    said, gold = np.sign(np.asarray(verdict, dtype=np.float64)), np.sign(np.asarray(people, dtype=np.float64))
    crossed: Flags = (a != b) & (a != "") & (b != "")
    cells = []
    for author in sorted({str(name) for name in np.concatenate([a[crossed], b[crossed]])}):
        inside = crossed & ((a == author) | (b == author))
        side = np.where(b[inside] == author, 1.0, -1.0)
        cells.append(_cell(judge_family, author, (1 + side * said[inside]) / 2, (1 + side * gold[inside]) / 2))
    return cells


def _cell(judge_family: str, author: str, judged: Floats, people: Floats) -> FamilyBias:
    difference = judged - people
    n, estimate = int(difference.size), float(difference.mean())
    half = Z_95 * math.sqrt(float(difference.var(ddof=1)) / n) if n > 1 else 1.0
    low, high = max(-1.0, estimate - half), min(1.0, estimate + half)
    flagged = n >= MIN_PAIRS and low > 0
    own = "its own family" if author == judge_family else author
    sentence = (
        f"It prefers {own} in {judged.mean():.0%} of {n} pairs, people in {people.mean():.0%}: "
        f"a difference of {100 * estimate:+.0f} points [{100 * low:+.0f}, {100 * high:+.0f}]."
    )
    return FamilyBias(
        name="self_preference" if author == judge_family else "family_preference",
        estimate=estimate,
        low=low,
        high=high,
        n=n,
        flagged=flagged,
        sentence=sentence,
        judge_family=judge_family,
        author_family=author,
        judge_rate=float(judged.mean()),
        people_rate=float(people.mean()),
    )


def of_probe(name: str, title: str, flips: FlipRates, *, allowed: float = 0.05) -> Bias:
    """A probe's flips as a bias, flagged when surely more than `allowed` of all verdicts moved towards it."""
    toward = flips.towards
    if toward.rate is None or toward.low is None or toward.high is None:
        return Bias(name, None, None, None, 0, False, f"{title}: no pair was judged before and after.")
    flagged = toward.low > allowed
    sentence = (
        f"{title}: {toward.rate:.0%} [{toward.low:.0%}, {toward.high:.0%}] of {toward.n} verdicts moved towards it"
        + (", more than it is worth." if flagged else ".")
    )
    return Bias(name, toward.rate, toward.low, toward.high, toward.n, flagged, sentence)


def _length_coefficient(verdict: Floats, standardised: Floats) -> tuple[float, float]:
    """The coefficient and half the width of its 95 % interval."""
    features, l2 = standardised[:, None], _PRIOR_SD**-2
    fit = fit_logistic(features, (1 + verdict) / 2, l2=l2)
    return float(fit.coefficients[0]), Z_95 * math.sqrt(float(model_covariance(features, fit, l2=l2)[0, 0]))


def _lengths(verdict: Floats, difference: Floats) -> tuple[Floats, Floats, float]:
    v, x = np.sign(np.asarray(verdict, dtype=np.float64)), np.asarray(difference, dtype=np.float64)
    if v.shape != x.shape or v.ndim != 1 or not (np.isfinite(v).all() and np.isfinite(x).all()):
        raise ValueError("Give one finite length difference for each verdict; leave failed pairs out.")
    return v, x, math.sqrt(float(np.square(x).mean())) if x.size else 0.0
