"""One verdict from several judges, none of which judges its own family's text (METHODS §11.6).

Judges vote apart and never see each other. Logits are log-odds that b is better, NaN where a judge failed; give
calibrated ones where there are any, or the surest judge outshouts the best. Pure numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Flags, Floats, Ints, Labels
from curation.domain.dawid_skene import one_coin_dawid_skene
from curation.domain.judging.logistic import sigmoid
from curation.domain.pooling import gold_weights

MIN_JUDGES = 3
MAX_SPREAD = 0.4


@dataclass(frozen=True)
class PanelVerdicts:
    """Per pair. logit, p and spread are NaN where `judges` is 0: nobody was left to judge, or all who were failed."""

    logit: Floats
    p: Floats
    spread: Floats  # largest − smallest p of the judges used
    judges: Ints
    review: Flags  # judges contradict each other, or fewer than three are left


def combine_panel(
    logits: Floats, weights: Floats, *, excluded: Flags | None = None, max_spread: float = MAX_SPREAD
) -> PanelVerdicts:
    """The weighted mean logit of each pair. logits (judges, pairs), weights (judges,), excluded (judges, pairs).

    A judge of weight 0 is not used at all. Judges whose p lie further apart than `max_spread` contradict each other.
    Raises ValueError for other shapes, weights below 0, and no weight above 0.
    """
    table, weight = np.asarray(logits, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if table.ndim != 2 or weight.shape != table.shape[:1] or np.isinf(table).any():
        raise ValueError("A panel needs logits (judges, pairs), NaN where one failed, and a weight for each judge.")
    if not np.isfinite(weight).all() or (weight < 0).any() or not weight.any():
        raise ValueError("Weights are at least 0, and one is above it.")
    used = np.isfinite(table) & (weight[:, None] > 0)
    if excluded is not None:
        used &= ~np.asarray(excluded, dtype=bool)
    judges: Ints = used.sum(axis=0)
    nobody = judges == 0
    share = np.where(used, weight[:, None], 0.0)
    logit = (share * np.where(used, table, 0.0)).sum(axis=0) / np.where(nobody, 1.0, share.sum(axis=0))
    # p − ½, which is odd to the last bit: naming the sides the other way round leaves the spread as it is.
    p = np.tanh(table / 2) / 2
    spread = np.where(used, p, -np.inf).max(axis=0) - np.where(used, p, np.inf).min(axis=0)
    logit, spread = np.where(nobody, np.nan, logit), np.where(nobody, np.nan, spread)
    return PanelVerdicts(
        logit=logit,
        p=sigmoid(logit),
        spread=spread,
        judges=judges,
        review=nobody | (judges < MIN_JUDGES) | (spread > max_spread),
    )


def own_family(judge_names: Sequence[Sequence[str]], author_a: Labels, author_b: Labels) -> Flags:
    """(judges, pairs) where a judge's family wrote one of the responses; an unknown author "" is nobody's family.

    judge_names: by what each judge's family is known. A text is the family's where its author's name holds one of them,
    in whatever case: "qwen" wrote what Qwen2.5-7B-Instruct wrote.
    """
    names = [[name.casefold() for name in each if name] for each in judge_names]
    authors = [np.asarray(side).tolist() for side in (author_a, author_b)]
    wrote = {
        author: [any(name in author.casefold() for name in each) for each in names]
        for author in dict.fromkeys([*authors[0], *authors[1]])
    }
    own = [np.array([wrote[author] for author in side], dtype=bool).reshape(-1, len(names)) for side in authors]
    table: Flags = (own[0] | own[1]).T
    return table


def equal_weights(judges: int) -> Floats:
    return np.ones(judges)


def weights_from_gold(logits: Floats, gold: Floats, *, min_gold: int = 200) -> Floats:
    """Log-odds of each judge's accuracy on gold, shrunk towards chance; 0 with too little gold or at chance.

    gold: (pairs,) −1 for a, 1 for b, 0 or NaN where people have no preference.
    """
    return np.array([source.weight for source in gold_weights(logits, gold, min_gold=min_gold)])


def weights_by_agreement(logits: Floats, *, excluded: Flags | None = None, gold: Floats | None = None) -> Floats:
    """Log-odds of each judge's accuracy by Dawid–Skene over the judges' verdicts a or b; 0 for one at chance or below.

    gold: as above, held fixed where it is known. Without any, judges who share a bias look skilled together.
    """
    table = np.asarray(logits, dtype=np.float64)
    votes = np.isfinite(table) & (table != 0)
    if excluded is not None:
        votes &= ~np.asarray(excluded, dtype=bool)
    judge, pair = np.nonzero(votes)
    known = None
    if gold is not None:
        side = np.sign(np.nan_to_num(np.asarray(gold, dtype=np.float64)))
        known = np.where(side == 0, -1, (side + 1) // 2).astype(np.int64)
    fit = one_coin_dawid_skene(
        pair,
        judge,
        (table[judge, pair] > 0).astype(np.int64),
        items=table.shape[1],
        annotators=table.shape[0],
        classes=2,
        gold=known,
    )
    # One step inside 0…1 of what the votes can tell, so that no judge's word is final.
    room = 1 / (fit.votes_of_annotator + 2)
    skill = np.clip(np.nan_to_num(fit.skill, nan=0.5), room, 1 - room)
    return np.maximum(np.log(skill) - np.log1p(-skill), 0.0)
