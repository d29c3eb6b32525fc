"""Which pairs a judge is held against, and what people said of them."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest

from curation.domain.judging.probes import PROBES
from curation.judges.gold_pairs import draw_gold, gold_of
from curation.judges.trust_arms import probed
from tests.curation.making import make_record
from webapp.store.canonical import Record

PEOPLE = ["adjudicated", "human"]


def votes(*given: tuple[int | None, str]) -> Record:
    return make_record("Q", ["one", "two"], [(0, 1, value, source) for value, source in given])


def rows() -> list[Record]:
    """Ten pairs of one prompt, in five rows of two, and one pair of each of fifteen others."""
    crowd = [
        make_record("The same", [f"x{n}", f"y{n}", f"z{n}"], [(0, 1, 1, "human"), (1, 2, 1, "human")]) for n in range(5)
    ]
    return crowd + [make_record(f"Prompt {n}", ["x", "y"], [(0, 1, -1, "human")]) for n in range(15)]


@pytest.mark.parametrize(
    ("given", "value", "source"),
    [
        ([(2, "human"), (-1, "human")], 0.5, "human"),
        ([(2, "human"), (2, "human"), (-3, "adjudicated")], -3.0, "adjudicated"),
        ([(1, "human"), (3, "judge"), (3, "imported")], 1.0, "human"),
        ([(1, "human"), (-1, "human")], 0.0, "human"),
        ([(None, "human")], 0.0, "human"),
    ],
)
def test_the_most_trusted_source_speaks_by_its_mean(
    given: list[tuple[int | None, str]], value: float, source: str
) -> None:
    record = votes(*given)

    (found,) = gold_of(record, PEOPLE)

    # Votes above are for the second text, values of gold for b.
    turned = 1 if found.sides[1] == "two" else -1
    assert (turned * found.value, found.source, found.record.labels) == (value, source, [])


def test_labels_of_others_are_no_gold() -> None:
    assert list(gold_of(votes((3, "judge"), (3, "imported")), PEOPLE)) == []


def test_ties_are_counted_apart() -> None:
    gold = draw_gold([votes((0, "human")), *rows()], PEOPLE, sample=100, seed=0)

    assert (gold.available, gold.undecided, len(gold.pairs)) == (25, 1, 25)


def test_one_prompt_does_not_crowd_in() -> None:
    drawn = draw_gold(rows(), PEOPLE, sample=16, seed=0).pairs

    assert set(Counter(pair.group for pair in drawn).values()) == {1}
    assert sorted(Counter(pair.group for pair in draw_gold(rows(), PEOPLE, sample=20, seed=0).pairs).values())[-1] == 5


def test_the_draw_does_not_depend_on_the_order_of_rows() -> None:
    shuffled = rows()
    random.Random(1).shuffle(shuffled)

    one, other = (draw_gold(records, PEOPLE, sample=12, seed=7) for records in (rows(), shuffled))

    assert one == other
    assert one != draw_gold(rows(), PEOPLE, sample=12, seed=8)


@pytest.mark.parametrize("name", ["bandwagon", "style", "typos", "master_key_colon"])
def test_a_probe_changes_texts_and_no_names(name: str) -> None:
    (pair,) = gold_of(make_record("Q", ["A **longer** answer. It has words.", "No."], [(0, 1, -2, "human")]), PEOPLE)
    winner = "b" if pair.value > 0 else "a"

    changed = msgspec.structs.replace(pair, record=probed(pair, PROBES[name]))

    before, after = dict(zip("ab", pair.sides, strict=True)), dict(zip("ab", changed.sides, strict=True))
    loser = "a" if winner == "b" else "b"
    expected = PROBES[name].apply("Q", before[loser], before[winner])
    assert (after[loser], after[winner]) == (expected.loser, expected.winner)
    assert after != before
    assert [each.response_id for each in changed.record.responses] == [
        each.response_id for each in pair.record.responses
    ]
