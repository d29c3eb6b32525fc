"""What a recipe doubts goes to people in one call; people approve what is frozen; every pair can say why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Item
from curation.models import DatasetVersion, Snapshot, SnapshotApproval
from curation.snapshots.selectors import snapshot_get
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]
STEPS = [
    {"type": "labels"},
    {"type": "filter", "on": {"fact": "votes"}, "min": 2, "outside": "review"},
    {"type": "strength", "min_strength": 1.5},
]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def version(project: Project, admin: User) -> DatasetVersion:
    """Five pairs with two clear votes, four with one vote, one weak."""
    records = [make_record(f"clear {n}", ["good", "bad"], [(0, 1, -2, "human"), (0, 1, -3, "human")]) for n in range(5)]
    records += [make_record(f"single {n}", ["good", "bad"], [(0, 1, 2, "human")]) for n in range(4)]
    records += [make_record("weak", ["good", "bad"], [(0, 1, -1, "human"), (0, 1, -1, "human")])]
    return make_version(project, admin, records, rows_per_part=3)


def freeze(client: APIClient, work: Work, version: DatasetVersion, steps: Any) -> Snapshot:
    project = version.dataset.project_id
    recipe = client.post(f"/api/projects/{project}/recipes/", {"name": "R", "steps": steps}).json()
    job = client.post(f"/api/recipes/{recipe['id']}/snapshots/", {"dataset_version": version.pk}).json()
    work(job["id"])
    return snapshot_get(job["subject"]["id"])


@pytest.fixture
def snapshot(client: APIClient, work: Work, version: DatasetVersion) -> Snapshot:
    return freeze(client, work, version, STEPS)


@pytest.fixture
def campaign(client: APIClient, project: Project) -> int:
    body = {"name": "Second look", "template": "pairwise", "overlap": 3}
    return int(client.post(f"/api/projects/{project.pk}/campaigns/", body).json()["id"])


def test_what_is_set_aside_goes_to_a_campaign(client: APIClient, work: Work, snapshot: Snapshot, campaign: int) -> None:
    job = client.post(f"/api/snapshots/{snapshot.pk}/review/", {"campaign": campaign})

    assert job.status_code == 202, job.json()
    assert work(job.json()["id"]).message == "4 items added to the queue."
    asked = {item.prompt[0]["content"] for item in Item.objects.filter(campaign=campaign)}
    assert asked == {f"single {n}" for n in range(4)}


def test_nothing_to_review_is_refused(client: APIClient, work: Work, version: DatasetVersion, campaign: int) -> None:
    snapshot = freeze(client, work, version, [{"type": "strength"}])
    jobs = Job.objects.count()

    refused = client.post(f"/api/snapshots/{snapshot.pk}/review/", {"campaign": campaign})

    assert refused.status_code == 422
    assert refused.json()["message"].startswith("This snapshot set no pair aside for review")
    assert Job.objects.count() == jobs


def test_a_campaign_that_is_not_there_is_refused(client: APIClient, snapshot: Snapshot) -> None:
    refused = client.post(f"/api/snapshots/{snapshot.pk}/review/", {"campaign": 10**6})

    assert refused.status_code == 404
    assert not Item.objects.exists()


def test_a_person_approves_once_and_may_withdraw(client: APIClient, snapshot: Snapshot, admin: User) -> None:
    url = f"/api/snapshots/{snapshot.pk}/approval/"
    client.post(url, {"note": "First look"})

    again = client.post(url, {"note": "Looked at the review rows as well"}).json()

    assert [(each["approved_by"]["id"], each["note"]) for each in again["approvals"]] == [
        (admin.pk, "Looked at the review rows as well")
    ]
    assert again["content_hash"] == snapshot.content_hash
    assert client.delete(url).json()["approvals"] == []
    assert client.delete(url).status_code == 200
    assert not SnapshotApproval.objects.exists()


def test_a_snapshot_that_is_not_ready_cannot_be_approved(client: APIClient, snapshot: Snapshot) -> None:
    building = Snapshot.objects.create(
        project=snapshot.project,
        recipe=snapshot.recipe,
        steps=snapshot.steps,
        dataset_version=snapshot.dataset_version,
        name="Building",
        created_by=snapshot.created_by,
    )

    refused = client.post(f"/api/snapshots/{building.pk}/approval/", {})

    assert refused.status_code == 409
    assert not SnapshotApproval.objects.exists()


def test_a_pair_says_why(client: APIClient, work: Work, version: DatasetVersion) -> None:
    accepted = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": "human_strength"}).json()
    work(accepted["id"])
    looks = {"type": "signal_margin", "signal": accepted["subject"]["id"], "min": 0}
    snapshot = freeze(client, work, version, [*STEPS, looks])
    rows = {
        row["prompt"][0]["content"]: row
        for decision in ("keep", "drop", "review")
        for row in client.get(f"/api/snapshots/{snapshot.pk}/rows/", {"decision": decision}).json()["results"]
    }

    def why(name: str) -> Any:
        return client.get(f"/api/snapshots/{snapshot.pk}/pairs/{rows[name]['pair_id']}/").json()

    clear, single, weak = why("clear 0"), why("single 1"), why("weak")
    assert sorted(label["towards_chosen"] for label in clear["labels"]) == [2, 3]
    assert [step["said"] for step in clear["steps"]] == ["kept"] * 4
    assert clear["signals"][0]["provenance"]["algorithm"] == "human_strength"
    assert clear["signals"][0]["values"][0]["columns"]["votes"] == 2
    assert [(step["said"], step["reason"]) for step in single["steps"]] == [
        ("kept", None),
        ("review", "too_small"),
        ("not reached", None),
        ("not reached", None),
    ]
    assert [step["said"] for step in weak["steps"]] == ["kept", "kept", "drop", "not reached"]
    assert weak["pair"]["reason"] == "too_weak"
    assert client.get(f"/api/snapshots/{snapshot.pk}/pairs/{'0' * 32}/").status_code == 404
