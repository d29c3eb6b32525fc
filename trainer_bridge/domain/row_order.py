"""A random order in which neighbours differ: KTO compares each row with the one before it (METHODS §10.4)."""

from __future__ import annotations

import numpy as np

from curation.domain.arrays import Ints


def apart(keys: Ints, *, seed: int) -> tuple[Ints, int]:
    """(order, adjacent): a shuffle of `keys`' places in which no two neighbours have the same key, where there is one.

    There is one exactly when no key is on more than half of the rows, rounded up. Otherwise as many rows as needed
    stand beside one of their own at the end, and `adjacent` counts them. One pass over a shuffle holds back what does
    not fit, a second puts what is left of one key between others; no text is held, only places.
    """
    shuffled = np.random.default_rng(seed).permutation(len(keys))
    placed, held = _one_pass(keys, shuffled)
    if not held:
        return np.asarray(placed, dtype=np.int64), 0
    key = keys[held[0]]
    order: list[int] = []
    # Gaps from the end, so that rows held back come late, as they did in the shuffle.
    waiting = list(reversed(held))
    gaps = _gaps(keys, placed, key)[-len(waiting) :] if waiting else []
    wanted = set(gaps[-len(waiting) :])
    for place in range(len(placed) + 1):
        if place in wanted:
            order.append(waiting.pop())
        if place < len(placed):
            order.append(placed[place])
    return np.asarray([*order, *reversed(waiting)], dtype=np.int64), len(waiting)


def _one_pass(keys: Ints, shuffled: Ints) -> tuple[list[int], list[int]]:
    """(placed, held): rows as shuffled, each delayed until its neighbour differs; all of `held` share a key."""
    placed: list[int] = []
    held: list[int] = []
    last = None
    for row in shuffled.tolist():
        key = keys[row]
        if key == last:
            held.append(row)
            continue
        placed.append(row)
        last = key
        # All that is held has one key: it was held because it equals the last one placed at that time.
        if held and keys[held[0]] != last:
            placed.append(held.pop())
            last = keys[placed[-1]]
    return placed, held


def _gaps(keys: Ints, placed: list[int], key: np.int64) -> list[int]:
    """Places before which a row with `key` has no neighbour of its own; the last one is the end."""
    own = [keys[row] == key for row in placed]
    before = [False, *own]
    after = [*own, False]
    return [place for place, (left, right) in enumerate(zip(before, after, strict=True)) if not left and not right]
