"""One-coin Dawid–Skene against crowd-kit, on planted annotators, and on the sides of a pair."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from crowdkit.aggregation import OneCoinDawidSkene

from curation.domain.dawid_skene import OneCoin, one_coin_dawid_skene

Ints = npt.NDArray[np.int64]
SKILLS = np.array([0.95, 0.9, 0.85, 0.8, 0.6, 0.5, 0.4, 0.33])


def crowd(seed: int, *, tasks: int = 300, labels: int = 5) -> tuple[Ints, Ints, Ints, Ints]:
    """METHODS §12: 300 tasks × 5 of 8 workers, 3 classes; item, annotator, verdict and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, size=tasks)
    item = np.repeat(np.arange(tasks), labels)
    annotator = np.concatenate([rng.permutation(8)[:labels] for _ in range(tasks)])
    right = rng.random(item.size) < SKILLS[annotator]
    verdict = np.where(right, truth[item], (truth[item] + rng.integers(1, 3, size=item.size)) % 3)
    return item, annotator, verdict, truth


def fit(item: Ints, annotator: Ints, verdict: Ints, **changes: object) -> OneCoin:
    given: dict[str, object] = {"items": 300, "annotators": 8, **changes}
    return one_coin_dawid_skene(item, annotator, verdict, **given)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore")  # crowd-kit uses what pandas will drop
@pytest.mark.parametrize(("seed", "iterations"), [(0, 1), (1, 3), (2, 40)])
def test_it_agrees_with_crowd_kit(seed: int, iterations: int) -> None:
    item, annotator, verdict, _ = crowd(seed)
    votes = pd.DataFrame({"task": item, "worker": annotator, "label": verdict})
    # Its own stopping rule ends on the first step that does not raise its bound; ours compares posteriors.
    peer = OneCoinDawidSkene(n_iter=iterations, tol=-1e9).fit(votes)
    ours = fit(item, annotator, verdict, few_votes=0, symmetric=False, max_iterations=iterations, tolerance=0)
    np.testing.assert_allclose(ours.posterior, peer.probas_.sort_index()[[0, 1, 2]].to_numpy(), atol=1e-9)
    np.testing.assert_allclose(ours.skill, peer.skills_.sort_index().to_numpy(), atol=1e-9)


def test_it_beats_the_majority_on_the_crowd_of_methods_12() -> None:
    ours, majority = [], []
    for seed in range(10):
        item, annotator, verdict, truth = crowd(seed)
        result = fit(item, annotator, verdict)
        counts = np.bincount(item * 3 + verdict, minlength=900).reshape(300, 3)
        ours.append((result.posterior.argmax(axis=1) == truth).mean())
        majority.append((counts.argmax(axis=1) == truth).mean())
        assert np.abs(result.skill - SKILLS).max() < 0.15
    assert np.mean(majority) < 0.90
    assert np.mean(ours) >= 0.92


def test_gold_stays_and_teaches_skill() -> None:
    item, annotator, verdict, truth = crowd(3)
    everything = fit(item, annotator, verdict, gold=truth)
    assert (everything.posterior == np.eye(3)[truth]).all()
    # A majority of liars who agree with each other: only gold can tell.
    item, annotator = np.repeat(np.arange(300), 5), np.tile(np.arange(5), 300)
    verdict = np.where(annotator < 2, truth[item], 2 - truth[item])
    gold = np.where(np.arange(300) < 60, truth, -1)
    sided = truth != 1
    fooled, taught = fit(item, annotator, verdict, annotators=5), fit(item, annotator, verdict, annotators=5, gold=gold)
    assert (fooled.posterior.argmax(axis=1) == truth)[sided].mean() < 0.1
    assert (taught.posterior.argmax(axis=1) == truth)[sided].mean() > 0.9


def test_swapping_the_sides_of_some_items_negates_their_preference_exactly() -> None:
    item, annotator, verdict, _ = crowd(4)
    swapped = np.random.default_rng(0).random(300) < 0.5
    turned = np.where(swapped[item], 2 - verdict, verdict)
    before, after = fit(item, annotator, verdict), fit(item, annotator, turned)
    np.testing.assert_array_equal(after.preference, np.where(swapped, -1, 1) * before.preference)
    np.testing.assert_array_equal(after.skill, before.skill)


def test_items_and_annotators_without_votes_are_not_known() -> None:
    result = one_coin_dawid_skene(np.array([0, 0]), np.array([0, 1]), np.array([2, 2]), items=2, annotators=3)
    assert np.isnan(result.posterior[1]).all()
    assert np.isnan(result.skill[2])
    assert result.votes_of_item.tolist() == [2, 0]
    assert result.preference[0] > 0.5


def test_few_votes_do_not_make_certainty() -> None:
    smoothed = one_coin_dawid_skene(np.array([0]), np.array([0]), np.array([0]), items=1, annotators=1)
    assert smoothed.skill[0] < 0.999
    assert np.isfinite(smoothed.posterior).all()


def test_no_votes_at_all() -> None:
    nothing = np.array([], dtype=np.int64)
    result = one_coin_dawid_skene(nothing, nothing, nothing, items=2, annotators=1)
    assert np.isnan(result.posterior).all()


@pytest.mark.parametrize("changes", [{"items": 2}, {"annotators": 2}, {"classes": 2}, {"gold": np.array([5])}])
def test_what_lies_out_of_range_is_refused(changes: dict[str, object]) -> None:
    item, annotator, verdict, _ = crowd(0)
    with pytest.raises(ValueError, match="from 0 to"):
        fit(item, annotator, verdict, **changes)
