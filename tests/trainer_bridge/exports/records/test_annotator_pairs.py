"""Votes by person: pseudonyms of one export, people held out entirely, contexts that tell nothing of a test."""

from __future__ import annotations

from typing import Any

import pytest

from tests.trainer_bridge.exports.records.conftest import ExportAs, Exported, Frozen
from tests.trainer_bridge.exports.records.saying import record, voted
from webapp.store.canonical import Record

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = [f"annotator-{number}" for number in range(1, 13)]


def records(count: int = 12) -> list[Record]:
    """Everybody votes on every pair, the first two people against the others; north is where the first six live."""
    made = []
    for number in range(count):
        texts = (f"Good {number}.", f"Bad {number}.")
        groups = {person: "north" if place < 6 else f"town {place}" for place, person in enumerate(PEOPLE)}
        one = record(f"Question {number}?", texts, groups=groups)
        for place, person in enumerate(PEOPLE):
            better, worse = texts[::-1] if place < 2 else texts
            voted(one, better, worse, by=person, value=2)
        made.append(one)
    return made


def everybody(exported: Exported) -> list[dict[str, Any]]:
    return [row for rows in exported.rows.values() for row in rows]


def test_every_vote_is_a_row_of_somebody(frozen: Frozen, export_as: ExportAs) -> None:
    made = records()
    voted(made[0], "Good 0.", "Bad 0.", by="annotator-40", value=0)
    voted(made[0], "Good 0.", "Bad 0.", by="annotator-41", value=None)
    voted(made[0], "Good 0.", "Bad 0.", by="judge:J v1", source="judge")
    voted(made[0], "Good 0.", "Bad 0.", by="annotator-42")
    snapshot = frozen(made, test_fraction=0.3)

    exported = export_as(snapshot, "annotator_pairs", group="groups", least_votes=2)
    rows = everybody(exported)

    assert len(rows) == 12 * 12
    assert exported.manifest["dropped"] == {"both_bad": 1, "tie": 1, "too_few_votes": 1}
    pids = {row["annotator_pid"] for row in rows}
    assert len(pids) == 12
    assert not any(person in str(rows) for person in PEOPLE)
    # Two of twelve are against the others, and their rows say so.
    against = {row["annotator_pid"] for row in rows if row["chosen"][0]["content"].startswith("Bad")}
    assert len(against) == 2
    alone = [row["consensus"] for row in rows if row["annotator_pid"] in against and "1" in row["prompt"][0]["content"]]
    assert alone == pytest.approx([-8 / 12] * len(alone))
    assert {row["strength"] for row in rows} == {2.0}
    # Six live in the north; towns of one person each are not told apart.
    groups = {row["annotator_pid"]: row["group"] for row in rows}
    assert sorted(groups.values()) == ["north"] * 6 + ["other"] * 6
    assert exported.manifest["annotators"] == {"in_all": 12, "held_out": 2, "groups": {"north": 6, "other": 6}}


def test_people_held_out_are_in_no_training_row(frozen: Frozen, export_as: ExportAs) -> None:
    exported = export_as(frozen(records(), test_fraction=0.3), "annotator_pairs")

    unseen = {row["annotator_pid"] for row in everybody(exported) if row["annotator_split"] == "unseen"}
    assert len(unseen) == 2
    assert not unseen & {row["annotator_pid"] for row in exported.train}
    assert {row["prompt_split"] for row in exported.train} == {"train"}
    seen_tests = [row for row in exported.rows["test"] if row["annotator_split"] == "seen"]
    assert seen_tests
    assert {row["prompt_split"] for row in seen_tests} == {"test"}
    assert sum(row["annotator_pid"] in unseen for row in exported.rows["test"]) == 2 * 12


def test_contexts_are_earlier_pairs_of_the_same_person_and_never_a_test(frozen: Frozen, export_as: ExportAs) -> None:
    exported = export_as(frozen(records(), test_fraction=0.3), "annotator_pairs", context_size=3)

    train = {(row["annotator_pid"], row["pair_id"]) for row in exported.train}
    for split, rows in exported.rows.items():
        earlier: set[tuple[str, str]] = set()
        for row in rows:
            named = {(row["annotator_pid"], pair_id) for pair_id in row["context_pairs"]}
            assert len(named) == len(row["context_pairs"]) <= 3
            assert (row["annotator_pid"], row["pair_id"]) not in named
            if split == "train" or row["annotator_split"] == "unseen":
                assert named <= earlier
            else:
                assert named <= train
            earlier.add((row["annotator_pid"], row["pair_id"]))
    assert any(len(row["context_pairs"]) == 3 for row in exported.train)


def test_pseudonyms_hold_for_one_export_alone(frozen: Frozen, export_as: ExportAs) -> None:
    snapshot = frozen(records(3))

    one = export_as(snapshot, "annotator_pairs")
    again = export_as(snapshot, "annotator_pairs")
    other = export_as(snapshot, "annotator_pairs", seed=1)

    pids, others = ({row["annotator_pid"] for row in everybody(each)} for each in (one, other))
    assert one.rows == again.rows
    assert len(pids) == len(others) == 12
    assert not pids & others


def test_votes_of_nobody_cannot_be_told_apart(frozen: Frozen, export_as: ExportAs) -> None:
    made = voted(record("Q?", ["Yes.", "No."]), "Yes.", "No.")

    exported = export_as(frozen([made]), "annotator_pairs")

    assert exported.message == "No vote on a kept pair says who gave it, so there is nothing to export by annotator."
