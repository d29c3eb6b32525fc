"""Whose votes to believe: the one-coin Dawid–Skene model of verdicts first / tie / second. Pure numpy.

An annotator w gives the true verdict with probability s_w and otherwise each other verdict alike (Dawid & Skene 1979
with one coin each; METHODS §12). EM from vote shares, as crowd-kit's OneCoinDawidSkene does it, with two additions:
the prior over verdicts is the same for first and second, so that which response is called first changes nothing, and
annotators with few votes are drawn towards a good one. Groups with other values than the rest look unskilled here:
measure agreement within and between groups before using the skill against anyone (METHODS §15).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curation.domain.arrays import Floats, Ints

_EDGE = 1e-10  # skills and priors stay inside (0, 1)


@dataclass(frozen=True)
class OneCoin:
    """posterior (items, classes), NaN for items with neither votes nor gold; skill (annotators,), NaN without votes."""

    posterior: Floats
    skill: Floats
    votes_of_item: Ints
    votes_of_annotator: Ints
    prior: Floats
    iterations: int
    converged: bool

    @property
    def preference(self) -> Floats:
        """P(second better) − P(first better) in [−1, 1]: negated exactly when an item's sides are swapped."""
        preference: Floats = self.posterior[:, -1] - self.posterior[:, 0]
        return preference


def one_coin_dawid_skene(
    item: Ints,
    annotator: Ints,
    verdict: Ints,
    *,
    items: int,
    annotators: int,
    classes: int = 3,
    gold: Ints | None = None,
    few_votes: int = 20,
    symmetric: bool = True,
    max_iterations: int = 100,
    tolerance: float = 1e-6,
) -> OneCoin:
    """Posterior verdict of each item and skill of each annotator from votes (item, annotator, verdict), all (votes,).

    verdict: 0…classes−1, mirrored about the middle (first, tie, second). gold: (items,) known verdict or −1; gold items
    keep it. few_votes: below this many votes a skill is smoothed with 0.01 votes per class and one for skill (METHODS
    §12); 0 turns it off. Ends when no posterior changes by more than `tolerance`.
    Raises ValueError for indices out of range.
    """
    item, annotator, verdict = (np.asarray(column, dtype=np.int64) for column in (item, annotator, verdict))
    for column, size, name in (
        (item, items, "item"),
        (annotator, annotators, "annotator"),
        (verdict, classes, "verdict"),
    ):
        if column.shape != item.shape or (column.size and (column.min() < 0 or column.max() >= size)):
            raise ValueError(f"Votes have one {name} each, from 0 to {size - 1}.")
    known, truth = _gold(gold, items, classes)
    votes, given = np.bincount(item, minlength=items), np.bincount(annotator, minlength=annotators)
    judged = (votes > 0) | known
    cell = item * classes + verdict
    posterior = np.bincount(cell, minlength=items * classes).reshape(items, classes) / np.maximum(votes, 1)[:, None]
    posterior[known] = truth
    few = (given < few_votes).astype(np.float64)

    skill, prior = _skills(posterior, item, annotator, verdict, given, few), _prior(posterior[judged], symmetric)
    tested = known[item]
    on_gold = np.bincount(annotator[tested], minlength=annotators)
    # Whoever answered gold starts from that, or a wrong majority would stay the one that everyone is measured against.
    by_gold = _skills(posterior, item[tested], annotator[tested], verdict[tested], on_gold, np.ones(annotators))
    skill = np.where(on_gold > 0, by_gold, skill)
    iterations, converged = 0, False
    while iterations < max_iterations and not converged:
        iterations += 1
        # A vote's evidence is the log odds of a hit, added to the class it names; misses are alike for all classes.
        evidence = np.log(skill) - np.log((1 - skill) / (classes - 1))
        scores = np.bincount(cell, weights=evidence[annotator], minlength=items * classes).reshape(items, classes)
        scores = scores + np.log(prior)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        updated = likely / ((likely + likely[:, ::-1]).sum(axis=1, keepdims=True) / 2)
        updated[known] = truth
        change = float(np.abs(updated - posterior)[judged].max(initial=0.0))
        posterior, converged = updated, change < tolerance
        skill, prior = _skills(posterior, item, annotator, verdict, given, few), _prior(posterior[judged], symmetric)
    posterior[~judged] = np.nan
    return OneCoin(
        posterior=posterior,
        skill=np.where(given > 0, skill, np.nan),
        votes_of_item=votes,
        votes_of_annotator=given,
        prior=prior,
        iterations=iterations,
        converged=converged,
    )


def _gold(gold: Ints | None, items: int, classes: int) -> tuple[np.ndarray, Floats]:
    verdicts = np.full(items, -1) if gold is None else np.asarray(gold, dtype=np.int64)
    if verdicts.shape != (items,) or (verdicts.size and (verdicts.min() < -1 or verdicts.max() >= classes)):
        raise ValueError(f"Gold is one verdict an item, from 0 to {classes - 1}, or −1 where it is not known.")
    known = verdicts >= 0
    return known, np.eye(classes)[verdicts[known]]


def _skills(posterior: Floats, item: Ints, annotator: Ints, verdict: Ints, given: Ints, few: Floats) -> Floats:
    classes = posterior.shape[1]
    hits = np.bincount(annotator, weights=posterior[item, verdict], minlength=given.size)
    skill = (hits + 1.01 * few) / np.maximum(given + (1 + 0.01 * classes) * few, 1e-300)
    return np.clip(skill, _EDGE, 1 - _EDGE)


def _prior(posterior: Floats, symmetric: bool) -> Floats:
    if not posterior.shape[0]:
        return np.full(posterior.shape[1], 1 / posterior.shape[1])
    both = (posterior + posterior[:, ::-1]) / 2 if symmetric else posterior
    return np.maximum(both.mean(axis=0), _EDGE)
