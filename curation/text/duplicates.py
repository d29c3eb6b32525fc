"""Duplicates of prompts and pairs: exact keys, which copy to keep, contradictions, and groups for splitting."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from curation.text.near_duplicates import NearDuplicates, UnionFind, jaccard_of
from curation.text.normalise import comparable

# Gold > human > AI (METHODS §14); "imported" may be either and stands between.
SOURCE_RANK = {"gold": 0, "adjudicated": 1, "human": 2, "imported": 3, "judge": 4}


def prompt_key(prompt: str) -> str:
    """sha256 of the normal form, as hex: equal for prompts that differ in case, punctuation or spacing only."""
    return hashlib.sha256(comparable(prompt).encode("utf-8", "surrogatepass")).hexdigest()


def pair_key(prompt: str, responses: Iterable[str]) -> str:
    """sha256 of the prompt's normal form and the sorted ones of the responses: the same whichever side is which."""
    # The normal form holds no NUL, so no two lists of texts run into the same bytes.
    forms = [comparable(prompt), *sorted(map(comparable, responses))]
    return hashlib.sha256("\0".join(forms).encode("utf-8", "surrogatepass")).hexdigest()


class Copy(NamedTuple):
    """What decides which of several copies stays. `source` is one of SOURCE_RANK; quality may be unknown."""

    id: str
    source: str
    quality: float | None = None


def keeper(copies: Sequence[Copy]) -> int:
    """Index of the copy to keep: the best source, then the highest quality, then the smallest id.

    A known quality goes before an unknown one. Raises ValueError for no copies and for a source it does not know.
    """
    for copy in copies:
        if copy.source not in SOURCE_RANK:
            raise ValueError(f"source: {copy.source!r} is not one of {', '.join(SOURCE_RANK)}.")
    return min(range(len(copies)), key=lambda index: _standing(copies[index]))


def _standing(copy: Copy) -> tuple[int, bool, float, str]:
    quality = 0.0 if copy.quality is None else -copy.quality
    return SOURCE_RANK[copy.source], copy.quality is None, quality, copy.id


class Kept(NamedTuple):
    """A row's place among its duplicates. A row that stays has no `duplicate_of`; `cluster` is the keeper's id."""

    cluster: str
    duplicate_of: str | None
    jaccard: float | None


def keep_one(texts: Sequence[str], copies: Sequence[Copy], found: NearDuplicates) -> list[Kept]:
    """For each row its cluster and, where another copy is kept in its stead, which, and how similar the two are.

    Similarity is to the keeper, which a cluster may reach by way of others: it can lie below the threshold.
    """
    members: dict[int, list[int]] = {}
    for index, root in enumerate(found.cluster.tolist()):
        members.setdefault(root, []).append(index)
    keeps: dict[int, int] = {
        root: inside[keeper([copies[index] for index in inside])] for root, inside in members.items()
    }
    dropped = [index for index, root in enumerate(found.cluster.tolist()) if keeps[root] != index]
    against = [keeps[int(found.cluster[index])] for index in dropped]
    pairs = np.array(list(zip(against, dropped, strict=True)), np.int64).reshape(-1, 2)
    similarity = dict(zip(dropped, jaccard_of(texts, pairs).tolist(), strict=True))
    rows = []
    for index, root in enumerate(found.cluster.tolist()):
        kept = copies[keeps[root]].id
        rows.append(Kept(kept, kept if keeps[root] != index else None, similarity.get(index)))
    return rows


class LabelledPair(NamedTuple):
    """One label of one pair: positive `value` prefers b, negative a, 0 is a tie."""

    id: str
    prompt: str
    a: str
    b: str
    value: float
    aspect: str | None = None


class SamePair(NamedTuple):
    """Rows that hold one and the same pair, to be merged into one with all their labels; none is ever dropped.

    `values` are the labels, one a row, turned so that positive prefers the response whose normal form sorts last.
    """

    key: str
    aspect: str | None
    ids: list[str]
    values: list[float]
    contradictory: bool


def same_pairs(pairs: Iterable[LabelledPair]) -> list[SamePair]:
    """Pairs that occur more than once, with their labels, by key; contradictory where labels prefer both sides.

    Labels under different aspects are answers to different questions and are not put together. Pairs whose two
    responses are the same in normal form prefer nothing and are left out.
    """
    groups: dict[tuple[str, str | None], list[tuple[str, float]]] = {}
    for pair in pairs:
        a, b = comparable(pair.a), comparable(pair.b)
        if a == b:
            continue
        value = pair.value if a < b else -pair.value
        key = pair_key(pair.prompt, (pair.a, pair.b))
        groups.setdefault((key, pair.aspect), []).append((pair.id, value))
    found = []
    for (key, aspect), rows in sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        if len(rows) > 1:
            rows.sort()
            values = [value for _, value in rows]
            contradictory = min(values) < 0 < max(values)
            found.append(SamePair(key, aspect, [pk for pk, _ in rows], values, contradictory))
    return found


def contradictions(pairs: Iterable[LabelledPair]) -> list[SamePair]:
    """The same pairs with opposite labels: material for merging as several annotations of one pair."""
    return [same for same in same_pairs(pairs) if same.contradictory]


def prompt_groups(ids: Sequence[str], links: Iterable[tuple[int, int]]) -> list[str]:
    """For each prompt the id of its group: the smallest id among all it is linked to, directly or through others.

    Links may come from equal keys, near duplicates and embeddings alike. Splits go by group, never by row.
    """
    union = UnionFind(len(ids))
    union.join(np.array(list(links), np.int64).reshape(-1, 2))
    roots = union.roots().tolist()
    smallest: dict[int, str] = {}
    for pk, root in zip(ids, roots, strict=True):
        smallest[root] = min(pk, smallest.get(root, pk))
    return [smallest[root] for root in roots]


def links_of_equal(keys: Sequence[str]) -> list[tuple[int, int]]:
    """Links from the first place of each key to its later ones."""
    first: dict[str, int] = {}
    return [(first[key], index) for index, key in enumerate(keys) if first.setdefault(key, index) != index]
