"""Neighbours of one prompt are kept apart wherever that is possible, by a seed."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from trainer_bridge.domain.row_order import apart


def neighbours(keys: list[int], order: list[int]) -> int:
    return sum(keys[a] == keys[b] for a, b in itertools.pairwise(order))


@given(keys=st.lists(st.integers(0, 4), max_size=40), seed=st.integers(0, 99))
@example(keys=[0, 0, 0, 1, 1], seed=0)
@example(keys=[0, 0, 0, 0, 1, 1, 2], seed=3)
@example(keys=[], seed=0)
def test_no_neighbours_share_a_key_unless_they_must(keys: list[int], seed: int) -> None:
    order, adjacent = apart(np.array(keys, dtype=np.int64), seed=seed)

    assert sorted(order.tolist()) == list(range(len(keys)))
    assert neighbours(keys, order.tolist()) == adjacent
    most = max(Counter(keys).values(), default=0)
    # A key on more rows than there are gaps between the others has to stand beside itself, and no more than that.
    assert adjacent == max(0, most - (len(keys) - most) - 1)


def test_the_seed_decides() -> None:
    keys = np.repeat(np.arange(500), 2)

    first, again, other = (apart(keys, seed=seed)[0].tolist() for seed in (1, 1, 2))

    assert first == again != other
    assert neighbours(keys.tolist(), first) == 0
