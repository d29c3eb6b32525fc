"""Exports through the API: written once, described, downloaded by name only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from curation.models import Snapshot
from curation.snapshots.freezing import PAIRS
from trainer_bridge.models import Export
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.jobs.services import job_cancel, job_resume
from webapp.projects.models import Project
from webapp.store.files import Store, store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
MakeSnapshot = Callable[..., Snapshot]
Work = Callable[[int], Job]


def content(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["trl_preference", "trl_reward"])
def test_a_snapshot_is_exported_and_every_file_can_be_downloaded(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot, work: Work, key: str
) -> None:
    client, snapshot = client_of(admin), make_snapshot(train=24, test=4)

    accepted = client.post(f"/api/snapshots/{snapshot.pk}/exports/", {"format": key})
    ended = work(accepted.json()["id"])
    export = client.get(f"/api/exports/{ended.subject_id}/").json()

    assert (accepted.status_code, ended.subject_type, ended.state) == (202, "export", "succeeded")
    assert (ended.message, ended.result) == ("28 pairs written.", {"export": export["id"], "rows": 28})
    assert (export["state"], export["snapshot"], export["format"]) == ("ready", snapshot.pk, key)
    assert export["job"] == accepted.json()["id"]
    assert {file["name"]: file["rows"] for file in export["files"]} == {
        "train.parquet": 24,
        "train.jsonl": 24,
        "test.parquet": 4,
        "test.jsonl": 4,
        "README.md": None,
        "manifest.json": None,
    }
    for file in export["files"]:
        answer = client.get(f"/api/exports/{export['id']}/download/", {"file": file["name"]})
        data = content(answer)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size_bytes"], file["sha256"])
        assert answer["Content-Length"] == str(file["size_bytes"])
        assert answer["Content-Disposition"] == f'attachment; filename="round-1-{key}-{file["name"]}"'


def test_the_manifest_travels_with_the_files(
    client_of: ClientOf, admin: User, make_export: Callable[..., Export]
) -> None:
    export = make_export("trl_reward")
    client = client_of(admin)

    shown = client.get(f"/api/exports/{export.pk}/").json()["manifest"]
    shipped = orjson.loads(content(client.get(f"/api/exports/{export.pk}/download/", {"file": "manifest.json"})))
    card = content(client.get(f"/api/exports/{export.pk}/download/", {"file": "README.md"})).decode()

    assert shown == shipped
    assert shown["snapshot"]["content_hash"] == export.snapshot.content_hash
    assert shown["rows"] == {"train": 24, "test": 4}
    assert "margin = min(|strength|, 3) / 3" in shown["margin"]["formula"]
    assert "load_dataset" in card
    assert "RewardTrainer" in card


def test_what_a_recipe_did_to_labels_is_not_passed_over(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot, work: Work
) -> None:
    snapshot = make_snapshot(train=10, test=0)
    with store().open(snapshot.pairs_key) as file:
        rows = pq.read_table(file).to_pylist()
    rows[0]["flipped"], rows[1]["soft_label"], rows[2]["weight"] = True, 0.7, 0.5
    with store().writer(snapshot.pairs_key) as file:
        pq.write_table(pa.Table.from_pylist(rows, schema=PAIRS), file)
    client = client_of(admin)

    accepted = client.post(f"/api/snapshots/{snapshot.pk}/exports/", {"format": "trl_reward"}).json()
    work(accepted["id"])

    export = client.get(f"/api/exports/{accepted['subject']['id']}/").json()
    warnings = " ".join(export["manifest"]["warnings"])
    assert "1 rows have a soft label in the snapshot and count here as if they had none" in warnings
    assert "1 rows have a weight in the snapshot and count here as if they had none" in warnings
    assert "1 rows have no strength of their own" in warnings
    lines = content(client.get(f"/api/exports/{export['id']}/download/", {"file": "train.jsonl"})).splitlines()
    assert [orjson.loads(line)["margin"] for line in lines[:2]] == [0.0, pytest.approx(2 / 3)]


def test_asking_again_starts_nothing(client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot, work: Work) -> None:
    client, url = client_of(admin), f"/api/snapshots/{make_snapshot().pk}/exports/"
    first = client.post(url, {"format": "trl_preference"}).json()

    while_building = client.post(url, {"format": "trl_preference"})
    work(first["id"])
    when_ready = client.post(url, {"format": "trl_preference"})
    other_format = client.post(url, {"format": "trl_reward"}).json()

    assert while_building.json()["id"] == when_ready.json()["id"] == first["id"]
    assert (while_building.status_code, when_ready.status_code) == (202, 202)
    assert when_ready.json()["state"] == "succeeded"
    assert other_format["id"] != first["id"]
    assert (Export.objects.count(), Job.objects.filter(kind="export.write").count()) == (2, 2)


def test_an_export_without_pairs_fails_and_may_be_asked_for_again(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot, work: Work, store_folder: Store
) -> None:
    client, url = client_of(admin), f"/api/snapshots/{make_snapshot(train=0, test=0).pk}/exports/"

    first = client.post(url, {"format": "trl_reward"}).json()
    ended = work(first["id"])
    second = client.post(url, {"format": "trl_reward"}).json()

    assert (ended.state, ended.message) == (
        "failed",
        "This snapshot keeps no pairs, so there is nothing to export; loosen its recipe.",
    )
    assert Export.objects.get(pk=ended.subject_id).state == "failed"
    assert store_folder.list(f"exports/{ended.subject_id}") == []
    assert second["id"] != first["id"]


def test_a_cancelled_export_can_be_resumed(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot, work: Work
) -> None:
    job = client_of(admin).post(f"/api/snapshots/{make_snapshot().pk}/exports/", {"format": "trl_reward"}).json()

    job_cancel(job_id=job["id"])
    cancelled = Export.objects.get().state
    job_resume(job_id=job["id"])
    work(job["id"])

    assert (cancelled, Export.objects.get().state) == ("cancelled", "ready")


def test_a_cancelled_export_that_was_replaced_cannot_be_resumed(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot
) -> None:
    client, url = client_of(admin), f"/api/snapshots/{make_snapshot().pk}/exports/"
    job = client.post(url, {"format": "trl_reward"}).json()
    client.post(f"/api/jobs/{job['id']}/cancel/")
    client.post(url, {"format": "trl_reward"})

    answer = client.post(f"/api/jobs/{job['id']}/resume/")

    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "This snapshot was exported again meanwhile; use that export.",
    )
    assert sorted(Export.objects.values_list("state", flat=True)) == ["building", "cancelled"]
    assert Job.objects.get(pk=job["id"]).state == "cancelled"


def test_a_snapshot_that_is_not_ready_is_not_exported(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot
) -> None:
    snapshot = make_snapshot(state="building")

    answer = client_of(admin).post(f"/api/snapshots/{snapshot.pk}/exports/", {"format": "trl_reward"})

    assert (answer.status_code, answer.json()["type"]) == (409, "conflict")
    assert Export.objects.count() == 0


def test_an_unknown_format_is_refused(client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot) -> None:
    answer = client_of(admin).post(f"/api/snapshots/{make_snapshot().pk}/exports/", {"format": "csv"})

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"format"})
    assert (Export.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "name", ["", "nothing.parquet", "../1/train.parquet", "/etc/passwd", "%2e%2e/x", "train.parquet/..", "a\x00b"]
)
def test_only_listed_files_can_be_downloaded(
    client_of: ClientOf, admin: User, make_export: Callable[..., Export], name: str
) -> None:
    export = make_export()

    answer = client_of(admin).get(f"/api/exports/{export.pk}/download/", {"file": name} if name else {})

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"file"})


def test_an_unfinished_export_has_nothing_to_download(
    client_of: ClientOf, admin: User, make_snapshot: MakeSnapshot
) -> None:
    client = client_of(admin)
    client.post(f"/api/snapshots/{make_snapshot().pk}/exports/", {"format": "trl_reward"})

    answer = client.get(f"/api/exports/{Export.objects.get().pk}/download/", {"file": "train.parquet"})

    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("role", "seen", "made"), [("annotator", 403, 403), ("reviewer", 403, 403), ("curator", 200, 202)]
)
def test_who_may_export(
    client_of: ClientOf,
    make_member: Callable[..., User],
    make_export: Callable[..., Export],
    project: Project,
    role: str,
    seen: int,
    made: int,
) -> None:
    export = make_export()
    client = client_of(make_member(role))

    assert client.post(f"/api/snapshots/{export.snapshot_id}/exports/", {"format": "trl_reward"}).status_code == made
    for url in (
        f"/api/exports/{export.pk}/",
        f"/api/exports/{export.pk}/download/?file=README.md",
        f"/api/snapshots/{export.snapshot_id}/exports/",
        f"/api/projects/{project.pk}/exports/",
    ):
        assert client.get(url).status_code == seen


def test_outsiders_see_no_exports(
    client_of: ClientOf, make_user: Callable[..., User], make_export: Callable[..., Export]
) -> None:
    export, client = make_export(), client_of(make_user("outsider@example.org"))

    assert client.get(f"/api/exports/{export.pk}/").status_code == 404
    assert client.get(f"/api/exports/{export.pk}/download/", {"file": "train.jsonl"}).status_code == 404
    assert client.get("/api/exports/999999/").json() == client.get(f"/api/exports/{export.pk}/").json()


def test_lists_are_newest_first(
    client_of: ClientOf, admin: User, project: Project, make_export: Callable[..., Export]
) -> None:
    first, second = make_export("trl_reward"), make_export("trl_preference")
    client = client_of(admin)

    listed = client.get(f"/api/projects/{project.pk}/exports/").json()["results"]
    of_snapshot = client.get(f"/api/snapshots/{first.snapshot_id}/exports/").json()["results"]

    assert [export["id"] for export in listed] == [second.pk, first.pk]
    assert [export["id"] for export in of_snapshot] == [first.pk]
