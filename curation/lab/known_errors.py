"""Pairs of which it is known whether their label is wrong, so that looking for errors can be measured.

Where errors were planted, the rows say so. Else adjudicated labels tell about the label that was there before. Else, of
pairs with several votes, one vote is taken for the label (drawn by lot) and the others tell: the truth is their
majority, pairs where they draw are left out, and a label that asking all of them leaves at a draw stays wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from curation.datasets.reading import part_urls
from curation.domain.arrays import Flags, Ints
from curation.lab.choices import Basis, GoldSource
from curation.lab.pools import MAX_PAIRS, GoldSplit, Pool, PoolPair, pool
from curation.models import DatasetVersion
from curation.recipes.preview import recipe_ready

LEAST_KNOWN, LEAST_WRONG, LEAST_VOTES = 50, 5, 3
REASON = (
    f"No row says which labels are wrong: that takes planted errors, or {LEAST_KNOWN} pairs that were adjudicated or "
    f"have {LEAST_VOTES} votes, and {LEAST_WRONG} wrong labels among them."
)
# Asking for errors needs the label as it was before somebody put it right.
_BEFORE = [{"type": "labels", "precedence": ["human", "judge", "imported"]}]
_STEPS: dict[Basis, list[dict[str, Any]]] = {Basis.PLANTED: [], Basis.ADJUDICATED: _BEFORE, Basis.VOTES: _BEFORE}
# One row a labelled pair: what was adjudicated, and the votes of people, or else those that came with the import.
_VOTES = """
WITH labels AS (SELECT record_id, unnest(labels) AS label FROM read_parquet($parts)), counted AS (
    SELECT record_id, label.a AS a, label.b AS b, label.aspect AS aspect,
           coalesce(sign(avg(label.value) FILTER (WHERE label.source = 'adjudicated')), 0)::INT AS adjudicated,
           count(*) FILTER (WHERE label.source = 'human' AND label.value > 0) AS human_b,
           count(*) FILTER (WHERE label.source = 'human' AND label.value < 0) AS human_a,
           count(*) FILTER (WHERE label.source = 'imported' AND label.value > 0) AS imported_b,
           count(*) FILTER (WHERE label.source = 'imported' AND label.value < 0) AS imported_a
      FROM labels GROUP BY ALL
), voted AS (
    SELECT *, human_a + human_b >= $least AS people FROM counted
)
SELECT kept.record_id, kept.a, kept.b, kept.dir, kept.soft, kept.weight, planted, adjudicated,
       CASE WHEN people THEN human_b ELSE imported_b END AS for_b,
       CASE WHEN people THEN human_a ELSE imported_a END AS for_a
  FROM kept JOIN voted ON voted.record_id = kept.record_id AND voted.a = kept.a AND voted.b = kept.b
   AND voted.aspect IS NOT DISTINCT FROM kept.aspect
 ORDER BY {known} DESC, lot, pair_id LIMIT $most
"""
_KNOWN = {
    Basis.PLANTED: "(planted IS NOT NULL)",
    Basis.ADJUDICATED: "(adjudicated <> 0)",
    Basis.VOTES: "(for_a + for_b >= $least)",
}


@dataclass(frozen=True)
class KnownErrors:
    """Labelled pairs with their label as `dir`; margins are learned from all of them, errors are known of some."""

    basis: Basis
    pairs: list[PoolPair]
    known: Flags
    wrong: Flags  # where `known`
    wrong_after: Flags  # still wrong after people were asked again


def known_errors(version: DatasetVersion, *, seed: int) -> KnownErrors | None:
    """What is known of the version's labels on the best basis there is; None where too little is."""
    for basis in Basis:
        found = _on(basis, version, seed)
        if enough_known(found.known, found.wrong):
            return found
    return None


def enough_known(known: Flags, wrong: Flags) -> bool:
    """Whether shares of the wrong labels say anything."""
    return bool(known.sum() >= LEAST_KNOWN and wrong.sum() >= LEAST_WRONG)


def _on(basis: Basis, version: DatasetVersion, seed: int) -> KnownErrors:
    nobody = GoldSplit(GoldSource.HELD_OUT, 0.0, seed)
    with pool(recipe_ready(version, _STEPS[basis]), version, nobody) as found:
        rows = _rows(found, basis, version)
    pairs = [PoolPair(*row[:6]) for row in rows]
    planted, adjudicated = [row[6] for row in rows], np.array([row[7] for row in rows], dtype=np.int64)
    label = np.array([pair.dir for pair in pairs], dtype=np.int64)
    if basis == Basis.PLANTED:
        known = np.array([each is not None for each in planted], dtype=np.bool_)
        wrong = np.array([bool(each) for each in planted], dtype=np.bool_)
        return KnownErrors(basis, pairs, known, wrong, np.zeros_like(wrong))
    if basis == Basis.ADJUDICATED:
        known = adjudicated != 0
        wrong = known & (adjudicated != label)
        return KnownErrors(basis, pairs, known, wrong, np.zeros_like(wrong))
    votes = np.array([row[8:10] for row in rows], dtype=np.int64).reshape(-1, 2)
    return _one_vote_each(pairs, label, votes[:, 0], votes[:, 1], seed)


def _one_vote_each(pairs: list[PoolPair], label: Ints, for_b: Ints, for_a: Ints, seed: int) -> KnownErrors:
    """One vote by lot becomes the label of a pair with several; the others say whether it is wrong."""
    several = for_a + for_b >= LEAST_VOTES
    lot = np.random.default_rng([seed, 13]).random(len(pairs))
    one = np.where(lot * (for_a + for_b) < for_b, 1, -1)
    others = for_b - for_a - one
    known = several & (others != 0)
    wrong = known & (np.sign(others) != one)
    labelled = np.where(several, one, label)
    taken = [pair._replace(dir=int(dir), soft=1.0) for pair, dir in zip(pairs, labelled.tolist(), strict=True)]
    return KnownErrors(Basis.VOTES, taken, known, wrong, wrong & (np.abs(others) == 1))


def _rows(found: Pool, basis: Basis, version: DatasetVersion) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = found.cursor.execute(
        _VOTES.format(known=_KNOWN[basis]),
        {"parts": part_urls(version), "least": LEAST_VOTES, "most": MAX_PAIRS},
    ).fetchall()
    return rows
