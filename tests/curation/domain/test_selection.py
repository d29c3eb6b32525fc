"""FiFA: its rows, its caps and its copies (METHODS §7); the order of a curriculum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.domain.selection import FifaParameters, Standing, curriculum, fifa

Floats = npt.NDArray[np.float64]


def world(seed: int, rows: int = 200) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 6)), rng.exponential(size=rows), rng.uniform(5, 10, size=rows)


def test_rows_that_may_not_be_chosen_say_why() -> None:
    points = np.random.default_rng(0).normal(size=(6, 3))
    margin = np.array([1.0, np.nan, -0.1, 1.0, 1.0, 2.0])
    quality = np.array([8.0, 8.0, 8.0, 8.0, 3.9, 4.0])
    harmful = np.array([False, False, False, True, False, False])
    choice = fifa(points, margin, quality, budget=5, harmful=harmful)
    assert choice.standing.tolist() == [
        Standing.ELIGIBLE,
        Standing.MISSING,
        Standing.CONTRADICTED,
        Standing.HARMFUL,
        Standing.LOW_QUALITY,
        Standing.ELIGIBLE,
    ]
    assert sorted(choice.picked.indices) == [0, 5]
    assert choice.picked.shortfall == "only 2 rows are eligible"
    assert np.isnan(choice.score[1:5]).all()


def test_copies_of_one_prompt_are_never_both_chosen() -> None:
    rng = np.random.default_rng(1)
    distinct = rng.normal(size=(40, 8))
    points = np.concatenate([distinct, np.repeat(distinct[:5], 20, axis=0)])
    choice = fifa(points, np.ones(140), np.full(140, 8.0), budget=30)
    assert len(np.unique(points[choice.picked.indices], axis=0)) == 30
    everything = fifa(points, np.ones(140), np.full(140, 8.0), budget=45)
    assert len(np.unique(points[everything.picked.indices], axis=0)) == 40


def test_without_diversity_it_is_the_best_rows() -> None:
    points, margin, quality = world(2)
    given = FifaParameters(diversity_weight=0, quality_weight=0, margin_cap_percentile=100)
    choice = fifa(points, margin, quality, budget=20, parameters=given)
    capped = np.clip((margin - margin.mean()) / margin.std(), -3, 3)
    assert set(choice.picked.indices) == set(np.argsort(-capped, kind="stable")[:20])
    np.testing.assert_allclose(choice.margin, capped)


def test_diversity_spreads_and_rounds_spread_further() -> None:
    rng = np.random.default_rng(3)
    points = np.concatenate([rng.normal(size=(300, 6)) * 0.05 + 1, rng.normal(size=(100, 6))])
    margin, quality = rng.exponential(size=400), np.full(400, 8.0)
    plain = fifa(points, margin, quality, budget=40, parameters=FifaParameters(diversity_weight=0))
    spread = fifa(points, margin, quality, budget=40)
    assert (spread.picked.indices >= 300).sum() > (plain.picked.indices >= 300).sum()
    assert set(spread.round.tolist()) <= {0, 1, 2, 3}
    assert spread.round.max() > 0


def test_clusters_are_capped_and_strata_have_their_share() -> None:
    points, margin, quality = world(4)
    strata = np.where(np.arange(200) < 150, "chat", "code")
    clusters = np.where(np.arange(200) < 100, 0, np.arange(200))
    choice = fifa(points, margin, quality, budget=40, strata=strata, clusters=clusters)
    assert (clusters[choice.picked.indices] == 0).sum() <= 10
    assert choice.picked.indices.size == 40
    only = fifa(points, margin, quality, budget=40, strata=strata)
    assert (strata[only.picked.indices] == "code").sum() == 10


def test_caps_that_leave_too_little_are_said() -> None:
    points, margin, quality = world(5)
    choice = fifa(points, margin, quality, budget=40, clusters=np.zeros(200))
    assert choice.picked.indices.size == 10
    assert choice.picked.shortfall == "clusters may give no more"


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(st.integers(0, 6), st.integers(-1, 3), st.integers(0, 2)), min_size=1, max_size=40),
    budget=st.integers(0, 45),
)
def test_the_budget_is_kept_and_copies_come_last(rows: list[tuple[int, int, int]], budget: int) -> None:
    kind, margin, stratum = (np.array(column) for column in zip(*rows, strict=True))
    points = np.random.default_rng(0).normal(size=(7, 4))[kind]
    quality = np.full(len(rows), 8.0)
    choice = fifa(points, margin.astype(float), quality, budget=budget, strata=stratum)
    again = fifa(points, margin.astype(float), quality, budget=budget, strata=stratum)
    able = np.flatnonzero(margin >= 0)
    chosen = choice.picked.indices
    assert chosen.tolist() == again.picked.indices.tolist()
    assert chosen.size == min(budget, able.size) == len(set(chosen)) == choice.round.size
    assert set(chosen) <= set(able)
    assert len(set(kind[chosen])) == min(chosen.size, len(set(kind[able])))


def test_a_curriculum_goes_from_easy_to_hard() -> None:
    order, stage = curriculum(np.array([0.1, 3.0, -1.0, 3.0, 2.0]), stages=2)
    assert order.indices.tolist() == [1, 3, 4, 0, 2]
    assert order.scores.tolist() == [3, 3, 2, 0.1, -1]
    assert stage.tolist() == [0, 0, 0, 1, 1]
    with pytest.raises(ValueError, match="finite margin"):
        curriculum(np.array([np.nan]))
