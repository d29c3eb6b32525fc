"""Whole exports of a real version: scores and signals, ties, references, orders; what was asked for is in the files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from curation.models import Snapshot
from curation.snapshots.freezing import PAIRS
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]


@pytest.mark.parametrize("level", ["response", "pair", "score"])
def test_margins_come_from_signals_and_scores(
    export: Callable[..., Any], make_signal: Callable[..., str], level: str
) -> None:
    source = "score:help" if level == "score" else make_signal(level)

    rows, manifest = export("trl_reward", margin=source, margin_scale="large")

    margins = [row["margin"] for row in rows["train"]]
    assert margins[:4] == [0.0, 0.0, 2.0, 3.0]
    assert manifest["remarks"] == {"margin_contradicts_label": 1, "no_margin": 1}
    assert (manifest["margin"]["source"], manifest["margin"]["unit"]) == (source, f"units of {source}")
    assert manifest["margin"]["clip"] == max(margins) == pytest.approx(9.55)
    assert manifest["numbers"]["margin"]["count"] == 11


def test_offsets_and_reward_gaps_leave_out_what_contradicts(
    export: Callable[..., Any], make_signal: Callable[..., str]
) -> None:
    signal = make_signal()

    rows, manifest = export("trl_preference", reward_gap=signal, soft_label=True)
    offsets, dropped = export("trl_preference", offset=signal, offset_f="identity", offset_alpha=0.5)

    assert manifest["dropped"] == {"no_reward": 1, "reward_contradicts_label": 1}
    gaps = [row["reward_gap"] for row in rows["train"]]
    assert gaps == sorted(gaps)
    assert 0 < gaps[0] < gaps[-1] < 1
    assert {row["soft_label"] for row in rows["train"]} == {0.9}
    assert [row["offset"] for row in offsets["train"]][:2] == [1.0, 1.5]
    assert dropped["dropped"] == {"gap_not_positive": 1, "no_gap": 1}
    assert {column["name"]: column["read_by"] for column in dropped["columns"]}["offset"] == "Plumbline's trainers"


def test_ties_of_the_version_are_rows_for_davidson(export: Callable[..., Any]) -> None:
    rows, manifest = export("trl_reward", tie=True)

    ties = [row for split in rows.values() for row in split if row["tie"]]
    assert [tie["prompt"][0]["content"] for tie in ties] == ["Question 1?"]
    assert [tie["chosen"][0]["content"] for tie in ties] == ["Good 11, with reasons."]
    assert (ties[0]["margin"], manifest["remarks"]["tie"]) == (0.0, 1)
    assert sum(manifest["rows"].values()) == 12


def test_single_answers_are_shuffled_apart_the_same_way_each_time(export: Callable[..., Any]) -> None:
    rows, manifest = export("trl_unpaired", seed=1)
    other, _ = export("trl_unpaired", seed=2)

    assert {split: len(found) for split, found in rows.items()} == {"train": 18, "test": 4}
    for found in rows.values():
        assert all(a["prompt"] != b["prompt"] for a, b in pairwise(found))
    assert manifest["labels"]["train"] == {"desirable": 9, "undesirable": 9}
    assert manifest["kto_weights"]["ratio"] == 1.0
    assert other["train"] != rows["train"]
    as_texts = [{(row["completion"][0]["content"], row["label"]) for row in each["train"]} for each in (rows, other)]
    assert as_texts[0] == as_texts[1]


def test_answers_with_a_score_are_labelled_by_it_once(
    export: Callable[..., Any], make_signal: Callable[..., str]
) -> None:
    rows, manifest = export("trl_unpaired", score=make_signal(), desirable_from=5, undesirable_to=0)

    labels = manifest["labels"]
    assert labels["train"] == {"desirable": 5, "undesirable": 9}
    assert manifest["kto_weights"] == {
        "desirable_weight": 1.8, "undesirable_weight": 1.0, "ratio": 1.0, "ratio_wanted": [1.0, 1.3333],
    }  # fmt: skip
    assert manifest["dropped"] == {"no_score": 2, "score_between_thresholds": 3}
    assert any("train with desirable_weight 1.8 and undesirable_weight 1" in each for each in manifest["warnings"])
    assert all(row["label"] is ("Good" in row["completion"][0]["content"]) for row in rows["test"])


@pytest.mark.parametrize(
    ("options", "written", "dropped"),
    [
        ({"reference": "edit"}, ["Mended 0.", "Mended 1.", "Mended 2."], {"no_reference": 8}),
        ({"reference": "gold"}, [f"Gold {number}." for number in (1, 3, 7, 9)], {"no_reference": 6}),
    ],
)
def test_references_come_from_records(
    export: Callable[..., Any], options: dict[str, Any], written: list[str], dropped: dict[str, int]
) -> None:
    rows, manifest = export("trl_reference", **options)

    assert [row["reference"][0]["content"] for row in rows["train"]] == written
    assert manifest["dropped"] == dropped
    assert manifest["units"] == {"kind": "records", "in": 11}


def test_the_highest_rated_answer_is_a_reference(export: Callable[..., Any], make_signal: Callable[..., str]) -> None:
    rows, manifest = export("trl_reference", reference="highest_rated", score=make_signal())

    assert [row["reference"][0]["content"] for row in rows["train"]][:2] == ["Other 1.", "Other 2."]
    assert manifest["dropped"] == {"no_reference": 1}


def test_repeated_completions_are_written_once(export: Callable[..., Any], snapshot: Snapshot) -> None:
    with store().open(snapshot.pairs_key) as file:
        rows = pq.read_table(file).to_pylist()
    rows[3] = {**rows[3], "prompt": rows[2]["prompt"], "chosen": rows[2]["chosen"]}
    with store().writer(snapshot.pairs_key) as file:
        pq.write_table(pa.Table.from_pylist(rows, schema=PAIRS), file)

    once, manifest = export("trl_sft")
    twice, _ = export("trl_sft", dedupe=False)

    assert (len(once["train"]), len(twice["train"]), manifest["dropped"]) == (8, 9, {"repeated": 1})


def test_the_manifest_reports_on_the_data(export: Callable[..., Any]) -> None:
    _, manifest = export("trl_preference")

    report = manifest["report"]
    assert (report["pairs"], report["prompts"], report["label_sources"]) == (11, 10, {"human": 11})
    assert report["licences"] == {"cc0": 12}
    assert manifest["lengths"]["chosen_longer"] == 1.0
    assert manifest["lengths"]["is_balanced"] is False
    assert any("longer one in 100% of the pairs" in warning for warning in manifest["warnings"])
    assert manifest["lengths"]["tokens"] is None


@pytest.mark.parametrize(
    ("format", "options", "field", "sentence"),
    [
        ("trl_reward", {"marign": "strength"}, "marign", "There is no such option; known are margin, margin_scale"),
        ("trl_reward", {"margin": "signal:999"}, "margin", "There is no signal 999 of this snapshot's dataset version"),
        ("trl_preference", {"offset_alpha": 0}, "offset_alpha", "Give a number above 0 to 100, not 0."),
        ("trl_preference", {"tokenizer": "gpt-17"}, "tokenizer", "There is no base model 'gpt-17'"),
        ("score_conditioned", {}, "score", "Name the score to ask for"),
        ("llamafactory", {"tokenizer": "tiny-llama"}, "tokenizer", "There is no such option; known are name."),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(
    client_of: ClientOf, admin: User, snapshot: Snapshot, format: str, options: Any, field: str, sentence: str
) -> None:
    answer = client_of(admin).post(
        f"/api/snapshots/{snapshot.pk}/exports/", {"format": format, "options": options}, format="json"
    )

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [f"options.{field}"])
    assert answer.json()["message"].startswith(f"options.{field}: {sentence}")
    assert Export.objects.count() == 0


def test_signals_that_do_not_fit_are_refused(
    client_of: ClientOf, admin: User, snapshot: Snapshot, make_signal: Callable[..., str]
) -> None:
    client, url = client_of(admin), f"/api/snapshots/{snapshot.pk}/exports/"
    of_pairs, unfinished = make_signal("pair"), make_signal("response", state="queued")

    answers = [
        client.post(url, {"format": "trl_preference", "options": {"reward_gap": source}}, format="json").json()
        for source in (of_pairs, unfinished)
    ]

    assert "says nothing of single responses" in answers[0]["message"]
    assert "is queued; export when it is ready" in answers[1]["message"]


def test_other_options_make_another_export_and_the_same_ones_do_not(
    client_of: ClientOf, admin: User, snapshot: Snapshot
) -> None:
    client, url = client_of(admin), f"/api/snapshots/{snapshot.pk}/exports/"

    def ask(**options: Any) -> int:
        return int(client.post(url, {"format": "trl_reward", "options": options}, format="json").json()["id"])

    first = ask()

    # A default said aloud, and a length without a tokenizer to measure it by, change nothing.
    assert ask(margin_scale="small") == ask(max_length=512) == first
    assert ask(margin_scale="large") != first
    assert Export.objects.count() == 2
    assert Export.objects.order_by("pk")[0].options["margin"] == "strength"


def test_making_an_export_again_gives_the_same_files(export: Callable[..., Any]) -> None:
    export("trl_unpaired")
    first = Export.objects.get()
    Export.objects.filter(pk=first.pk).update(state="failed")
    export("trl_unpaired")

    again = Export.objects.exclude(pk=first.pk).get()
    assert [(file["name"], file["sha256"]) for file in again.files] == [
        (file["name"], file["sha256"]) for file in first.files
    ]


def test_tokens_are_counted_on_the_queue_that_can(
    export: Callable[..., Any], tiny: str, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    with django_assert_max_num_queries(80):
        _, manifest = export("trl_preference", tokenizer=tiny, max_length=24)

    job = Job.objects.get(kind="export.measure")
    assert (job.queue, job.state) == ("ml", "succeeded")
    tokens = manifest["lengths"]["tokens"]
    assert (tokens["tokenizer"], tokens["max_length"]) == (tiny, 24)
    dpo = tokens["trainers"]["trl.DPOTrainer"]
    assert {split: counts["given"] for split, counts in dpo.items()} == {"train": 9, "test": 2}
    assert dpo["train"]["truncated"] + dpo["train"]["dropped"] > 0
    assert tokens["prompt_not_prefix"] == 0
    assert any("With max_length 24 trl.DPOTrainer will leave out" in warning for warning in manifest["warnings"])


def test_formats_can_be_listed(client_of: ClientOf, admin: User) -> None:
    listed = client_of(admin).get("/api/export-formats/").json()

    by_key = {entry["key"]: entry for entry in listed}
    assert {"trl_preference", "trl_unpaired", "trl_stepwise", "llamafactory"} <= by_key.keys()
    assert by_key["trl_preference"]["kinds"] == ["dpo", "cpo", "orpo"]
    assert by_key["trl_preference"]["options"]["properties"]["offset_f"]["enum"] == ["log", "log1p", "identity"]
    assert [column["name"] for column in by_key["trl_reward"]["columns"]] == ["prompt", "chosen", "rejected", "margin"]
