"""Exact keys, keepers, contradictions, prompt groups, and duplicates in meaning."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.duplicates import (
    Copy,
    LabelledPair,
    contradictions,
    keep_one,
    keeper,
    links_of_equal,
    pair_key,
    prompt_groups,
    prompt_key,
    same_pairs,
)
from curation.text.near_duplicates import near_duplicates
from curation.text.semantic_duplicates import semantic_duplicates, semantic_links, spherical_k_means

text = st.text(max_size=12)


@given(text, text, text)
def test_the_pair_key_does_not_depend_on_the_side(prompt: str, a: str, b: str) -> None:
    assert pair_key(prompt, [a, b]) == pair_key(prompt, [b, a])


def test_keys_see_through_case_punctuation_and_spacing_only() -> None:
    assert prompt_key("What's THE capital?") == prompt_key("what’s the   capital")
    assert prompt_key("5-3") != prompt_key("5+3")
    assert prompt_key("??") != prompt_key("!!")
    assert pair_key("p", ["a", "b"]) != pair_key("p", ["a b"])
    assert pair_key("p a", ["b", "c"]) != pair_key("p", ["a b", "c"])
    assert len(prompt_key("")) == 64


def test_gold_then_human_then_machine_then_quality_then_the_smallest_id() -> None:
    assert keeper([Copy("a", "judge", 0.9), Copy("b", "human", 0.1), Copy("c", "gold")]) == 2
    assert keeper([Copy("a", "judge", 0.9), Copy("b", "human")]) == 1
    assert keeper([Copy("a", "human", 0.2), Copy("b", "human", 0.8)]) == 1
    assert keeper([Copy("a", "human"), Copy("b", "human", -5.0)]) == 1
    assert keeper([Copy("b", "human", 0.5), Copy("a", "human", 0.5)]) == 1
    with pytest.raises(ValueError, match="'robot' is not one of gold"):
        keeper([Copy("a", "robot")])


def test_permuting_the_rows_changes_nothing_about_who_is_kept() -> None:
    base = " ".join(f"word{number}" for number in range(60))
    rows = [(f"{base} end{number}", Copy(f"id{number}", "human" if number == 3 else "judge")) for number in range(5)]
    rows.append(("something quite different " * 9, Copy("id9", "judge")))
    found = []
    for seed in range(4):
        random.Random(seed).shuffle(rows)
        texts = [row[0] for row in rows]
        copies = [row[1] for row in rows]
        kept = keep_one(texts, copies, near_duplicates(texts, seed=0))
        found.append({copy.id: place for copy, place in zip(copies, kept, strict=True)})

    assert found[0] == found[1] == found[2] == found[3]
    assert found[0]["id3"] == ("id3", None, None)
    assert found[0]["id9"] == ("id9", None, None)
    # 57 grams each, all but the last shared.
    assert found[0]["id0"] == ("id3", "id3", pytest.approx(56 / 58))


def test_contradictory_duplicates_are_listed_with_both_annotations() -> None:
    """V4: the same pair with opposite labels is one pair with two annotations."""
    pairs = [
        LabelledPair("r1", "Which?", "Left one.", "Right one.", 2.0),
        LabelledPair("r2", "which", "right one", "left ONE", 1.0),
        LabelledPair("r3", "Which?", "Left one.", "Other", 1.0),
        LabelledPair("r4", "Which?", "Left one.", "Right one.", -3.0, aspect="style"),
        LabelledPair("r5", "Which?", "Same", "same!", 1.0),
        LabelledPair("r6", "Agreed?", "x1", "x2", 1.0),
        LabelledPair("r7", "Agreed?", "x2", "x1", -2.0),
        LabelledPair("r8", "Tied?", "y1", "y2", 1.0),
        LabelledPair("r9", "Tied?", "y1", "y2", 0.0),
    ]

    [found] = contradictions(pairs)
    assert (found.ids, found.values, found.aspect) == (["r1", "r2"], [2.0, -1.0], None)
    assert {tuple(same.ids): same.contradictory for same in same_pairs(pairs)} == {
        ("r1", "r2"): True,
        ("r6", "r7"): False,
        ("r8", "r9"): False,
    }


@given(st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from("xy"), st.sampled_from("xyz"), st.integers(-3, 3))))
def test_swapping_every_pair_changes_nothing(rows: list[tuple[str, str, str, int]]) -> None:
    straight = [LabelledPair(str(n), p, a, b, float(value)) for n, (p, a, b, value) in enumerate(rows)]
    swapped = [LabelledPair(pair.id, pair.prompt, pair.b, pair.a, -pair.value) for pair in straight]

    assert same_pairs(straight) == same_pairs(swapped)


def test_prompt_groups_are_named_by_their_smallest_member() -> None:
    ids = ["e", "b", "d", "a", "c"]

    assert prompt_groups(ids, [(0, 2), (2, 4)]) == ["c", "b", "c", "a", "c"]
    assert prompt_groups(ids, []) == ids
    assert links_of_equal(["k", "l", "k", "k"]) == [(0, 2), (0, 3)]


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_hard_one_is_kept() -> None:
    # Three near copies and one apart: the one least like the centroid stays, the others double one before them.
    vectors = unit(np.array([[1, 0.05, 0], [1, 0.0, 0], [1, -0.2, 0], [0, 0, 1.0]]))
    found = semantic_duplicates(vectors, seed=0, threshold=0.95)

    centroid = unit(vectors.sum(axis=0, keepdims=True))[0]
    order = np.argsort(vectors @ centroid)
    assert order.tolist() == [3, 2, 0, 1]
    assert found.kept.tolist() == [False, False, True, True]
    assert found.duplicate_of.tolist() == [2, 0, -1, -1]
    assert np.isnan(found.cosine[3])
    assert found.cosine[2] == pytest.approx(0.0, abs=1e-6)


def reference(vectors: np.ndarray, order: np.ndarray, threshold: float) -> set[int]:
    """The paper's rule for one cell, written out: row sums of the strict upper triangle of the ordered cosines."""
    similar = np.triu(vectors[order] @ vectors[order].T, 1).max(axis=0)
    return set(order[similar > threshold].tolist())


def test_against_the_rule_written_out() -> None:
    random_ = np.random.default_rng(3)
    vectors = random_.normal(size=(300, 16))
    vectors[200:] = vectors[:100] + random_.normal(size=(100, 16)) * 0.05
    vectors = unit(vectors)
    found = semantic_duplicates(vectors, seed=0, threshold=0.95, cells=1)

    _, centroids = spherical_k_means(vectors, 1, seed=0)
    order = np.argsort(vectors @ centroids[0], kind="stable")
    assert set(np.flatnonzero(~found.kept).tolist()) == reference(vectors, order, 0.95)
    assert 90 <= (~found.kept).sum() <= 100
    pairs, cosines = semantic_links(vectors, seed=0, threshold=0.95, cells=1)
    assert {(a, b) for a, b in pairs.tolist()} >= {
        (n, n + 200) for n in range(100) if not found.kept[[n, n + 200]].all()
    }
    assert (cosines > 0.95).all()
    assert (pairs[:, 0] < pairs[:, 1]).all()


def test_blocks_and_cells_find_what_one_matrix_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    random_ = np.random.default_rng(4)
    centres = unit(random_.normal(size=(5, 24)))
    vectors = unit(centres[np.arange(250) % 5] + random_.normal(size=(250, 24)) * 0.02)
    whole = semantic_links(vectors, seed=0, threshold=0.98, cells=1)[0]
    monkeypatch.setattr("curation.text.semantic_duplicates._BLOCK", 7)

    assert sorted(semantic_links(vectors, seed=0, threshold=0.98, cells=1)[0].tolist()) == sorted(whole.tolist())
    labels, _ = spherical_k_means(vectors, 5, seed=0)
    # Every cell's items come from whole centres, so cells lose no pair unless they part a centre.
    parted = len({(label, n % 5) for n, label in enumerate(labels.tolist())}) > 5
    assert parted or sorted(semantic_links(vectors, seed=0, threshold=0.98, cells=5)[0].tolist()) == sorted(
        whole.tolist()
    )


def test_the_threshold_orders_what_goes_and_seeds_repeat() -> None:
    vectors = unit(np.random.default_rng(8).normal(size=(400, 3)))
    loose, strict = (semantic_duplicates(vectors, seed=1, threshold=t, cells=4) for t in (0.98, 0.999))

    assert (loose.kept <= strict.kept).all()
    assert np.array_equal(loose.kept, semantic_duplicates(vectors, seed=1, threshold=0.98, cells=4).kept)


def test_vectors_must_be_of_unit_length() -> None:
    with pytest.raises(ValueError, match="unit length"):
        semantic_duplicates(np.ones((2, 3), np.float32), seed=0)
    assert semantic_duplicates(np.zeros((0, 3), np.float32), seed=0).kept.tolist() == []
