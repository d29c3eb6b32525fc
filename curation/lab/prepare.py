"""Prepare a lab run: which pairs each arm keeps, their features, the gold set, and the pairs whose errors are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from curation.datasets.reading import part_keys
from curation.domain.arrays import Ints
from curation.domain.lab import group_order, sample_of
from curation.lab.arms import Arm, arms_of, too_few_gold
from curation.lab.choices import Features, GoldSource
from curation.lab.known_errors import KnownErrors, enough_known, known_errors
from curation.lab.pools import MAX_PAIRS, PoolPair
from curation.lab.prepared import Prepared, PreparedArm, Review, TrainingSet, prepared_read, prepared_write
from curation.models import LabRun
from curation.signals.embeddings import packaged_embedder
from curation.signals.kinds.base import Pair
from curation.signals.pair_features import PairFeatures, embedded_pairs, scored_pairs
from curation.signals.source import PartsSource
from webapp.api.errors import ApplicationError
from webapp.jobs.handlers import JobError, as_job_error
from webapp.store.canonical import Record
from webapp.store.files import store

FOLDS = 5
# Of one seed; half of LEAST_PAIRS, as the lot may have it.
LEAST_SAMPLE = 40
Key = tuple[str, str, str]


def prepared_for(run: LabRun, alive: Callable[[], None]) -> Prepared:
    """What was prepared for a run, or is now. Two workers that both find nothing write the same file.

    Raises JobError in a sentence when an arm or the gold set is too small, or texts cannot be embedded.
    """
    if not store().exists(run.prepared_key):
        prepared_write(run.prepared_key, _prepare(run, alive))
    return prepared_read(run.prepared_key)


def _prepare(run: LabRun, alive: Callable[[], None]) -> Prepared:
    # A signal or the version changed its state since the run was asked for.
    with as_job_error(ApplicationError):
        found = arms_of(run, alive)
        errors = known_errors(run.dataset_version, seed=run.first_seed)
    alive()
    everything = [pair for arm in found.arms for half in arm.halves for pair in half] + found.gold.pairs
    everything += errors.pairs if errors else []
    features = _features(run, everything, alive)
    place = {(pair.record_id, pair.a, pair.b): row for row, pair in enumerate(features.pairs)}
    group = np.array(features.groups, dtype=np.int64)
    arms = [_prepared_arm(arm, place) for arm in found.arms]
    gold = [pair for pair in found.gold.pairs if _key(pair) in place]
    rows = _rows(gold, place)
    smallest, sample = _smallest(arms)
    _check(run, smallest, sample, len(gold))
    _check_samples(run, arms, group, sample)
    missing = len({_key(pair) for pair in everything} - place.keys())
    return Prepared(
        features=features.differences,
        group=group,
        arms=arms,
        sample=sample,
        gold_rows=rows,
        gold_towards=np.array([pair.dir for pair in gold], dtype=np.int64),
        gold={
            "source": run.gold_source,
            "pairs": len(gold),
            "prompts": len(set(group[rows].tolist())),
            "planted": found.gold.planted,
        },
        review=_review(errors, place, group) if errors else None,
        notes=[*_sample_notes(arms, smallest, sample, missing), *found.notes],
    )


def _features(run: LabRun, pairs: list[PoolPair], alive: Callable[[], None]) -> PairFeatures:
    version = run.dataset_version
    wanted: dict[str, set[tuple[str, str]]] = {}
    for pair in pairs:
        wanted.setdefault(pair.record_id, set()).add((pair.a, pair.b))

    def pairs_of(record: Record) -> Iterator[tuple[Pair, float]]:
        for a, b in sorted(wanted.get(record.record_id, ())):
            yield Pair(record.record_id, a, b, None), np.nan

    source = PartsSource(run.project_id, version.pk, part_keys(version), alive)
    if run.features == Features.SCORES:
        return scored_pairs(source, pairs_of)
    return embedded_pairs(source, packaged_embedder(), pairs_of)


def _prepared_arm(arm: Arm, place: dict[Key, int]) -> PreparedArm:
    facts = {
        "key": arm.key,
        "name": arm.name,
        "kind": arm.kind,
        "recipe": arm.recipe,
        "pairs_available": arm.available,
    }
    return PreparedArm(facts, [_training_set(half, place) for half in arm.halves])


def _training_set(half: list[PoolPair], place: dict[Key, int]) -> TrainingSet:
    """The pairs that have features, as a head reads them: flips are in `dir`, soft labels in the targets."""
    pairs = [pair for pair in half if _key(pair) in place]
    targets = [pair.soft if pair.dir > 0 else 1.0 - pair.soft for pair in pairs]
    return TrainingSet(_rows(pairs, place), np.array(targets), np.array([pair.weight for pair in pairs]))


def _smallest(arms: list[PreparedArm]) -> tuple[PreparedArm, int]:
    """The arm that has the fewest pairs in any half, and how many; all others train on as many."""
    fewest = [min(half.rows.size for half in arm.halves) for arm in arms]
    at = int(np.argmin(fewest))
    return arms[at], fewest[at]


def _review(errors: KnownErrors, place: dict[Key, int], group: Ints) -> Review | None:
    """Those that have features; None where too few are left to tell."""
    has = np.array([_key(pair) in place for pair in errors.pairs], dtype=np.bool_)
    pairs = [pair for pair, there in zip(errors.pairs, has.tolist(), strict=True) if there]
    rows = _rows(pairs, place)
    if not enough_known(errors.known[has], errors.wrong[has]) or len(set(group[rows].tolist())) < FOLDS:
        return None
    return Review(
        basis=errors.basis,
        rows=rows,
        dir=np.array([pair.dir for pair in pairs], dtype=np.int64),
        known=errors.known[has],
        wrong=errors.wrong[has],
        wrong_after=errors.wrong_after[has],
    )


def _check(run: LabRun, smallest: PreparedArm, sample: int, gold: int) -> None:
    """Pairs without features cannot be used; what is left must still be enough."""
    problem = too_few_gold(gold, GoldSource(run.gold_source))
    if not problem and sample < LEAST_SAMPLE:
        problem = (
            f"“{smallest.facts['name']}” has {sample:,} pairs on a half of the prompts; the lab needs {LEAST_SAMPLE}. "
            "Loosen the recipe, or label more."
        )
    if problem:
        without = "scores of both responses" if run.features == Features.SCORES else "texts that can be embedded"
        raise JobError(f"Of the pairs with {without}: {problem}")


def _check_samples(run: LabRun, arms: list[PreparedArm], group: Ints, sample: int) -> None:
    for at, seed in enumerate(run.seed_list):
        order = group_order(int(group.max()) + 1, seed=seed)
        for arm in arms:
            rows = arm.halves[at].rows
            drawn = rows[sample_of(group[rows], order, sample)]
            if len(set(group[drawn].tolist())) < FOLDS:
                raise JobError(
                    f"A sample of {sample:,} pairs of “{arm.facts['name']}” comes from fewer than {FOLDS} prompts; the "
                    "lab cannot tune on so few. Add prompts, or keep fewer pairs of each."
                )


def _sample_notes(arms: list[PreparedArm], smallest: PreparedArm, sample: int, missing: int) -> list[str]:
    name = smallest.facts["name"]
    notes = [f"Every arm trained on {sample:,} pairs in every seed: as many as “{name}” has on half of the prompts."]
    if any(half.rows.size >= MAX_PAIRS for arm in arms for half in arm.halves):
        notes.append(f"Of each arm {MAX_PAIRS:,} pairs took part at most, whole prompts drawn by lot.")
    if missing:
        notes.append(f"{missing:,} pairs took no part because a response has no features.")
    return notes


def _rows(pairs: list[PoolPair], place: dict[Key, int]) -> Ints:
    return np.array([place[_key(pair)] for pair in pairs], dtype=np.int64)


def _key(pair: PoolPair) -> Key:
    return pair.record_id, pair.a, pair.b
