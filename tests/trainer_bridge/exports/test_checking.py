"""What an export would hold, counted before it is made: the same numbers, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import orjson
import pytest
from rest_framework.test import APIClient

from curation.datasets.engine import duck
from curation.models import Snapshot
from trainer_bridge.exports.asking import export_asked
from trainer_bridge.exports.checking import Clock, export_check
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.store.files import Store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
MakeSignal = Callable[..., str]
# Where a signal of responses or of pairs is meant whose number is known only once it is made.
OF_RESPONSES, OF_PAIRS = "signal of responses", "signal of pairs"


@pytest.fixture
def ask(client_of: ClientOf, admin: User, snapshot: Snapshot) -> Callable[..., Any]:
    """The answer to what an export of the snapshot would hold."""
    client = client_of(admin)

    def check(format: str, **options: Any) -> Any:
        query = {"format": format, "options": orjson.dumps(options).decode()}
        return client.get(f"/api/snapshots/{snapshot.pk}/export-check/", query)

    return check


def named(options: dict[str, Any], make_signal: MakeSignal) -> dict[str, Any]:
    levels = {OF_RESPONSES: "response", OF_PAIRS: "pair"}
    return {name: make_signal(levels[value]) if value in levels else value for name, value in options.items()}


@pytest.mark.parametrize(
    ("format", "options", "written", "dropped", "remarks"),
    [
        ("trl_preference", {"prompt": "explicit"}, 11, {}, {}),
        ("trl_preference", {"prompt": "implicit"}, 11, {}, {}),
        ("trl_preference", {"offset": OF_PAIRS}, 9, {"gap_not_positive": 1, "no_gap": 1}, {}),
        ("trl_preference", {"reward_gap": OF_RESPONSES}, 9, {"no_reward": 1, "reward_contradicts_label": 1}, {}),
        ("trl_reward", {"margin": "score:help"}, 11, {}, {"margin_contradicts_label": 1, "no_margin": 1}),
        ("trl_reward", {"tie": True}, 12, {}, {"tie": 1}),
        ("trl_unpaired", {}, 22, {}, {}),
        (
            "trl_unpaired",
            {"score": OF_RESPONSES, "desirable_from": 5, "undesirable_to": 0},
            17,
            {"no_score": 2, "score_between_thresholds": 3},
            {},
        ),
        ("trl_reference", {"reference": "edit"}, 3, {"no_reference": 8}, {}),
    ],
)
def test_the_counts_are_those_of_the_export_made_afterwards(
    ask: Callable[..., Any],
    export: Callable[..., Any],
    make_signal: MakeSignal,
    format: str,
    options: dict[str, Any],
    written: int,
    dropped: dict[str, int],
    remarks: dict[str, int],
) -> None:
    asked = named(options, make_signal)

    found = ask(format, **asked).json()
    _, manifest = export(format, **asked)

    counted = {entry["reason"]: entry["count"] for entry in found["dropped"]}
    assert (sum(found["rows"].values()), counted) == (written, dropped)
    assert (found["rows"], found["candidates"]) == (manifest["rows"], manifest["candidates"]["in"])
    assert counted == manifest["dropped"]
    assert {entry["reason"]: entry["count"] for entry in found["remarks"]} == remarks == manifest["remarks"]
    assert [entry["name"] for entry in found["columns"]] == [entry["name"] for entry in manifest["columns"]]
    assert (found["is_whole"], found["problem"], found["kept"]) == (True, "", 11)


def test_nothing_is_made_by_looking(ask: Callable[..., Any], store_folder: Store) -> None:
    folder = store_folder.local_path("x").parent
    before = sorted(folder.rglob("*"))

    answer = ask("trl_preference")

    assert answer.status_code == 200
    assert (Export.objects.count(), Job.objects.count()) == (0, 0)
    assert sorted(folder.rglob("*")) == before


def test_columns_say_how_many_rows_were_given_something(ask: Callable[..., Any]) -> None:
    # Given soft labels of 0.9 on every pair, no weights, one tie and margins that two pairs lack.
    found = ask("trl_reward", margin="score:help", weight=True, soft_label=True, tie=True).json()

    said = {entry["name"]: entry["said"] for entry in found["columns"]}
    assert said == {
        "prompt": None, "chosen": None, "rejected": None, "margin": 9, "weight": 0, "soft_label": 11, "tie": 1,
    }  # fmt: skip
    assert (found["reads"], found["looked_at"], found["candidates"]) == ("pairs", 12, 12)


def test_single_answers_are_told_by_the_pairs_they_come_from(ask: Callable[..., Any]) -> None:
    found = ask("trl_unpaired").json()

    assert (found["reads"], found["looked_at"], found["candidates"]) == ("pairs", 11, 22)


def test_an_export_that_would_fail_says_why_in_its_own_words(
    ask: Callable[..., Any], client_of: ClientOf, admin: User, snapshot: Snapshot, work: Callable[[int], Job]
) -> None:
    asked = {"format": "trl_stepwise", "options": {"unlabelled": False}}

    none = ask("trl_stepwise", unlabelled=False).json()
    unknown = ask("aspect_pairs", aspects=["tone"]).json()
    job = work(client_of(admin).post(f"/api/snapshots/{snapshot.pk}/exports/", asked, format="json").json()["id"])

    assert none["problem"] == job.message == "None of the 11 rows could be written (no steps); change the options."
    assert (none["rows"], none["looked_at"]) == ({"train": 0, "test": 0}, 11)
    assert unknown["problem"] == "Nothing was compared by “tone” here; the aspects are none."
    assert job.state == "failed"


def test_a_named_tokenizer_needs_no_worker(ask: Callable[..., Any]) -> None:
    found = ask("trl_preference", tokenizer="tiny-llama", max_length=8).json()

    assert (found["rows"], found["dropped"]) == ({"train": 9, "test": 2}, [])


@pytest.mark.parametrize(
    ("format", "looked_at", "rows"),
    [
        ("trl_preference", 4, {"train": 4, "test": 0}),
        ("trl_unpaired", 4, {"train": 8, "test": 0}),
        ("trl_reference", 4, {"train": 3, "test": 0}),
    ],
)
def test_of_a_large_snapshot_the_first_pairs_are_looked_at(
    snapshot: Snapshot, format: str, looked_at: int, rows: dict[str, int]
) -> None:
    found = export_check(export_asked(snapshot=snapshot, format=format, options={}), first=4)

    assert (found.looked_at, found.is_whole, found.facts.rows) == (looked_at, False, rows)


def test_a_limit_as_large_as_the_snapshot_leaves_nothing_out(snapshot: Snapshot, make_signal: MakeSignal) -> None:
    export = export_asked(snapshot=snapshot, format="trl_reward", options={"margin": make_signal()})

    some, whole = export_check(export, first=10), export_check(export, first=11)

    assert (some.is_whole, some.looked_at, whole.is_whole, whole.looked_at) == (False, 10, True, 11)
    assert (some.facts.remarks, whole.facts.remarks) == ({"no_margin": 1, "margin_contradicts_label": 1},) * 2


def test_what_was_counted_when_time_is_over_is_told_as_a_part(snapshot: Snapshot) -> None:
    found = export_check(export_asked(snapshot=snapshot, format="trl_preference", options={}), seconds=0)

    assert (found.looked_at, found.is_whole, found.problem) == (1, False, "")


def test_a_statement_ends_when_time_is_over_and_the_next_one_runs() -> None:
    with duck() as cursor:
        with pytest.raises(duckdb.InterruptException), Clock(cursor, 0.05):
            cursor.execute("SELECT sum(a.range * b.range) FROM range(1000000) AS a, range(1000000) AS b")

        assert cursor.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ({}, 400, "format: This field is required."),
        ({"format": "csv"}, 400, "format: there is no format 'csv'; choose one of trl_preference, trl_reward"),
        ({"format": "trl_reward", "options": "{"}, 400, 'options: Give a JSON object, such as {"weight": true}.'),
        ({"format": "trl_reward", "options": "[]"}, 400, 'options: Give a JSON object, such as {"weight": true}.'),
        (
            {"format": "trl_reward", "options": '{"margin":"signal:999"}'},
            400,
            "options.margin: There is no signal 999 of this snapshot's dataset version",
        ),
        (
            {"format": "trl_preference", "options": '{"offset_alpha":0}'},
            400,
            "options.offset_alpha: Give a number above 0 to 100, not 0.",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    client_of: ClientOf, admin: User, snapshot: Snapshot, query: dict[str, str], status: int, sentence: str
) -> None:
    answer = client_of(admin).get(f"/api/snapshots/{snapshot.pk}/export-check/", query)

    assert answer.status_code == status
    assert answer.json()["message"].startswith(sentence)
    assert (Export.objects.count(), Job.objects.count()) == (0, 0)


def test_a_snapshot_that_is_not_ready_cannot_be_counted(
    client_of: ClientOf, admin: User, make_snapshot: Callable[..., Snapshot]
) -> None:
    building = make_snapshot(state="building")

    answer = client_of(admin).get(f"/api/snapshots/{building.pk}/export-check/", {"format": "trl_preference"})

    assert answer.status_code == 409
    assert answer.json()["message"] == "This snapshot is building; export it when it is ready."


def test_counting_asks_little_of_the_database(
    ask: Callable[..., Any], make_signal: MakeSignal, django_assert_num_queries: Any
) -> None:
    signal = make_signal()

    with django_assert_num_queries(6):
        assert ask("trl_reward", margin=signal).status_code == 200
