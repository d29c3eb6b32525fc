"""How strongly an ensemble of reward models prefers chosen over rejected, and what that says about a label.

Secrets of RLHF II (arXiv 2401.06080; METHODS §1): the mean margin over members trained on the same pairs sorts a
dataset into labels that are probably wrong, pairs with no clear preference, ordinary and strong ones. Margins here
point from rejected to chosen: positive agrees with the label. The scale differs between ensembles, so thresholds are
percentiles of one ensemble's own means, and raw means of two ensembles are never compared. Pure numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from curation.domain.arrays import Flags, Floats, Ints, Labels, Points


class Zone(IntEnum):
    """What the ensemble says about a label; the values are stored codes."""

    WRONG = 0
    AMBIGUOUS = 1
    NORMAL = 2
    STRONG = 3


@dataclass(frozen=True)
class EnsembleStrength:
    """Per pair, over members: mean margin, population standard deviation, share of members with a margin above 0."""

    mean: Floats
    std: Floats
    vote: Floats

    def __post_init__(self) -> None:
        if not self.mean.shape == self.std.shape == self.vote.shape or self.mean.ndim != 1:
            raise ValueError("Mean, std and vote are three columns of one length.")
        if not all(np.isfinite(column).all() for column in (self.mean, self.std, self.vote)):
            raise ValueError("An ensemble's strength is finite; leave failed rows out, they have a state of their own.")

    @classmethod
    def of(cls, margins: Points) -> EnsembleStrength:
        """From member margins (pairs, members). Raises ValueError for other shapes and values that are not finite."""
        d = np.asarray(margins, dtype=np.float64)
        if d.ndim != 2 or d.shape[1] == 0:
            raise ValueError("Member margins are a table (pairs, members) with at least one member.")
        return cls(mean=d.mean(axis=1), std=d.std(axis=1, ddof=0), vote=(d > 0).mean(axis=1))


@dataclass(frozen=True)
class ZoneParameters:
    """The product's defaults: percentiles of the ensemble's means, as scales differ between ensembles."""

    wrong_vote: float = 0.3  # wrong: mean < 0 and at most this share of members agrees with the label
    ambiguous_percentile: float = 40.0
    strong_percentile: float = 90.0
    cap_percentile: float = 95.0  # margins for training are cut here

    def __post_init__(self) -> None:
        percentiles = (self.ambiguous_percentile, self.strong_percentile, self.cap_percentile)
        if not 0 <= self.wrong_vote <= 1 or not all(0 <= value <= 100 for value in percentiles):
            raise ValueError("The vote lies in 0…1, percentiles in 0…100.")


@dataclass(frozen=True)
class ZoneThresholds:
    """The numbers the percentiles came to, for provenance and to classify later pairs of the same ensemble alike."""

    wrong_vote: float
    ambiguous: float  # |mean| up to here says nothing
    strong: float
    cap: float


def thresholds_of(strength: EnsembleStrength, parameters: ZoneParameters | None = None) -> ZoneThresholds:
    """Thresholds from one ensemble's means; percentiles below 0 are cut to 0. Raises ValueError without pairs."""
    if strength.mean.size == 0:
        raise ValueError("Percentiles need at least one pair.")
    given = parameters or ZoneParameters()
    wanted = [given.ambiguous_percentile, given.strong_percentile, given.cap_percentile]
    ambiguous, strong, cap = (max(0.0, float(value)) for value in np.percentile(strength.mean, wanted))
    return ZoneThresholds(wrong_vote=given.wrong_vote, ambiguous=ambiguous, strong=strong, cap=cap)


def zones_of(strength: EnsembleStrength, thresholds: ZoneThresholds) -> npt.NDArray[np.int8]:
    """Zone codes (pairs,), tried in the order wrong, ambiguous, strong, normal.

    A mean below 0 with more than `wrong_vote` of the members for the label is ambiguous as well: members contradict
    each other (METHODS leaves these rows in `normal`, where a margin below 0 has no business).
    """
    mean = strength.mean
    wrong = (mean < 0) & (strength.vote <= thresholds.wrong_vote)
    ambiguous = (np.abs(mean) <= thresholds.ambiguous) | (mean < 0)
    strong = mean >= thresholds.strong
    codes = np.select([wrong, ambiguous, strong], [Zone.WRONG, Zone.AMBIGUOUS, Zone.STRONG], Zone.NORMAL)
    return codes.astype(np.int8)


def soft_labels(mean: Floats, *, temperature: float = 1.0) -> Floats:
    """P(the label is right) = σ(mean / T), T from a calibration on gold, 1 without one; σ(−x) = 1 − σ(x)."""
    if not temperature > 0:
        raise ValueError("A temperature is above zero.")
    return 0.5 + 0.5 * np.tanh(np.asarray(mean, dtype=np.float64) / (2 * temperature))


def smoothed_labels(mean: Floats, *, alpha: float = 0.1) -> Floats:
    """Label smoothing where the ensemble disagrees: 1 − α for means below 0, 1 otherwise."""
    if not 0 <= alpha <= 0.5:
        raise ValueError("Smoothing lies in 0…0.5.")
    return np.where(np.asarray(mean) < 0, 1.0 - alpha, 1.0)


def training_margins(mean: Floats, *, flipped: Flags, cap: float) -> Floats:
    """Margin of each pair for training, after the decision which labels to flip: within [0, cap].

    A kept pair's margin is its mean, a flipped pair's is the mean seen from the other side (|mean|, for a pair that
    was flipped because its mean is below 0). A margin below 0 would reward a model for a small or inverted gap, so
    it becomes 0: also for a pair that was flipped against the ensemble.
    """
    if not cap >= 0:
        raise ValueError("A cap is at least zero.")
    towards = np.where(flipped, -np.asarray(mean, dtype=np.float64), mean)
    return np.clip(towards, 0.0, cap) + 0.0  # no negative zero


@dataclass(frozen=True)
class StrengthGroup:
    """Pairs of one band of the mean, weakest band first."""

    low: float
    high: float
    mean: float
    std: float  # mean of the members' std: large where members contradict each other
    vote: float
    count: int


@dataclass(frozen=True)
class StrengthReport:
    groups: list[StrengthGroup]
    share_below_zero: float
    length_correlation: float | None  # Pearson, mean against length difference chosen − rejected
    length_reason: str | None  # why there is no correlation
    mean_by_stratum: dict[str, float]


def strength_report(
    strength: EnsembleStrength,
    *,
    length_difference: Points | None = None,
    strata: Labels | None = None,
    groups: int = 10,
) -> StrengthReport:
    """Equal-count groups of the sorted means (deciles by default), the correlation with length, means by stratum.

    A length shortcut shows as a correlation far from 0; it inflates agreement without saying anything about quality.
    """
    if strength.mean.size == 0:
        raise ValueError("A report needs at least one pair.")
    order = np.argsort(strength.mean, kind="stable")
    bands = [band for band in np.array_split(order, groups) if band.size]
    correlation, reason = _correlation(strength.mean, length_difference)
    return StrengthReport(
        groups=[_group(strength, band) for band in bands],
        share_below_zero=float(np.mean(strength.mean < 0)),
        length_correlation=correlation,
        length_reason=reason,
        mean_by_stratum=_means_by(strength.mean, strata),
    )


def _group(strength: EnsembleStrength, band: Ints) -> StrengthGroup:
    mean = strength.mean[band]
    return StrengthGroup(
        low=float(mean[0]),
        high=float(mean[-1]),
        mean=float(mean.mean()),
        std=float(strength.std[band].mean()),
        vote=float(strength.vote[band].mean()),
        count=int(band.size),
    )


def _correlation(mean: Floats, other: Points | None) -> tuple[float | None, str | None]:
    if other is None:
        return None, "no lengths were given"
    length = np.asarray(other, dtype=np.float64)
    if length.shape != mean.shape or not np.isfinite(length).all():
        raise ValueError("Length differences are one finite number a pair.")
    centred, lengths = mean - mean.mean(), length - length.mean()
    scale = float(np.sqrt((centred @ centred) * (lengths @ lengths)))
    if scale == 0:
        return None, "all margins or all length differences are equal"
    return float(centred @ lengths) / scale, None


def _means_by(mean: Floats, strata: Labels | None) -> dict[str, float]:
    if strata is None:
        return {}
    names, stratum = np.unique(strata, return_inverse=True)
    stratum = stratum.reshape(-1)
    means = np.bincount(stratum, weights=mean) / np.bincount(stratum)
    return {str(name): float(value) for name, value in zip(names, means, strict=True)}
