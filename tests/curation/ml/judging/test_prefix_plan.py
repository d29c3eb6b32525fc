"""The plan of shared prefixes holds every row once and shares only what is common."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from curation.ml.judging.prefix_plan import Plan, Trunk, Twig

rows = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=14)


def walk(trunk: Trunk) -> Iterator[tuple[Trunk, Twig]]:
    for twig in trunk.twigs:
        yield trunk, twig
    for branch in trunk.trunks:
        assert branch.length > trunk.length
        yield from walk(branch)


@given(rows, st.integers(1, 40), st.integers(1, 4))
def test_every_row_is_read_once_after_what_it_begins_with(given: list[list[int]], budget: int, minimum: int) -> None:
    found = list(walk(Plan(given, budget, minimum).root(0)))

    assert sorted(at for _, twig in found for at in twig.members) == list(range(len(given)))
    for trunk, twig in found:
        assert twig.length == trunk.length or twig.length >= trunk.length + minimum
        assert len({tuple(given[at][: twig.length]) for at in twig.members}) == 1
        assert all(twig.length < len(given[at]) for at in twig.members)


def test_a_rubric_is_a_trunk_and_both_orders_of_a_pair_a_twig() -> None:
    rubric, first, second = [0] * 9, [1] * 5, [2] * 5
    given = [[*rubric, *request, end, end] for request in (first, second) for end in (7, 8)]

    root = Plan(given, 20, 3).root(0)

    assert (root.length, root.trunks) == (9, [])
    assert root.twigs == [Twig([0, 1], 14), Twig([2, 3], 14)]


def test_branches_that_fill_a_batch_are_trunks() -> None:
    given = [[aspect] * 9 + [request] * 5 + [end] for aspect in (0, 1) for request in (2, 3) for end in (7, 8)]

    root = Plan(given, 11, 3).root(0)

    assert [(trunk.length, len(trunk.members)) for trunk in root.trunks] == [(9, 4), (9, 4)]
    assert [twig.length for trunk in root.trunks for twig in trunk.twigs] == [14, 14, 14, 14]


def test_the_prefix_that_saves_most_is_chosen() -> None:
    """Three share 4 tokens and two of them 40: reading 40 once saves more than reading 4 twice less."""
    given = [[0] * 4 + [1] * 36 + [7], [0] * 4 + [1] * 36 + [8], [0] * 4 + [2] * 5, [9]]

    root = Plan(given, 1000, 3).root(0)

    assert sorted((twig.length, sorted(twig.members)) for twig in root.twigs) == [(0, [2]), (0, [3]), (40, [0, 1])]


def test_what_is_kept_already_serves_a_single_row() -> None:
    assert Plan([[1, 2, 3, 4]], 10, 2).root(3) == Trunk([0], 3, [Twig([0], 3)])
