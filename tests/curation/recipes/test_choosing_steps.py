"""Steps that make pairs from ratings and choose among pairs, small enough to work out by hand."""

from __future__ import annotations

import msgspec
import pytest

from tests.curation.making import make_record
from tests.curation.recipes.running import GROUP, group_signal, kept, pair, reasons, run, signal_of
from webapp.store.canonical import Record
from webapp.store.files import Store

# METHODS §3: means 4.5, 4.0, 4.5, 3.0.
RATED = {"A": (5, 4, 5, 4), "B": (4, 4, 4, 4), "C": (5, 5, 4, 4), "D": (3, 3, 3)}


def rated(name: str, scores: dict[str, tuple[int, ...]]) -> Record:
    record = make_record(name, list(scores))
    record.responses = [
        msgspec.structs.replace(each, scores={f"s{at}": float(n) for at, n in enumerate(scores[each.content])})
        for each in record.responses
    ]
    return record


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("best_worst", [("AC", "D", 1.5)]),
        ("best_each", [("AC", "B", 0.5), ("AC", "D", 1.5)]),
        ("all", [("A", "B", 0.5), ("A", "D", 1.5), ("B", "D", 1.0), ("C", "B", 0.5), ("C", "D", 1.5)]),
        ("adjacent", [("AC", "B", 0.5), ("B", "D", 1.0)]),
    ],
)
def test_pairs_are_made_from_ratings(store_folder: Store, how: str, expected: list[tuple[str, str, float]]) -> None:
    pairs, funnel = run(
        [rated("Q", RATED), rated("Even", {"E": (3,), "F": (3,)})], [{"type": "make_pairs", "how": how}]
    )

    # A and C tie at the top; which of them is taken is no matter here.
    top = {"A": "AC", "C": "AC"} if how != "all" else {}
    found = sorted((top.get(row["chosen"], row["chosen"]), row["rejected"], row["strength"]) for row in pairs.values())
    assert found == sorted(expected)
    assert funnel["kept"] == len(expected)


def test_a_random_lower_answer_is_drawn_from_those_with_the_gap(store_folder: Store) -> None:
    def drawn(seed: int, gap: float) -> str:
        steps = [{"type": "make_pairs", "how": "best_random_lower", "seed": seed, "min_gap": gap}]
        ((_, row),) = run([rated("Q", RATED)], steps)[0].items()
        assert row["chosen"] in "AC"
        return str(row["rejected"])

    assert {drawn(seed, 0.25) for seed in range(12)} == {"B", "D"}
    assert {drawn(seed, 1.0) for seed in range(6)} == {"D"}
    assert drawn(3, 0.25) == drawn(3, 0.25)


def test_the_best_of_a_group_is_kept(store_folder: Store) -> None:
    records = [pair("weak", -1), pair("clear", -3), pair("judged", -3, "judge"), pair("alone"), pair("unknown")]
    signal = group_signal(records, ["x", "x", "x", "y", None])

    pairs, _ = run(records, [{"type": "dedup", "group": GROUP}], signal)
    lenient, _ = run(records, [{"type": "dedup", "group": GROUP, "keep": 2, "missing": "keep"}], signal)

    assert reasons(pairs) == {"weak": "duplicate", "judged": "duplicate", "unknown": "no_value"}
    assert kept(lenient) == {"weak", "clear", "alone", "unknown"}


def test_lengths_are_balanced_by_lot(store_folder: Store) -> None:
    records = [pair(f"long {n}") for n in range(9)] + [pair(f"short {n}", value=2) for n in range(4)]
    lengths = {"good": 9.0, "bad": 3.0}
    rows = [
        {
            "record_id": record.record_id,
            "response_id": each.response_id,
            "score": lengths[each.content],
        }
        for record in records
        for each in record.responses
    ]
    steps = [{"type": "length_match", "length": {"signal": 3}, "bins": 1, "seed": 4}]

    pairs, funnel = run(records, steps, signal_of(3, "response", rows))

    assert sum(name.startswith("short") for name in kept(pairs)) == 4
    assert sum(name.startswith("long") for name in kept(pairs)) == 4
    assert funnel["funnel"][1]["reasons"] == {"length_unbalanced": 5}
    assert kept(run(records, steps, signal_of(3, "response", rows))[0]) == kept(pairs)
    assert kept(run(records, [{**steps[0], "seed": 5}], signal_of(3, "response", rows))[0]) != kept(pairs)


def test_a_budget_takes_the_highest_or_turns(store_folder: Store) -> None:
    records = [pair(f"x{n}", -1 - n % 3) for n in range(6)] + [pair("y", -1)]
    signal = group_signal(records, ["x"] * 6 + ["y"])

    highest, _ = run(records, [{"type": "select", "budget": 2, "by": {"fact": "strength"}}])
    turns, _ = run(records, [{"type": "select", "budget": 3, "by": {"fact": "strength"}, "group": GROUP}], signal)
    capped, _ = run(records, [{"type": "select", "budget": 4, "group": GROUP, "cap": 0.5}], signal)
    lot, _ = run(records, [{"type": "select", "budget": 5, "seed": 1}])

    assert kept(highest) == {"x2", "x5"}
    assert {"y"} < kept(turns) <= {"y", "x2", "x5"}
    assert len(kept(turns)) == 3
    assert len(kept(capped)) == 3
    assert len(kept(lot)) == 5
    assert set(reasons(lot).values()) == {"over_budget"}
