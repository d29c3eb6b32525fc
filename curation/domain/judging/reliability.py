"""How far a pairwise judge agrees with people: accuracy, probabilities, slices, and whether it may label.

METHODS §11.7 and §18.7. Judge and people stand on the same pairs: the judge's logit is its log-odds that b is better,
people's verdict −1 for a, 0 for a tie, 1 for b. Every figure stays the same when pairs are stored the other way round
and when they come in another order. Pure numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotation.domain.agreement import Rate, wilson_rate
from curation.domain.arrays import Flags, Floats, Labels
from curation.domain.judging.calibration import (
    Calibration,
    CurvePoint,
    brier,
    expected_calibration_error,
    fit_pair_calibration,
    log_loss,
    out_of_fold,
    reliability_curve,
)

MIN_GOLD = 200
MIN_LOWER_BOUND = 0.65
_DRAWS = 1000
_AT_ONCE = 50


@dataclass(frozen=True)
class Probabilities:
    """How good a judge's probabilities are, over gold pairs on which people prefer one response."""

    brier: float
    log_loss: float
    calibration_error: float  # ECE
    curve: list[CurvePoint]


@dataclass(frozen=True)
class Reliability:
    """A judge against people. Everything but κ and AC1 is over pairs on which people prefer one response."""

    n: int
    gold_ties: int  # gold pairs without a preference, in κ and AC1 only
    accuracy: Rate  # a tie and a contradiction count half
    clustered: Rate  # the same with a bootstrap over prompt groups, which share more than chance
    undecided: int  # pairs on which the judge has no agreed preference
    raw: Probabilities | None  # None without gold
    calibrated: Probabilities | None  # out of fold; None where there is too little gold to fit and to test
    calibration: Calibration | None
    kappa: float | None
    ac1: float | None
    slices: dict[str, Rate]


def half_credit(judge: Floats, people: Floats) -> Floats:
    """(pairs,) 1 where the judge names what people prefer, ½ where it names nothing, 0 where it names the other."""
    credit: Floats = (1.0 + np.sign(judge) * np.sign(people)) / 2.0
    return credit


def reliability(
    judge: Floats,
    logit: Floats,
    people: Floats,
    groups: Labels,
    *,
    slices: Mapping[str, Flags] | None = None,
    seed: int = 0,
) -> Reliability:
    """The report of one judge on gold. All columns (pairs,).

    judge: the agreed verdict −1, 0 (tie or contradiction), 1; logit: its log-odds that b is better; people: −1, 0, 1;
    groups: prompt groups, kept together by folds and by the bootstrap; slices: name -> which pairs.
    Raises ValueError for columns of other lengths or with failed pairs in them.
    """
    said, odds, gold = (np.asarray(column, dtype=np.float64) for column in (judge, logit, people))
    group = np.asarray(groups)
    if not said.shape == odds.shape == gold.shape == group.shape or said.ndim != 1:
        raise ValueError("Verdicts, logits, people's verdicts and groups are columns of one length.")
    if not all(np.isfinite(column).all() for column in (said, odds, gold)):
        raise ValueError("Verdicts are finite; leave failed pairs out.")
    sided = gold != 0
    credit = half_credit(said, gold)
    n = int(sided.sum())
    # Towards what people prefer: turning a pair round changes neither.
    towards = (odds * np.sign(gold))[sided]
    table = confusion(said, gold)
    calibration = fit_pair_calibration(towards) if n else None
    tested = out_of_fold(towards, group[sided], seed=seed) if n else None
    return Reliability(
        n=n,
        gold_ties=int(gold.size) - n,
        accuracy=wilson_rate(float(credit[sided].sum()), n),
        clustered=cluster_bootstrap(credit[sided], group[sided], seed=seed),
        undecided=int((said[sided] == 0).sum()),
        raw=probabilities(towards) if n else None,
        calibrated=None if tested is None else probabilities(tested),
        calibration=calibration,
        kappa=cohen_kappa(table),
        ac1=gwet_ac1(table),
        slices=accuracy_by_slice(credit, sided, slices or {}),
    )


def probabilities(towards: Floats) -> Probabilities:
    """From logits towards what people prefer (pairs,), so that every target is 1."""
    return Probabilities(
        brier=brier(towards),
        log_loss=log_loss(towards),
        calibration_error=expected_calibration_error(towards),
        curve=reliability_curve(towards),
    )


def accuracy_by_slice(credit: Floats, sided: Flags, slices: Mapping[str, Flags]) -> dict[str, Rate]:
    """Accuracy of each slice over its pairs with a preference; n is 0 and the rate None where it has none."""
    table = {}
    for name, inside in slices.items():
        chosen = sided & np.asarray(inside, dtype=bool)
        table[name] = wilson_rate(float(credit[chosen].sum()), int(chosen.sum()))
    return table


def cluster_bootstrap(values: Floats, groups: Labels, *, seed: int = 0) -> Rate:
    """The mean of values with a 95 % percentile interval over draws of whole groups; n is the number of values."""
    if not values.size:
        return Rate(None, None, None, 0)
    _, group = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(group.reshape(-1), weights=values), np.bincount(group.reshape(-1))
    # In the order of what they hold, so that names of groups and order of rows do not matter to the draws.
    order = np.lexsort((sizes, sums))
    rng, even = np.random.default_rng(seed), np.full(sums.size, 1 / sums.size)
    means: Floats = np.empty(_DRAWS)
    # A table of all draws of all groups would not fit for a large gold set.
    for start in range(0, _DRAWS, _AT_ONCE):
        draws = rng.multinomial(sums.size, even, size=min(_AT_ONCE, _DRAWS - start))
        means[start : start + len(draws)] = (draws @ sums[order]) / (draws @ sizes[order])
    low, high = (float(bound) for bound in np.quantile(means, [0.025, 0.975]))
    return Rate(float(values.mean()), low, high, int(values.size))


def confusion(judge: Floats, people: Floats) -> Floats:
    """(3, 3) counts of people's verdict a, tie, b (rows) by the judge's (columns), each pair taken from both sides.

    Which response is called a says nothing, so its share by chance must not either: every pair counts half as it is
    and half turned round.
    """
    cell = (np.sign(people) + 1) * 3 + np.sign(judge) + 1
    table = np.bincount(cell.astype(np.int64), minlength=9).reshape(3, 3)
    mirrored: Floats = (table + table[::-1, ::-1]) / 2
    return mirrored


def cohen_kappa(table: Floats) -> float | None:
    """κ of two raters from counts (classes, classes); None when chance alone agrees always, or nothing is counted."""
    total = float(np.sum(table))
    if total == 0:
        return None
    share = np.asarray(table, dtype=np.float64) / total
    chance = float(share.sum(axis=0) @ share.sum(axis=1))
    return None if chance == 1 else (float(np.trace(share)) - chance) / (1 - chance)


def gwet_ac1(table: Floats) -> float | None:
    """Gwet's AC1 of two raters from counts (classes, classes): as κ, but sound when one class is rare (METHODS §12)."""
    total = float(np.sum(table))
    if total == 0:
        return None
    share = np.asarray(table, dtype=np.float64) / total
    mean = (share.sum(axis=0) + share.sum(axis=1)) / 2
    chance = float((mean * (1 - mean)).sum()) / (mean.size - 1)
    return float((np.trace(share) - chance) / (1 - chance))


def may_label(report: Reliability) -> tuple[bool, str]:
    """Whether a judge may label by itself, and the rule with its numbers in one sentence."""
    needed = f"At least {MIN_GOLD} gold pairs and a lower bound of {MIN_LOWER_BOUND:.0%} are needed to label"
    if report.n < MIN_GOLD or report.accuracy.low is None or report.accuracy.rate is None:
        return False, f"{needed}; this judge was tested on {report.n}, so it may draft only."
    measured = f"{report.accuracy.rate:.1%} of {report.n} gold pairs, and surely {report.accuracy.low:.1%}"
    if report.accuracy.low < MIN_LOWER_BOUND:
        return False, f"{needed}; this judge is right on {measured}, so it may draft only."
    return True, f"This judge is right on {measured} or more: above {MIN_LOWER_BOUND:.0%}, so it may label."
