"""`POST /api/datasets/{id}/imports/`: from an upload to a version, exactly."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from curation.datasets.services import dataset_create
from curation.models import Dataset, DatasetVersion, Import
from tests.curation.datasets.conftest import Upload, gzipped, jsonl, pair, records
from webapp.accounts.models import User
from webapp.jobs.models import Job, JobShard
from webapp.jobs.services import job_cancel, job_resume, job_retry_failed
from webapp.projects.models import Project
from webapp.store.files import Store, store

pytestmark = pytest.mark.django_db(transaction=True)


ClientOf = Callable[..., APIClient]


def test_a_file_becomes_version_one(upload: Upload, admin_client: APIClient, dataset: Dataset) -> None:
    content = jsonl(pair(1), pair(2), pair(3))

    imported = upload(content, "pairs.jsonl")

    body = admin_client.get(f"/api/imports/{imported.taken.pk}/").json()
    assert imported.job.state == "succeeded"
    assert imported.job.message == "Version 1 has 3 new rows."
    assert body | {"created_by": None, "created_at": None} == {
        "id": imported.taken.pk,
        "dataset": dataset.pk,
        "filename": "pairs.jsonl",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "format": "trl_preference",
        "state": "succeeded",
        "rows_read": 3,
        "rows_new": 3,
        "rows_merged": 0,
        "rows_rejected": 0,
        "rejected_by_reason": {},
        "message": "Version 1 has 3 new rows.",
        "version": imported.version.pk,
        "job": imported.job.pk,
        "has_quarantine": False,
        "created_by": None,
        "created_at": None,
    }
    version = admin_client.get(f"/api/datasets/{dataset.pk}/versions/").json()["results"][0]
    assert (version["number"], version["state"], version["origin"], version["rows"]) == (1, "ready", "import", 3)
    assert version["stats"] == {
        "responses": 6,
        "labels": 3,
        "label_sources": {"imported": 3},
        "outcomes": {"preference": 3},
        "multi_turn": 0,
        "turns": 3,
        "annotation_counts": {"kinds": {}, "span_categories": {}, "omission_categories": {}},
    }
    latest = admin_client.get(f"/api/datasets/{dataset.pk}/").json()["latest_version"]
    assert latest == {"id": version["id"], "number": 1, "rows": 3}


def test_the_label_says_who_won_by_response_id(upload: Upload) -> None:
    imported = upload(jsonl(pair(1), pair(2, strength=2.5)))

    first, second = records(imported.version)
    for record, value in ((first, 1), (second, 2)):
        (label,) = record.labels
        better = label.b if label.value > 0 else label.a
        content = {response.response_id: response.content for response in record.responses}
        assert content[better].startswith("Good")
        assert abs(label.value) == value
        assert (label.source, label.origin, label.outcome) == ("imported", f"import:{imported.taken.pk}", "preference")
    assert (first.labels[0].strength, second.labels[0].strength) == (1.0, 2.5)


def test_swapping_the_sides_gives_the_same_record_and_the_mirrored_label(
    upload: Upload, project: Project, admin: User
) -> None:
    other = dataset_create(project=project, created_by=admin, name="Swapped")
    row = pair(1)

    plain = records(upload(jsonl(row)).version)[0]
    swapped = records(upload(jsonl({**row, "chosen": row["rejected"], "rejected": row["chosen"]}), into=other).version)[
        0
    ]

    assert swapped.record_id == plain.record_id
    assert swapped.responses == plain.responses
    assert swapped.labels[0].value == -plain.labels[0].value
    assert (swapped.labels[0].a, swapped.labels[0].b) == (plain.labels[0].a, plain.labels[0].b)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("rows.jsonl", lambda rows: jsonl(*rows)),
        ("rows.jsonl.gz", lambda rows: gzipped(jsonl(*rows))),
        ("rows.json", lambda rows: json.dumps(rows, indent=2).encode()),
        ("rows.json.gz", lambda rows: gzipped(json.dumps(rows).encode())),
        ("rows.parquet", lambda rows: _parquet(rows)),
        ("misnamed.txt", lambda rows: gzipped(jsonl(*rows))),
        ("with-mark.jsonl", lambda rows: b"\xef\xbb\xbf" + jsonl(*rows)),
        ("windows.jsonl", lambda rows: jsonl(*rows).replace(b"\n", b"\r\n\r\n")),
    ],
)
def test_every_container_gives_the_same_rows(upload: Upload, name: str, write: Callable[[list[Any]], bytes]) -> None:
    rows = [pair(number, margin=0.5) for number in range(1, 8)]

    imported = upload(write(rows), name)

    assert imported.counts == (7, 7, 0, 0)
    assert imported.version.content_hash == "60f5a882bc6f96d48c9be7c4b9c74cf6150cc6e07c323ac98e2dded65ca7b157"
    assert [record.metadata for record in records(imported.version)] == [{"margin": 0.5}] * 7


def _parquet(rows: list[Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def test_known_rows_make_no_new_version(upload: Upload, dataset: Dataset) -> None:
    rows = jsonl(*(pair(number) for number in range(1200)))
    first = upload(rows)

    again = upload(rows)

    assert again.job.state == "succeeded"
    assert again.job.message == "All 1,200 rows are already in version 1."
    assert again.counts == (1200, 0, 1200, 0)
    assert again.version.pk == first.version.pk
    assert DatasetVersion.objects.filter(dataset=dataset).count() == 1
    assert store().list(f"datasets/{dataset.pk}/imports/{again.taken.pk}") == []


def test_new_rows_join_those_of_the_parent_whose_parts_are_shared(upload: Upload, dataset: Dataset) -> None:
    first = upload(jsonl(pair(1), pair(2))).version

    second = upload(jsonl(pair(2), pair(3)))

    assert second.counts == (2, 1, 1, 0)
    assert second.job.message == "Version 2 has 1 new row. 1 row known already gave 0 new labels."
    assert second.version.parent == first
    assert second.version.rows == 3
    assert second.version.parts[0] == first.parts[0]
    assert [record.prompt[0].content for record in records(second.version)] == [f"Question {n}?" for n in (1, 2, 3)]


def test_another_label_joins_the_one_record(upload: Upload, dataset: Dataset) -> None:
    first = upload(jsonl(*(pair(number) for number in range(5)))).version
    opposite = {"prompt": "Question 3?", "chosen": "Bad 3.", "rejected": "Good 3."}

    second = upload(jsonl(opposite, opposite))

    assert second.counts == (2, 0, 2, 0)
    assert second.version.number == 2
    labels = [record.labels for record in records(second.version)]
    assert [len(of_record) for of_record in labels] == [1, 1, 1, 2, 1]
    assert labels[3][0].value == -labels[3][1].value
    assert [label.origin for label in labels[3]] == [
        f"import:{Import.objects.first().pk}",
        f"import:{second.taken.pk}",
    ]
    assert second.version.stats["labels"] == 6
    assert first.parts[0]["key"] != second.version.parts[0]["key"]
    assert [len(record.labels) for record in records(first)] == [1] * 5, "the parent version never changes"


def test_repetitions_in_one_file_are_merged_near_and_far(upload: Upload) -> None:
    def voted(number: int, annotator: str) -> dict[str, Any]:
        label = {"chosen": 0, "rejected": 1, "annotator": annotator}
        return {"prompt": f"Q{number}", "responses": ["Good.", "Bad."], "labels": [label]}

    near = [voted(0, "a"), voted(0, "b"), voted(0, "a")]
    between = [voted(number, "a") for number in range(1, 3000)]
    far = [voted(0, "c"), voted(1, "c"), voted(2, "a")]

    imported = upload(jsonl(*near, *between, *far))

    assert imported.counts == (3005, 3000, 5, 0)
    kept = records(imported.version)
    assert len(kept) == len({record.record_id for record in kept}) == 3000
    assert [label.annotator for label in kept[0].labels] == ["a", "b", "c"]
    assert [label.annotator for label in kept[1].labels] == ["a", "c"]
    assert [label.annotator for label in kept[2].labels] == ["a"]
    assert imported.version.stats["labels"] == 3003
    folder = f"datasets/{imported.taken.dataset_id}/imports/{imported.taken.pk}/parts"
    assert store().list(folder) == [part["key"] for part in imported.version.parts], "rewritten parts are removed"


def test_the_content_hash_ignores_order_and_import_but_not_labels(
    upload: Upload, project: Project, admin: User
) -> None:
    one, two, three = (dataset_create(project=project, created_by=admin, name=name) for name in "abc")
    a = upload(jsonl(pair(1), pair(2)), into=one).version
    b = upload(jsonl(pair(2)), into=two).version
    b = upload(jsonl(pair(1)), into=two).version
    c = upload(jsonl(pair(1), pair(2, strength=3)), into=three).version

    assert a.content_hash == b.content_hash
    assert a.content_hash != c.content_hash


def test_many_small_imports_do_not_leave_many_small_parts(upload: Upload) -> None:
    versions = [upload(jsonl(pair(number))).version for number in range(17)]

    assert [len(version.parts) for version in versions] == [*range(1, 16), 1, 2]
    last = versions[-1]
    assert [record.prompt[0].content for record in records(last)] == [f"Question {n}?" for n in range(17)]
    assert (last.rows, last.stats["labels"]) == (17, 17)


def test_a_forced_format_is_used(upload: Upload) -> None:
    row = {"prompt": "P", "responses": ["a", "b"], "chosen": "x y", "rejected": "x z"}

    imported = upload(jsonl(row), format="trl_preference")

    assert imported.taken.format == "trl_preference"
    assert records(imported.version)[0].metadata == {"responses": ["a", "b"]}


def test_only_curators_import(
    client_of: ClientOf, make_member: Callable[..., User], dataset: Dataset, store_folder: Store
) -> None:
    for role, status in (("annotator", 403), ("reviewer", 403), ("curator", 202)):
        file = SimpleUploadedFile("rows.jsonl", jsonl(pair(1)))
        answer = client_of(make_member(role)).post(
            f"/api/datasets/{dataset.pk}/imports/", {"file": file}, format="multipart"
        )
        assert answer.status_code == status
    assert Import.objects.count() == 1


def test_an_idempotency_key_imports_once(admin_client: APIClient, dataset: Dataset, store_folder: Store) -> None:
    answers = [
        admin_client.post(
            f"/api/datasets/{dataset.pk}/imports/",
            {"file": SimpleUploadedFile("rows.jsonl", jsonl(pair(1)))},
            format="multipart",
            headers={"Idempotency-Key": "once"},
        )
        for _ in range(2)
    ]

    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert Import.objects.count() == 1


def test_a_shard_done_twice_gives_the_same_rows(upload: Upload, work: Callable[[int], Job], dataset: Dataset) -> None:
    # A worker that was killed after its shard, before the job's end, leaves exactly this.
    upload(jsonl(pair(1)))
    second = upload(jsonl(pair(1, chosen="Better 1."), pair(2), pair(3)))
    hash_before, parts_before = second.version.content_hash, second.version.parts
    Import.objects.filter(pk=second.taken.pk).update(version=None, state="running")
    second.version.delete()
    JobShard.objects.filter(job=second.job).update(state="pending", result=None)
    Job.objects.filter(pk=second.job.pk).update(state="running", finished_at=None)

    job = work(second.job.pk)

    assert job.state == "succeeded"
    version = DatasetVersion.objects.get(number=2)
    assert (version.content_hash, version.parts) == (hash_before, parts_before)
    assert len(records(version)) == version.rows == 4


def test_an_import_that_was_overtaken_lands_on_top(
    upload: Upload, admin_client: APIClient, dataset: Dataset, work: Callable[[int], Job], monkeypatch: Any
) -> None:
    from curation.datasets import import_job

    first = upload(jsonl(pair(1)))
    plain = import_job.ImportHandler.run_shard
    overtaking: list[Any] = []

    def overtaken(self: Any, job: Job, shard: JobShard, progress: Any) -> dict[str, Any]:
        result = plain(self, job, shard, progress)
        if not overtaking:
            overtaking.append(None)
            overtaking.append(upload(jsonl(pair(2), pair(3, chosen="Best 3."))))
        return result

    monkeypatch.setattr(import_job.ImportHandler, "run_shard", overtaken)
    late = upload(jsonl(pair(2), pair(3), pair(4)))

    assert (first.version.number, overtaking[1].version.number, late.version.number) == (1, 2, 3)
    assert late.version.parent == overtaking[1].version
    assert late.counts == (3, 2, 1, 0)
    assert [r.prompt[0].content[9] for r in records(late.version)] == ["1", "2", "3", "3", "4"]


def test_a_cancelled_import_leaves_nothing_and_can_be_resumed(
    admin_client: APIClient, dataset: Dataset, work: Callable[[int], Job]
) -> None:
    file = SimpleUploadedFile("rows.jsonl", jsonl(pair(1), pair(2)))
    job = admin_client.post(f"/api/datasets/{dataset.pk}/imports/", {"file": file}, format="multipart").json()
    job_cancel(job_id=job["id"])
    cancelled = Import.objects.get()
    assert (cancelled.state, cancelled.version) == ("cancelled", None)

    job_resume(job_id=job["id"])
    work(job["id"])

    assert (Import.objects.get().state, DatasetVersion.objects.get().rows) == ("succeeded", 2)


def test_a_failed_import_can_be_retried(upload: Upload, work: Callable[[int], Job]) -> None:
    imported = upload(b"nonsense\n")
    with store().writer(imported.taken.upload_key) as file:
        file.write(jsonl(pair(1)))

    job_retry_failed(job_id=imported.job.pk)
    job = work(imported.job.pk)

    taken = Import.objects.get()
    assert (job.state, taken.state, taken.rows_new, taken.rows_rejected) == ("succeeded", "succeeded", 1, 0)
    assert taken.quarantine_key == ""
