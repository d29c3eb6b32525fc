"""Shingles, MinHash signatures and near-duplicate clusters."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.text import near_duplicates as module
from curation.text.minhash import BANDS, ROWS, batches, candidate_probability, groups, signatures, unique_rows
from curation.text.near_duplicates import UnionFind, jaccard_of, near_duplicates
from curation.text.normalise import comparable
from curation.text.shingles import Rows, looks_like_code, mixed, shingles, word_hashes

WORDS = [f"word{number}" for number in range(5000)]


def sentence(random_: random.Random, count: int = 60) -> str:
    return " ".join(random_.choices(WORDS, k=count))


def sets_of_jaccard_eight_tenths(count: int, seed: int) -> tuple[Rows, Rows]:
    """Two rows of 90 hashes each for every trial: 80 shared, 10 of each alone."""
    drawn = np.random.default_rng(seed).integers(0, 2**63, size=(count, 100), dtype=np.uint64)
    hashes = mixed(drawn)
    offsets = np.arange(0, count * 90 + 1, 90)
    left, right = hashes[:, :90], np.concatenate([hashes[:, :80], hashes[:, 90:]], axis=1)
    return Rows(left.ravel(), offsets), Rows(right.ravel(), offsets)


@pytest.mark.parametrize(
    ("bands", "rows", "expected"),
    [
        (14, 8, (0.0533, 0.2111, 0.5645, 0.9235, 0.9996)),
        (16, 8, (0.0607, 0.2374, 0.6133, 0.947, 0.9999)),
    ],
)
def test_the_probability_of_a_shared_band(bands: int, rows: int, expected: tuple[float, ...]) -> None:
    found = [candidate_probability(j, bands=bands, rows=rows) for j in (0.5, 0.6, 0.7, 0.8, 0.9)]

    assert found == pytest.approx(expected, abs=1e-4)


def test_sets_of_jaccard_eight_tenths_meet_as_often_as_theory_says() -> None:
    rates = []
    for trials, seed in ((300, 0), (20_000, 1)):
        left, right = (signatures(rows, seed=seed) for rows in sets_of_jaccard_eight_tenths(trials, seed))
        same = (left == right).reshape(trials, BANDS, ROWS).all(axis=2).any(axis=1)
        rates.append(same.mean())
        assert (left == right).mean() == pytest.approx(0.8, abs=0.01)

    assert 0.91 <= rates[0] <= 0.94
    assert rates[1] == pytest.approx(0.9235, abs=0.006)


def test_signatures_do_not_depend_on_what_else_is_in_the_batch() -> None:
    rows = shingles([sentence(random.Random(seed), 30 + seed) for seed in range(40)])
    together = signatures(rows, seed=3)

    for index in (0, 17, 39):
        alone = Rows(rows.row(index), np.array([0, rows.row(index).size]))
        assert np.array_equal(signatures(alone, seed=3)[0], together[index])
    assert not np.array_equal(signatures(rows, seed=4), together)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="abc é東 ", max_size=40), min_size=1, max_size=6))
def test_word_hashes_are_equal_where_words_are(texts: list[str]) -> None:
    forms = [comparable(text) for text in texts]
    rows = word_hashes(forms)
    named: dict[str, int] = {}
    for index, form in enumerate(forms):
        hashes = rows.row(index).tolist()
        assert len(hashes) == len(form.split())
        for word, value in zip(form.split(), hashes, strict=True):
            assert named.setdefault(word, value) == value
    assert len(set(named.values())) == len(named)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=20, max_size=40), min_size=2, max_size=4))
def test_the_jaccard_of_hashes_is_that_of_the_word_sets(texts: list[list[str]]) -> None:
    def grams(words: list[str]) -> set[tuple[str, ...]]:
        return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}

    joined = [" ".join(words) for words in texts]
    pairs = np.array(list(pairwise(range(len(texts)))))
    expected = [len(grams(texts[a]) & grams(texts[b])) / len(grams(texts[a]) | grams(texts[b])) for a, b in pairs]

    assert jaccard_of(joined, pairs).tolist() == pytest.approx(expected, abs=1e-12)


def test_short_texts_code_and_cjk_are_cut_into_characters() -> None:
    texts = ["abcdef", "ab", "", "東京都に行きました", "def f(x):\n    return {x: [1]}"]
    counts = np.diff(shingles(texts).offsets).tolist()

    assert counts == [2, 1, 0, 5, len(" ".join(texts[4].split())) - 4]
    assert looks_like_code(texts[4])
    assert not looks_like_code("He said (once) that this is a sentence; nothing more.")


def test_one_edited_word_of_a_short_text_is_still_a_near_duplicate() -> None:
    texts = ["Please explain how photosynthesis works in the leaves of a maple tree during spring"]
    texts.append(texts[0].replace("a maple", "the maple"))

    assert jaccard_of(texts, np.array([[0, 1]]))[0] >= 0.8


def test_code_that_differs_in_signs_alone_is_not_the_same() -> None:
    found = near_duplicates(["x[a] = {b: (c - d)}; y = f(x)", "x[a] = {b: (c * d)}; y = f(x)"], seed=0, threshold=0.99)

    assert found.cluster.tolist() == [0, 1]


def planted(seed: int) -> tuple[list[str], list[set[int]]]:
    """300 texts: 20 clusters of 2 to 4 near copies (one word of sixty changed at an end) and the rest alone."""
    random_ = random.Random(seed)
    texts: list[str] = []
    clusters: list[set[int]] = []
    for _ in range(20):
        words = sentence(random_).split()
        size = random_.randint(2, 4)
        clusters.append(set(range(len(texts), len(texts) + size)))
        texts += [" ".join([*words[:-1], f"end{copy}"]) for copy in range(size)]
    return texts + [sentence(random_) for _ in range(300 - len(texts))], clusters


def as_sets(cluster: np.ndarray) -> list[set[int]]:
    return [set(members.tolist()) for members in groups(cluster.astype(np.uint64), np.arange(cluster.size))]


def test_planted_clusters_are_found_and_nothing_else() -> None:
    texts, clusters = planted(1)
    found = near_duplicates(texts, seed=0)

    assert as_sets(found.cluster) == clusters
    assert (found.jaccard >= 0.8).all()
    assert (found.links[:, 0] < found.links[:, 1]).all()


def test_the_order_of_texts_changes_no_cluster() -> None:
    texts, _ = planted(2)
    order = list(range(len(texts)))
    random.Random(5).shuffle(order)
    straight = near_duplicates(texts, seed=0)
    shuffled = near_duplicates([texts[index] for index in order], seed=0)

    back = {frozenset(order[member] for member in members) for members in as_sets(shuffled.cluster)}
    assert back == {frozenset(members) for members in as_sets(straight.cluster)}


def test_equal_texts_cluster_however_many_and_empty_ones_do_not() -> None:
    texts = ["", "The SAME words, again!", "", *["the same words again"] * 500, "something else entirely"]
    found = near_duplicates(texts, seed=0)

    assert found.cluster.tolist() == [0, 1, 2, *[1] * 500, 503]


def test_large_buckets_are_chained_not_squared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FULL_BUCKET", 3)
    base = sentence(random.Random(4), 200)
    found = near_duplicates([f"{base} variant{number}" for number in range(60)], seed=0)

    assert found.cluster.tolist() == [0] * 60


def test_batches_hold_every_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.text.minhash.BATCH_CHARACTERS", 50)
    texts = ["x" * length for length in (10, 60, 20, 20, 20, 0)]

    assert [text for _, batch in batches(texts) for text in batch] == texts
    assert [first for first, _ in batches(texts)] == [0, 1, 2, 4]


def test_rows_become_sorted_sets() -> None:
    rows = Rows(np.array([3, 1, 3, 2, 2, 9], np.uint64), np.array([0, 3, 3, 6]))
    sets = unique_rows(rows)

    assert sets.hashes.tolist() == [1, 3, 2, 9]
    assert sets.offsets.tolist() == [0, 2, 2, 4]


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_the_root_of_a_component_is_its_smallest_member(edges: list[tuple[int, int]]) -> None:
    union = UnionFind(20)
    union.join(np.array(edges, np.int64).reshape(-1, 2))
    label = list(range(20))
    for _ in range(20):
        for a, b in edges:
            label[a] = label[b] = min(label[a], label[b])

    assert union.roots().tolist() == label


def test_against_datasketch() -> None:
    """The same corpus, same bands: both find the planted clusters; on fuzzier copies they agree nearly always."""
    random_ = random.Random(9)
    texts: list[str] = []
    for _ in range(150):
        words = sentence(random_).split()
        texts.append(" ".join(words))
        texts.append(" ".join([*words[: -random_.randint(1, 12)], *random_.choices(WORDS, k=3)]))
    sets = [{" ".join(words[i : i + 5]) for i in range(len(words) - 4)} for words in map(str.split, texts)]
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    union = UnionFind(len(texts))
    for place, grams in enumerate(sets):
        sketch = MinHash(num_perm=BANDS * ROWS, seed=1)
        sketch.update_batch([gram.encode() for gram in grams])
        near = [other for other in index.query(sketch) if len(grams & sets[other]) / len(grams | sets[other]) >= 0.8]
        union.join(np.array([(other, place) for other in near], np.int64).reshape(-1, 2))
        index.insert(place, sketch)
    ours, theirs = near_duplicates(texts, seed=0).cluster, union.roots()
    together = ours[:, None] == ours[None, :], theirs[:, None] == theirs[None, :]

    upper = np.triu_indices(len(texts), 1)
    assert 0.3 < np.mean([ours[place] != place for place in range(1, len(texts), 2)]) < 0.9
    assert (together[0] == together[1])[upper].mean() >= 0.98
    assert abs(together[0][upper].sum() - together[1][upper].sum()) <= 8
