"""Whole exports of a real version: scores and signals, ties, references, orders; what was asked for is in the files."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from curation.models import Dataset, DatasetVersion, Recipe, Signal, Snapshot
from curation.signals.kinds.base import Column, Row
from curation.signals.values import values_table
from curation.snapshots.freezing import DECISIONS, PAIRS
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Message, Record, RecordWriter, Response, make_annotation
from webapp.store.files import Store, store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
ROWS = 12
# Of record 0 nothing is known, record 1's model contradicts the label, and the rest rise.
GAPS = [None, -1.0, *(float(number) for number in range(2, ROWS))]


@pytest.fixture
def snapshot(project: Project, admin: User, store_folder: Store) -> Snapshot:
    """Twelve records of three answers, the first two compared; record 11's pair is a tie. A prompt is asked twice."""
    dataset = Dataset.objects.create(project=project, name="Answers", created_by=admin)
    records = [record(number) for number in range(ROWS)]
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        state="ready",
        origin="import",
        created_by=admin,
        rows=ROWS,
        parts=[{"key": "v/part-0.parquet", "rows": ROWS}],
    )
    with store().writer("v/part-0.parquet") as file, RecordWriter(file) as out:
        for each in records:
            out.append(each)
    recipe = Recipe.objects.create(project=project, name="R", created_by=admin)
    made = Snapshot.objects.create(
        project=project,
        recipe=recipe,
        steps=[],
        dataset_version=version,
        name="Round 1",
        state="ready",
        content_hash="abc",
        splits={"train": 9, "test": 2},
        created_by=admin,
    )
    kept = [kept_row(number, each) for number, each in enumerate(records[:-1])]
    tie = {
        "pair_id": "tie", "record_id": records[-1].record_id, "a": "a11", "b": "b11", "strength": 0.0, "votes": 2,
        "source": "human", "margins": [], "decision": "drop", "reason": "tie", "part": 0, "row": 11,
    }  # fmt: skip
    for key, rows, schema in ((made.pairs_key, kept, PAIRS), (made.decisions_key, [tie], DECISIONS)):
        with store().writer(key) as file:
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, row_group_size=4)
    with store().writer(made.card_key) as file:
        file.write(b"# Card\n")
    return made


def record(number: int) -> Record:
    gap = GAPS[number]
    scores = {"a": None if gap is None else {"help": 5.0 + gap / 2}, "b": {"help": 5.0 - (gap or 0.0) / 2}, "c": None}
    texts = {"a": f"Good {number}, with reasons.", "b": f"Bad {number}.", "c": f"Other {number}."}
    return Record(
        f"{number:032x}",
        [Message("user", f"Question {number % 10}?")],
        [Response(f"{name}{number}", text, scores=scores[name]) for name, text in texts.items()],
        metadata={"license": "cc0", "reference": f"Gold {number}."} if number % 2 else {"license": "cc0"},
        annotations=[
            make_annotation(
                "edit", "fix", {"edits": [{"response": f"b{number}", "text": f"Mended {number}."}]}, source="human"
            )
        ]
        if number < 3
        else [],
    )


def kept_row(number: int, of: Record) -> dict[str, Any]:
    return {
        "pair_id": f"{number:032x}",
        "record_id": of.record_id,
        "prompt": [{"role": "user", "content": of.prompt[0].content}],
        "chosen": {"response_id": f"a{number}", "content": of.responses[0].content},
        "rejected": {"response_id": f"b{number}", "content": of.responses[1].content},
        "strength": float(number % 3 + 1),
        "votes": 2,
        "agreement": 1.0,
        "source": "human",
        "margins": [],
        "flipped": False,
        "soft_label": 0.9,
        "weight": 1.0,
        "split": "test" if number in (4, 5) else "train",
    }


@pytest.fixture
def make_signal(snapshot: Snapshot, admin: User) -> Callable[..., str]:
    """A ready signal of the version's responses or pairs, as options name it."""

    def make(level: str = "response", **facts: Any) -> str:
        column = Column("score", "Score", signed=level == "pair")
        rows = []
        for number, gap in enumerate(GAPS):
            if gap is None:
                continue
            record_id = f"{number:032x}"
            if level == "pair":
                # b is worse: a number that says b − a.
                rows.append(Row(record_id, {"score": -gap}, a=f"a{number}", b=f"b{number}"))
            else:
                rows += [
                    Row(record_id, {"score": value}, response_id=f"{name}{number}")
                    for name, value in (("a", gap), ("b", 0.0), ("c", 20.0 + number))
                ]
        signal = Signal.objects.create(
            dataset_version=snapshot.dataset_version,
            kind="reward_score",
            name="Rewards",
            level=level,
            columns=[{"name": "score", "title": "Score", "type": "number", "signed": level == "pair"}],
            key=f"{level}{facts}",
            state=facts.get("state", "ready"),
            parts=[f"signals/{level}.parquet"],
            created_by=admin,
        )
        with store().writer(f"signals/{level}.parquet") as file:
            pq.write_table(values_table(rows, level, (column,)), file)  # type: ignore[arg-type]
        return f"signal:{signal.pk}"

    return make


@pytest.fixture
def export(client_of: ClientOf, admin: User, snapshot: Snapshot, work: Callable[[int], Job]) -> Callable[..., Any]:
    """Ask for an export, let it be written, and read it: (rows by split, manifest)."""
    client = client_of(admin)

    def make(format: str, **options: Any) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
        accepted = client.post(
            f"/api/snapshots/{snapshot.pk}/exports/", {"format": format, "options": options}, format="json"
        )
        assert accepted.status_code == 202, accepted.json()
        ended = work(accepted.json()["id"])
        assert ended.state == "succeeded", ended.message
        found = Export.objects.get(pk=ended.subject_id)
        rows = {}
        for split in ("train", "test"):
            if found.manifest["rows"][split]:
                lines = store().open(f"{found.folder}/{split}.jsonl").read()
                assert b"NaN" not in lines
                assert b"\r" not in lines
                assert lines.endswith(b"\n")
                rows[split] = [orjson.loads(line) for line in lines.splitlines()]
        counted = found.manifest["candidates"]
        assert counted["in"] == counted["written"] + counted["dropped"]
        assert counted["dropped"] == sum(found.manifest["dropped"].values())
        return rows, found.manifest

    return make


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
