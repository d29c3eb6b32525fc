"""Choosing a part of a dataset: the FiFA score with its refill rounds, and the order of a curriculum. Pure numpy.

The other ways to choose live beside it and are named here, so that a caller finds them in one place: `k_center`,
`facility_location` (coverage), `d_optimal` (information), quotas and caps (quotas). All return `Picked`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from curation.domain.arrays import Flags, Floats, Ints, Labels, Points
from curation.domain.coverage import coverage_value, covering_radius, facility_location, k_center
from curation.domain.information import d_optimal
from curation.domain.neighbours import kth_distances, log_distances
from curation.domain.point_cells import checked_points, k_means, originals_of
from curation.domain.quotas import (
    Picked,
    best_by_stratum,
    best_under_caps,
    cluster_balanced_quotas,
    codes_of,
    largest_remainder,
    random_by_quota,
    rank_within,
)

__all__ = [
    "FifaChoice",
    "FifaParameters",
    "Picked",
    "Standing",
    "best_by_stratum",
    "best_under_caps",
    "cluster_balanced_quotas",
    "coverage_value",
    "covering_radius",
    "curriculum",
    "d_optimal",
    "facility_location",
    "fifa",
    "k_center",
    "k_means",
    "largest_remainder",
    "random_by_quota",
]

REFILL_REACH = 4  # a refill looks at this many times a stratum's quota of its best rows


class Standing(IntEnum):
    """Whether a row may be chosen by FiFA, and if not, why; the values are stored codes."""

    ELIGIBLE = 0
    MISSING = 1  # no margin or no quality
    CONTRADICTED = 2  # a margin below 0: the label is probably wrong
    HARMFUL = 3
    LOW_QUALITY = 4


@dataclass(frozen=True)
class FifaParameters:
    """METHODS §7; the paper's own weights could not be read, these are the product's."""

    quality_weight: float = 0.5  # α
    diversity_weight: float = 0.5  # γ
    neighbours: int = 5
    min_quality: float = 0.4  # of 1
    margin_cap_percentile: float = 90.0  # margins above are easy pairs that over-fit
    cluster_share: float = 0.25  # of the budget, from one cluster
    rounds: int = 3
    refill_share: float = 0.1


@dataclass(frozen=True)
class FifaChoice:
    """Rows in order of score; the columns (rows,) are NaN where a row is not eligible."""

    picked: Picked
    margin: Floats  # m: capped, standardised, cut to ±3
    quality: Floats  # standardised
    diversity: Floats  # h, standardised: against all eligible rows, for chosen ones against the choice
    score: Floats
    standing: npt.NDArray[np.int8]
    round: Ints  # (picked,) the round in which the row came in, 0 first


def fifa(
    embeddings: Points,
    margin: Floats,
    quality: Floats,
    *,
    budget: int,
    parameters: FifaParameters | None = None,
    harmful: Flags | None = None,
    strata: Labels | None = None,
    clusters: Labels | None = None,
    seed: int = 0,
) -> FifaChoice:
    """The `budget` rows that are clear, good and unlike each other: score = m + α q + γ h (arXiv 2410.10166).

    embeddings: prompts (rows, dimensions), made unit length here. margin: chosen − rejected. quality: of the prompt,
    0…10. NaN in margin or quality marks a row without one; it is never chosen. strata share the budget by size;
    clusters give at most `cluster_share` of it each. h depends on what else is chosen: in each round it is taken again
    within the choice, the lowest tenth goes and the best others come. Copies of an embedding come last of all.
    seed: of the cells that find neighbours above 20,000 rows.
    """
    given = parameters or FifaParameters()
    table = _unit(checked_points(embeddings))
    rows = table.shape[0]
    margin, quality = np.asarray(margin, dtype=np.float64), np.asarray(quality, dtype=np.float64)
    if margin.shape != (rows,) or quality.shape != (rows,) or budget < 0:
        raise ValueError("Give a margin and a quality for each embedding, and a budget of at least zero.")
    standing = _standing(margin, quality / 10, harmful, given)
    able = np.flatnonzero(standing == Standing.ELIGIBLE)
    columns = {name: np.full(rows, np.nan) for name in ("margin", "quality", "diversity", "score")}
    if not able.size or not budget:
        none = Picked(np.empty(0, dtype=np.int64), np.empty(0), "no row is eligible" if budget else "")
        return FifaChoice(none, **columns, standing=standing, round=np.empty(0, dtype=np.int64))
    cut = np.minimum(margin[able], np.percentile(margin[able], given.margin_cap_percentile))
    m, q = np.clip(_standardised(cut), -3, 3), _standardised(quality[able] / 10)
    chooser = _Chooser(
        table[able],
        m + given.quality_weight * q,
        given,
        min(budget, able.size),
        codes_of(strata[able])[0] if strata is not None else np.zeros(able.size, dtype=np.int64),
        codes_of(clusters[able])[0] if clusters is not None else None,
        seed,
    )
    chosen, came = chooser.run()
    order = np.lexsort((chosen, -chooser.score[chosen]))
    chosen, came = chosen[order], came[order]
    columns["margin"][able], columns["quality"][able] = m, q
    columns["diversity"][able], columns["score"][able] = chooser.diversity, chooser.score
    picked = Picked(able[chosen], chooser.score[chosen], _shortfall(chosen.size, budget, able.size))
    return FifaChoice(picked, **columns, standing=standing, round=came)


class _Chooser:
    """The eligible rows, and the choice that rounds improve."""

    def __init__(
        self,
        table: Points,
        base: Floats,
        given: FifaParameters,
        budget: int,
        stratum: Ints,
        cluster: Ints | None,
        seed: int,
    ) -> None:
        self.table, self.base, self.given, self.budget, self.seed = table, base, given, budget, seed
        self.original = originals_of(table)
        self.stratum, self.cluster = stratum, cluster
        self.cap = max(1, int(given.cluster_share * budget))
        logs = log_distances(kth_distances(table, k=given.neighbours, seed=seed)) if len(table) > 1 else np.zeros(1)
        self.diversity = _standardised(logs)
        self.score = base + given.diversity_weight * self.diversity
        distinct = np.bincount(stratum[self.original == np.arange(len(table))], minlength=int(stratum.max()) + 1)
        self.quota = largest_remainder(np.bincount(stratum).astype(np.float64), distinct, budget=budget)

    def run(self) -> tuple[Ints, Ints]:
        """Chosen rows and the round each came in."""
        everyone = np.arange(len(self.table))
        chosen = self._filled(np.empty(0, dtype=np.int64), everyone)
        came: Ints = np.zeros(chosen.size, dtype=np.int64)
        out = int(self.given.refill_share * chosen.size)
        for number in range(1, self.given.rounds + 1):
            if not out or chosen.size == len(self.table):
                break
            self._rescore(chosen, chosen)
            kept = np.sort(np.argsort(-self.score[chosen], kind="stable")[: chosen.size - out])
            chosen, came = chosen[kept], came[kept]
            reach = self._reach(chosen)
            self._rescore(reach, chosen)
            chosen = self._filled(self._filled(chosen, reach), everyone)
            came = np.concatenate([came, np.full(chosen.size - came.size, number)])
        return chosen, came

    def _rescore(self, some: Ints, choice: Ints) -> None:
        """Scores of `some` rows with the diversity they have within the choice, on the choice's own scale."""
        rows = np.union1d(some, choice)
        inside = np.searchsorted(rows, choice)
        distances = kth_distances(self.table[rows], k=self.given.neighbours, reference=inside, seed=self.seed)
        finite = np.where(np.isfinite(distances), distances, 2.0)  # alone: as far as unit vectors can be
        logs = log_distances(finite)
        standard = _standardised(logs, of=logs[inside])
        place = np.searchsorted(rows, some)
        self.diversity[some] = standard[place]
        self.score[some] = self.base[some] + self.given.diversity_weight * standard[place]

    def _reach(self, chosen: Ints) -> Ints:
        """The rows a refill looks at: in each stratum the best distinct ones outside, a few times its quota."""
        outside = np.setdiff1d(np.arange(len(self.table)), chosen)
        order = outside[np.argsort(-self.score[outside], kind="stable")]
        order = self._allowed(order, chosen, self.original, np.ones(len(self.table), dtype=np.int64))
        return order[rank_within(self.stratum[order]) < REFILL_REACH * (self.quota[self.stratum[order]] + 1)]

    def _filled(self, kept: Ints, candidates: Ints) -> Ints:
        """`kept` and the best candidates up to the budget: first distinct rows within quotas, then distinct rows, then
        copies; never more of a cluster than its cap."""
        chosen = kept
        for by_quota, distinct in ((True, True), (False, True), (False, False)):
            left = self.budget - chosen.size
            if left <= 0:
                break
            order = np.setdiff1d(candidates, chosen)
            order = order[np.argsort(-self.score[order], kind="stable")]
            if distinct:
                order = self._allowed(order, chosen, self.original, np.ones(len(self.table), dtype=np.int64))
            if self.cluster is not None:
                caps = np.full(int(self.cluster.max()) + 1, self.cap)
                order = self._allowed(order, chosen, self.cluster, caps)
            if by_quota:
                order = self._allowed(order, chosen, self.stratum, self.quota)
            chosen = np.concatenate([chosen, order[:left]])
        return chosen

    @staticmethod
    def _allowed(order: Ints, chosen: Ints, group: Ints, limit: Ints) -> Ints:
        """The rows of `order` that fit when each group gives at most its limit, `chosen` rows counted."""
        used = np.bincount(group[chosen], minlength=limit.size)
        return order[rank_within(group[order]) + used[group[order]] < limit[group[order]]]


def _standing(margin: Floats, quality: Floats, harmful: Flags | None, given: FifaParameters) -> npt.NDArray[np.int8]:
    missing = ~(np.isfinite(margin) & np.isfinite(quality))
    bad = np.zeros(margin.size, dtype=bool) if harmful is None else np.asarray(harmful, dtype=bool)
    cases = [missing, margin < 0, bad, quality < given.min_quality]
    codes = [Standing.MISSING, Standing.CONTRADICTED, Standing.HARMFUL, Standing.LOW_QUALITY]
    return np.select(cases, codes, Standing.ELIGIBLE).astype(np.int8)


def _standardised(values: Floats, of: Floats | None = None) -> Floats:
    """z-scores by the mean and standard deviation of `of`; 0 everywhere when that has no spread."""
    base = values if of is None else of
    spread = float(base.std())
    if spread <= 1e-12 * max(1.0, float(np.abs(base).max(initial=0.0))):
        return np.zeros(values.size)
    return (values - base.mean()) / spread


def _unit(table: Points) -> Points:
    length = np.linalg.norm(table, axis=1, keepdims=True)
    unit: Points = table / np.where(length > 0, length, 1)
    return unit


def _shortfall(chosen: int, budget: int, able: int) -> str:
    if chosen == budget:
        return ""
    return f"only {able} rows are eligible" if chosen == able else "clusters may give no more"


def curriculum(margin: Floats, *, stages: int = 1) -> tuple[Picked, Ints]:
    """Rows from easy (large margin chosen − rejected) to hard, and the stage (rows,) of each pick from 0.

    Equal margins go by index; stages have equal counts, the first ones one more. Raises ValueError when a margin is
    missing: such rows are left out, or come last by the caller's will.
    """
    values = np.asarray(margin, dtype=np.float64)
    if not np.isfinite(values).all() or stages < 1:
        raise ValueError("A curriculum needs a finite margin for every row and at least one stage.")
    order = np.argsort(-values, kind="stable")
    sizes = [part.size for part in np.array_split(order, stages)]
    return Picked(order, values[order]), np.repeat(np.arange(stages), sizes)
