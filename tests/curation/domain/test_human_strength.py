"""Three closest votes (golden cases of METHODS §4), agreement figures, and that sides do not matter."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.domain.human_strength import (
    REASONS,
    Outcome,
    ThreeClosest,
    entropy,
    item_alpha,
    summarise_votes,
    three_closest,
)

Ints = npt.NDArray[np.int64]
NEITHER = -100
vote_lists = st.lists(st.lists(st.integers(-3, 3), max_size=7), min_size=1, max_size=8)


def columns(items: list[list[int]]) -> tuple[Ints, Ints]:
    item = [number for number, votes in enumerate(items) for vote in votes if vote != NEITHER]
    return np.array(item, dtype=np.int64), np.array(
        [v for votes in items for v in votes if v != NEITHER], dtype=np.int64
    )


def closest(items: list[list[int]]) -> ThreeClosest:
    return three_closest(*columns(items), items=len(items))


def test_the_cases_of_methods_4() -> None:
    result = closest(
        [
            [1, 1, 2],
            [3, 1, 2, -1],
            [-3, -3, 3, 3, 2],
            [-2, 1, 2],
            [2, 2, NEITHER, -1],
            [1, 1, NEITHER, NEITHER],
            [1, 1, 2, 2],
        ]
    )
    assert [REASONS[Outcome(code)] for code in result.outcome] == ["", "", "", "spread", "spread", "lt3", ""]
    assert result.strength.tolist() == [1, 2, 3, 0, 0, 0, 1]
    assert result.spread[3:5].tolist() == [4, 3]
    assert result.three[6].tolist() == [1, 1, 2]


def test_of_equal_ranges_the_smaller_variance_then_the_nearer_mean_decides() -> None:
    result = closest([[-3, -3, -1, 0, 1], [-3, -2, -2, 2, 2, 3, 3, 1]])
    assert result.three.tolist() == [[-1, 0, 1], [1, 2, 2]]
    assert result.strength.tolist() == [0, 2]


def test_no_preference_is_a_reason_of_its_own() -> None:
    result = closest([[0, 0, 1], [-1, 0, 1], [-2, -2, 0, 2, 2], []])
    assert [REASONS[Outcome(code)] for code in result.outcome] == ["zero", "zero", "zero", "lt3"]


def literal(votes: list[int]) -> tuple[str, int]:
    """METHODS §4 word by word over all triples, with our answer to mirrored ones."""
    if len(votes) < 3:
        return "lt3", 0

    def key(triple: tuple[int, ...]) -> tuple[float, ...]:
        total = sum(triple)
        variance = 3 * sum(v * v for v in triple) - total * total
        return triple[2] - triple[0], variance, abs(len(votes) * total - 3 * sum(votes)), abs(total)

    triples = sorted(combinations(sorted(votes), 3), key=lambda triple: (key(triple), triple))
    best = [triple for triple in triples if key(triple) == key(triples[0])]
    if best[0][2] - best[0][0] > 2:
        return "spread", 0
    mean = 0 if len({np.sign(sum(t)) for t in best} - {0}) == 2 else round(sum(best[0]) / 3)
    return ("zero", 0) if mean == 0 else ("", mean)


@given(vote_lists)
def test_the_windows_find_what_all_triples_find(items: list[list[int]]) -> None:
    result = closest(items)
    found = [(REASONS[Outcome(code)], int(s)) for code, s in zip(result.outcome, result.strength, strict=True)]
    assert found == [literal(votes) for votes in items]


@given(vote_lists, st.data())
def test_swapping_the_sides_of_some_items_negates_those_and_nothing_else(
    items: list[list[int]], data: st.DataObject
) -> None:
    swapped = data.draw(st.lists(st.booleans(), min_size=len(items), max_size=len(items)))
    side = np.where(swapped, -1, 1)
    item, value = columns(items)
    before, after = closest(items), three_closest(item, value * side[item], items=len(items))
    assert (after.outcome == before.outcome).all()
    assert (after.strength == before.strength * side).all()
    plain = summarise_votes(item, value, items=len(items))
    turned = summarise_votes(item, value * side[item], items=len(items))
    np.testing.assert_array_equal(turned.mean, plain.mean * side)
    for name in ("entropy", "agreement", "alpha"):
        np.testing.assert_array_equal(getattr(turned, name), getattr(plain, name))


@given(vote_lists, st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter(items: list[list[int]], random: object) -> None:
    item, value = columns(items)
    order = np.random.default_rng(len(item)).permutation(len(item))
    one, other = closest(items), three_closest(item[order], value[order], items=len(items))
    assert (one.strength == other.strength).all()
    assert (one.three == other.three).all()


def test_summaries_by_hand() -> None:
    item, value = columns([[1, 3, -2, 0], [2, 2], [1], []])
    summary = summarise_votes(item, value, items=4, neither=np.array([1, 1, 2, 3, 3]))
    assert summary.votes.tolist() == [4, 2, 1, 0]
    assert summary.neither.tolist() == [0, 2, 1, 2]
    assert summary.invalid.tolist() == [False, True, False, False]
    np.testing.assert_array_equal(summary.mean, [0.5, 2.0, 1.0, np.nan])
    assert summary.shares[0].tolist() == [0.25, 0.25, 0.5]
    np.testing.assert_allclose(summary.entropy, [1.5 * np.log(2), 0, 0, np.nan], atol=1e-12)
    np.testing.assert_allclose(summary.agreement, [1 / 6, 1, np.nan, np.nan])
    assert np.isnan(summary.alpha[2:]).all()
    assert summary.alpha[1] == 1


def test_item_alphas_average_to_krippendorffs() -> None:
    """Krippendorff 2011: four raters, twelve units, ordinal α .815388 (METHODS §12)."""
    raters = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    said = [(unit, int(cell)) for row in raters for unit, cell in enumerate(row.split()) if cell != "."]
    item, value = np.array(said).T
    alpha, votes = item_alpha(item, value, items=12, mirrored=False), np.bincount(item)
    assert np.average(alpha[votes > 1], weights=votes[votes > 1]) == pytest.approx(0.815388, abs=1e-6)


def test_mirrored_alpha_is_that_of_the_votes_and_their_mirror_images() -> None:
    rng = np.random.default_rng(0)
    item, value = np.repeat(np.arange(30), 4), rng.integers(-3, 4, size=120)
    doubled = item_alpha(np.r_[item, item + 30], np.r_[value, -value], items=60, mirrored=False)
    np.testing.assert_allclose(item_alpha(item, value, items=30), doubled[:30], atol=1e-12)


def test_entropy_of_certainty_is_zero() -> None:
    assert entropy(np.array([[1.0, 0, 0], [0.5, 0, 0.5]])).tolist() == [0.0, np.log(2)]


@pytest.mark.parametrize(
    ("item", "value", "message"),
    [([0, 3], [1, 1], "outside"), ([0, 0], [1, 0.5], "whole numbers"), ([0], [1, 2], "one length")],
)
def test_what_is_not_a_vote_is_refused(item: list[int], value: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        three_closest(np.array(item), np.array(value), items=2)
