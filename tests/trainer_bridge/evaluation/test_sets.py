"""Benchmark files and test splits become sets: every layout, bad rows by file and number, and nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from curation.models import Snapshot
from trainer_bridge.evaluation.items import group_of, iter_items
from trainer_bridge.models import EvaluationSet
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]


@pytest.fixture
def upload(client: APIClient, project: Project, work: Work) -> Callable[..., tuple[EvaluationSet, Job]]:
    """Upload files of rows (JSON lines, or bytes as they are) and read them."""

    def make(files: dict[str, Any], **fields: Any) -> tuple[EvaluationSet, Job]:
        parts = [SimpleUploadedFile(name, _bytes(rows)) for name, rows in files.items()]
        body = {"file": parts, **fields}
        answer = client.post(f"/api/projects/{project.pk}/evaluation-sets/", body, format="multipart")
        assert answer.status_code == 202, answer.json()
        job = work(answer.json()["id"])
        return EvaluationSet.objects.get(pk=answer.json()["subject"]["id"]), job

    return make


def _bytes(rows: Any) -> bytes:
    return rows if isinstance(rows, bytes) else "".join(json.dumps(row) + "\n" for row in rows).encode()


def pair(number: int, **more: Any) -> dict[str, Any]:
    return {"prompt": f"What is {number} and {number}?", "chosen": f"It is {2 * number}.", "rejected": "No.", **more}


def rmb(number: int, **more: Any) -> dict[str, Any]:
    return {"conversation_input": [{"role": "user", "content": f"Write code {number}."}], **more}


LAYOUTS: dict[str, list[dict[str, Any]]] = {
    "rewardbench": [pair(n, subset="math-prm", id=n, chosen_model="m") for n in range(3)],
    "rewardbench_2": [
        {"id": "tied:1", "prompt": "A colour?", "chosen": ["Red.", "Blue."], "rejected": ["Dog."], "subset": "Ties"},
        {"id": "7", "prompt": "2+2?", "chosen": ["4"], "rejected": ["5", "6", "7"], "subset": "Math"},
    ],
    "rm_bench": [
        {"id": 1, "prompt": "Q", "chosen": ["a", "a b", "**a**"], "rejected": ["c", "c d", "**c**"], "domain": "chat"}
    ],
    "rmb_pairwise": [
        rmb(1, pair_uid="p1", chosen={"answer": "print(1)"}, reject={"answer": "?"}, category_path="Helpfulness/Code")
    ],
    "rmb_best_of_n": [
        rmb(1, bon_uid="b1", bon_best={"answer": "x = 1"}, loser_list=[{"answer": "?"}, {"answer": "!"}])
    ],
    "preferences": [pair(n) for n in range(2)],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_found_by_its_rows_whatever_the_file_is_called(layout: str, upload: Any) -> None:
    made, job = upload({"data.jsonl": LAYOUTS[layout]})

    assert (job.state, made.state, made.layout, made.error) == ("succeeded", "ready", layout, "")
    assert (made.name, made.counts["items"], len(made.content_hash)) == ("data", len(LAYOUTS[layout]), 64)


def test_items_are_kept_as_their_layout_tells_them(upload: Any, client: APIClient) -> None:
    ties, _ = upload({"rb2.jsonl": LAYOUTS["rewardbench_2"]})
    styles, _ = upload({"rm.json": json.dumps(LAYOUTS["rm_bench"]).encode()})
    best, _ = upload({"Documentation.json": json.dumps(LAYOUTS["rmb_best_of_n"]).encode()})

    first = next(iter_items(ties))
    assert (first["item_id"], first["subset"]) == ("tied:1", "Ties")
    assert [each["role"] for each in first["candidates"]] == ["correct", "correct", "incorrect"]
    subsets = {"Math": 1, "Ties": 1}
    assert ties.counts == {"items": 2, "candidates": 7, "prompts": 2, "subsets": subsets, "left_out": {}}
    candidates = next(iter_items(styles))["candidates"]
    assert [each["style"] for each in candidates] == ["concise", "detailed_plain", "detailed_markdown"] * 2
    shown = client.get(f"/api/evaluation-sets/{best.pk}/items/").json()["results"]
    assert [(each["index"], each["item"], each["subset"]) for each in shown] == [(0, "b1", "Documentation")]
    assert [each["text"] for each in shown[0]["candidates"]] == ["x = 1", "?", "!"]


def test_prompts_and_answers_may_be_conversations_and_files_parquet(upload: Any) -> None:
    said = [{"role": "user", "content": "Hi"}]
    chosen, rejected = ([*said, {"role": "assistant", "content": text}] for text in ("Hello.", "Go."))
    row = {"chosen": chosen, "rejected": rejected, "subset": "mt-bench-easy", "id": 4}
    file = BytesIO()
    pq.write_table(pa.Table.from_pylist([row]), file)

    made, _ = upload({"filtered.parquet": file.getvalue()})

    assert made.layout == "rewardbench"
    item = next(iter_items(made))
    assert (item["item_id"], item["prompt"]) == ("4", said)
    assert [each["text"] for each in item["candidates"]] == ["Hello.", "Go."]


def test_several_files_make_one_set_and_ids_that_repeat_are_told_apart(upload: Any) -> None:
    rows = LAYOUTS["rmb_best_of_n"]
    made, _ = upload({"Casual.json": rows, "Formal.json": rows}, name="RMB", automatic=True)

    assert (made.name, made.automatic, made.counts["subsets"]) == ("RMB", True, {"Casual": 1, "Formal": 1})
    assert [item["item_id"] for item in iter_items(made)] == ["b1", "b1#2"]
    assert made.counts["prompts"] == 1


def test_the_same_rows_have_the_same_hash_in_any_container(upload: Any) -> None:
    rows = LAYOUTS["rewardbench"]
    lines, _ = upload({"a.jsonl": rows})
    array, _ = upload({"b.json": json.dumps(rows, indent=1).encode()})
    other, _ = upload({"c.jsonl": rows[:2]})

    assert lines.content_hash == array.content_hash
    assert other.content_hash != lines.content_hash


def test_bad_rows_are_named_by_file_and_number_and_nothing_is_kept(upload: Any) -> None:
    good = pair(1, subset="math-prm")
    bad = [{**good, "chosen": None}, {**good, "rejected": 5}, {**good, "rejected": good["chosen"]}]
    made, job = upload({"good.jsonl": [good], "bad.jsonl": [good, *bad, *[{**good, "prompt": " "}] * 4]})

    assert (job.state, made.state, made.error) == ("failed", "failed", job.message)
    assert job.message.startswith("“bad.jsonl”, row 2: The field “chosen” is missing.")
    assert "“bad.jsonl”, row 3: " in job.message
    assert "row 4: An answer is both right and wrong" in job.message
    assert "“bad.jsonl”, row 6: The prompt is empty. And 2 more." in job.message
    assert not store().exists(made.items_key)
    assert store().list(made.folder) == []


def test_bad_rows_may_be_left_out_and_are_counted(upload: Any, client: APIClient) -> None:
    rows = [pair(1), {**pair(2), "chosen": " "}, {**pair(3), "rejected": None}, pair(4)]

    made, job = upload({"a.jsonl": rows}, leave_out_bad_rows=True)
    none, failed = upload({"b.jsonl": rows[1:2]}, leave_out_bad_rows=True)

    assert job.message == "2 items read. 2 bad rows left out."
    counts = client.get(f"/api/evaluation-sets/{made.pk}/").json()["counts"]
    assert (counts["items"], counts["left_out"]) == (2, {"empty_response": 1, "missing_field": 1})
    assert (none.state, failed.message) == (
        "failed",
        "There are no rows to evaluate on. “b.jsonl”, row 1: An answer is empty.",
    )


@pytest.mark.parametrize(
    "row",
    [
        {"instruction": "1+1?", "input": "", "response1": "3", "response2": "2", "annotator1": 2, "annotator2": 2},
        {"conversations": [{"from": "human", "value": "1+1?"}], "chosen": {"from": "gpt", "value": "2"},
         "rejected": {"from": "gpt", "value": "3"}},
        {"prompt": "1+1?", "responses": ["3", "2"], "labels": [{"a": 0, "b": 1, "value": 2}]},
        {"chosen": "\n\nHuman: 1+1?\n\nAssistant: 2", "rejected": "\n\nHuman: 1+1?\n\nAssistant: 3"},
    ],
)  # fmt: skip
def test_pairs_are_read_from_every_layout_datasets_come_in(row: dict[str, Any], upload: Any) -> None:
    made, _ = upload({"a.jsonl": [row]})

    item = next(iter_items(made))
    assert made.layout == "preferences"
    assert [(each["text"], each["role"]) for each in item["candidates"]] == [("2", "correct"), ("3", "incorrect")]


def test_votes_that_prefer_neither_make_no_item(upload: Any) -> None:
    votes = {"annotator1": 1, "annotator2": 2}
    _, job = upload({"a.jsonl": [{"instruction": "Add.", "response1": "3", "response2": "2", **votes}]})

    assert job.message.startswith("“a.jsonl”, row 1: The row's votes prefer neither answer.")


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ([{"text": "no pair"}], "holds no rows of a layout that is known here"),
        (b"[1, 2]", "holds no rows of a layout that is known here"),
        (b"\x89PNG\r\n", "is a PNG image"),
        (b'[{"prompt": "a"', "row 1: The file ends in the middle of the array."),
    ],
)
def test_files_of_nothing_known_end_in_one_sentence(file: Any, sentence: str, upload: Any) -> None:
    fields = {"layout": "preferences"} if isinstance(file, bytes) and b"prompt" in file else {}

    made, job = upload({"x.json": file}, **fields)

    assert (job.state, made.state) == ("failed", "failed")
    assert sentence in made.error


def test_a_layout_that_is_named_is_the_one_that_is_read(upload: Any) -> None:
    made, _ = upload({"a.jsonl": LAYOUTS["rewardbench"]}, layout="preferences")
    _, job = upload({"b.jsonl": LAYOUTS["rewardbench"]}, layout="rm_bench")

    assert (made.layout, made.state) == ("preferences", "ready")
    assert job.message.startswith("“b.jsonl”, row 1: The field “chosen” must be a list of texts, not text.")


def test_uploads_that_cannot_be_taken_start_nothing(client: APIClient, project: Project, settings: Any) -> None:
    address = f"/api/projects/{project.pk}/evaluation-sets/"

    def answer(name: str, content: bytes, **fields: Any) -> Any:
        return client.post(address, {"file": [SimpleUploadedFile(name, content)], **fields}, format="multipart")

    empty = answer("a.jsonl", b"")
    unknown = answer("a.jsonl", b"{}", layout="snapshot")
    none = client.post(address, {"name": "x"}, format="multipart")
    settings.MAX_UPLOAD_BYTES = 10
    large = answer("a.jsonl", b"x" * 11)

    assert (empty.status_code, empty.json()["message"]) == (422, "“a.jsonl” is empty.")
    assert (unknown.status_code, list(unknown.json()["fields"])) == (400, ["layout"])
    assert (none.status_code, list(none.json()["fields"])) == (400, ["file"])
    assert (large.status_code, large.json()["type"]) == (413, "too_large")
    assert EvaluationSet.objects.count() == Job.objects.count() == 0
    assert store().list("evaluation-uploads") == []


def test_a_name_is_taken_once_and_free_again_after_a_failure(upload: Any, client: APIClient, project: Project) -> None:
    upload({"a.jsonl": [{"text": "bad"}]}, name="Bench")
    made, _ = upload({"a.jsonl": [pair(1)]}, name="Bench")

    again = client.post(
        f"/api/projects/{project.pk}/evaluation-sets/",
        {"file": [SimpleUploadedFile("a.jsonl", b"{}")], "name": "Bench"},
        format="multipart",
    )

    assert made.state == "ready"
    assert (again.status_code, again.json()["message"]) == (
        409,
        "This project has an evaluation set called “Bench” already; choose another name.",
    )


def test_a_ready_set_may_be_renamed_and_nothing_else(upload: Any, client: APIClient) -> None:
    made, _ = upload({"a.jsonl": [pair(1)]})
    upload({"b.jsonl": [pair(1)]})

    changed = client.patch(f"/api/evaluation-sets/{made.pk}/", {"name": "Sums", "automatic": True}).json()
    taken = client.patch(f"/api/evaluation-sets/{made.pk}/", {"name": "b"})

    assert (changed["name"], changed["automatic"], changed["files"]) == ("Sums", True, ["a.jsonl"])
    assert taken.status_code == 409
    with pytest.raises(IntegrityError, match="can no longer change"), transaction.atomic():
        EvaluationSet.objects.filter(pk=made.pk).update(content_hash="0" * 64)


def test_the_test_split_of_a_snapshot_becomes_a_set_once(
    client: APIClient, project: Project, work: Work, make_snapshot: Callable[..., Snapshot]
) -> None:
    snapshot = make_snapshot(train=6, test=4)
    address = f"/api/projects/{project.pk}/evaluation-sets/"

    first = client.post(address, {"snapshot": snapshot.pk}).json()
    again = client.post(address, {"snapshot": snapshot.pk}).json()
    work(first["id"])

    made = EvaluationSet.objects.get()
    assert first["id"] == again["id"]
    assert (made.layout, made.state, made.counts["items"]) == ("snapshot", "ready", 4)
    items = list(iter_items(made))
    assert [item["item_id"] for item in items] == [f"{i:032x}" for i in range(6, 10)]
    assert items[0]["candidates"][0] == {"text": "Good answer 6 with reasons.", "role": "correct", "style": None}
    shown = client.get(address).json()["results"]
    assert [(each["snapshot"], each["layout"]) for each in shown] == [(snapshot.pk, "snapshot")]


def test_snapshots_without_a_test_split_or_of_other_projects_are_refused(
    client: APIClient, project: Project, admin: User, make_snapshot: Callable[..., Snapshot]
) -> None:
    address = f"/api/projects/{project.pk}/evaluation-sets/"
    elsewhere = make_snapshot(test=2, of=project_create(created_by=admin, name="Other"))

    answers = [
        client.post(address, {"snapshot": each})
        for each in (make_snapshot(test=0).pk, make_snapshot(state="building").pk, elsewhere.pk, 999)
    ]

    assert [answer.status_code for answer in answers] == [422, 409, 400, 400]
    assert answers[0].json()["message"].startswith("This snapshot has no test split")
    assert answers[2].json()["message"] == "snapshot: There is no such snapshot in this project."


def test_prompts_count_as_one_however_they_are_spaced_and_cased() -> None:
    def said(text: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": text}]

    assert group_of(said("What is  DNA?")) == group_of(said("what is dna"))
    assert group_of(said("What is RNA?")) != group_of(said("what is dna"))
