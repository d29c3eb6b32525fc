"""Scheduled refreshes: a round goes from votes to a snapshot by itself, once, and says what it waits for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Recipe, Signal, Snapshot, SnapshotRefresh
from curation.snapshots.refreshing import refreshes_advance
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
Work = Callable[[int], Job]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: ClientOf, admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def version(project: Project, admin: User, work: Work) -> DatasetVersion:
    return version_with(project, admin, 10)


def version_with(project: Project, admin: User, pairs: int, after: DatasetVersion | None = None) -> DatasetVersion:
    records = [make_record(f"Question {n}", [f"good {n}", "bad"], [(0, 1, -2, "human")]) for n in range(pairs)]
    made = make_version(project, admin, records)
    if after is not None:
        made.dataset, made.number = after.dataset, after.number + 1
        made.save(update_fields=["dataset", "number"])
    return made


@pytest.fixture
def length(client: APIClient, version: DatasetVersion, work: Work) -> Signal:
    job = client.post(f"/api/dataset-versions/{version.pk}/signals/", {"kind": "length", "params": {}}).json()
    work(job["id"])
    return Signal.objects.get(dataset_version=version)


@pytest.fixture
def recipe(client: APIClient, project: Project, length: Signal) -> Recipe:
    longer = {"type": "filter", "on": {"signal": length.pk, "column": "score"}, "min": 0}
    made = client.post(f"/api/projects/{project.pk}/recipes/", {"name": "Longer", "steps": [longer]})
    assert made.status_code == 201, made.json()
    return Recipe.objects.get(pk=made.json()["id"])


@pytest.fixture
def refresh(client: APIClient, project: Project, recipe: Recipe, version: DatasetVersion) -> SnapshotRefresh:
    body = {"recipe": recipe.pk, "dataset": version.dataset_id, "every_hours": 24, "test_fraction": 0, "seed": 7}
    made = client.post(f"/api/projects/{project.pk}/snapshot-refreshes/", body)
    assert made.status_code == 201, made.json()
    return SnapshotRefresh.objects.get(pk=made.json()["id"])


def advance(refresh: SnapshotRefresh, now: datetime | None = None) -> SnapshotRefresh:
    refreshes_advance(now=now)
    refresh.refresh_from_db()
    return refresh


def test_the_first_round_freezes_what_is_there_and_the_next_finds_nothing_new(
    refresh: SnapshotRefresh, version: DatasetVersion, work: Work
) -> None:
    due = refresh.next_at

    advance(refresh)
    assert (refresh.state, refresh.message) == ("freezing", "Freezing version 1.")
    assert refresh.job_id is not None
    advance(refresh)
    assert refresh.state == "freezing"
    work(refresh.job_id)
    advance(refresh)

    assert (refresh.state, refresh.message) == ("waiting", "10 of 10 pairs frozen.")
    assert refresh.next_at == due + timedelta(hours=24)
    snapshot = Snapshot.objects.get()
    assert (snapshot.state, snapshot.seed, snapshot.dataset_version_id) == ("ready", 7, version.pk)
    assert refreshes_advance() == 0

    advance(refresh, due + timedelta(hours=80))

    assert (refresh.state, refresh.message) == ("waiting", "Nothing new since version 1.")
    assert refresh.next_at == due + timedelta(hours=96)
    assert Snapshot.objects.count() == 1


def test_a_new_version_gets_the_recipes_signals_of_its_own(
    client: APIClient,
    refresh: SnapshotRefresh,
    version: DatasetVersion,
    length: Signal,
    work: Work,
    project: Project,
    admin: User,
) -> None:
    newer = version_with(project, admin, 25, after=version)

    advance(refresh)
    assert refresh.state == "scoring"
    assert refresh.message == "Computing Length in characters on version 2."
    own = Signal.objects.get(dataset_version=newer)
    assert (own.kind, own.params) == (length.kind, length.params)
    advance(refresh)
    assert Signal.objects.filter(dataset_version=newer).count() == 1
    assert own.job_id is not None
    work(own.job_id)
    advance(refresh)
    assert refresh.state == "freezing"
    work(refresh.job_id or 0)
    advance(refresh)

    snapshot = Snapshot.objects.get()
    assert snapshot.dataset_version_id == newer.pk
    assert snapshot.steps[1]["on"]["signal"] == own.pk
    assert snapshot.counts["kept"] == 25
    shown = client.get(f"/api/snapshot-refreshes/{refresh.pk}/").json()
    assert shown["snapshot"] == {"id": snapshot.pk, "name": snapshot.name}


def test_a_round_whose_job_failed_says_so_and_tries_again_next_time(
    client: APIClient, refresh: SnapshotRefresh, version: DatasetVersion, work: Work
) -> None:
    advance(refresh)
    Job.objects.filter(pk=refresh.job_id).update(state="failed", finished_at=timezone.now())
    advance(refresh)

    assert refresh.state == "failed"
    assert (
        refresh.message
        == "The round stopped: “Freeze Longer on Made " + refresh.dataset.name.split()[-1] + " v1” failed."
    )
    assert refresh.next_at > timezone.now()
    advance(refresh, refresh.next_at)
    assert refresh.state == "freezing"
    work(refresh.job_id or 0)
    assert advance(refresh, refresh.next_at).state == "waiting"


def test_a_campaigns_votes_come_home_first(
    client: APIClient, refresh: SnapshotRefresh, project: Project, version: DatasetVersion, work: Work
) -> None:
    body = {"name": "More votes", "template": "pairwise"}
    campaign = client.post(f"/api/projects/{project.pk}/campaigns/", body)
    assert campaign.status_code == 201, campaign.json()
    queued = client.post(f"/api/campaigns/{campaign.json()['id']}/queue/", {"dataset_version": version.pk})
    work(queued.json()["id"])
    client.delete(f"/api/snapshot-refreshes/{refresh.pk}/")
    asked = {"recipe": refresh.recipe_id, "dataset": version.dataset_id, "every_hours": 1}
    made = client.post(
        f"/api/projects/{project.pk}/snapshot-refreshes/", {**asked, "campaign": campaign.json()["id"]}
    ).json()
    again = SnapshotRefresh.objects.get(pk=made["id"])

    advance(again)

    assert (again.state, again.message) == ("folding", "Bringing home the votes of More votes.")
    work(again.job_id or 0)
    assert advance(again).state == "freezing"


def test_two_workers_take_one_step_once(refresh: SnapshotRefresh) -> None:
    def go(_: int) -> None:
        try:
            refreshes_advance()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(go, range(8)))

    assert Snapshot.objects.count() == 1
    assert Job.objects.filter(kind="snapshot.freeze").count() == 1


def test_a_paused_refresh_waits_and_runs_when_it_is_told_to(client: APIClient, refresh: SnapshotRefresh) -> None:
    address = f"/api/snapshot-refreshes/{refresh.pk}/"
    assert client.patch(address, {"is_active": False, "every_hours": 6}).json()["is_active"] is False
    assert refreshes_advance() == 0
    refused = client.post(f"{address}run/")
    assert (refused.status_code, refused.json()["message"]) == (409, "This refresh is paused; let it go on first.")

    client.patch(address, {"is_active": True})
    SnapshotRefresh.objects.update(next_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert refreshes_advance() == 0
    assert client.post(f"{address}run/").json()["message"] == "About to begin."

    assert advance(refresh).state == "freezing"
    under_way = client.post(f"{address}run/")
    assert (under_way.status_code, refresh.every_hours) == (409, 6)


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({}, 409, "“Longer” over "),
        ({"every_hours": 0}, 400, "every_hours: "),
        ({"recipe": 99999}, 400, "recipe: give the id of a recipe of this project."),
        ({"dataset": 99999}, 400, "dataset: give the id of a dataset of this project."),
        ({"campaign": 99999}, 400, "campaign: give the id of a campaign of this project."),
    ],
)
def test_what_cannot_be_refreshed_is_refused(
    client: APIClient, refresh: SnapshotRefresh, change: dict[str, Any], status: int, sentence: str
) -> None:
    body = {"recipe": refresh.recipe_id, "dataset": refresh.dataset_id, "every_hours": 24, **change}

    answer = client.post(f"/api/projects/{refresh.project_id}/snapshot-refreshes/", body)

    assert (answer.status_code, SnapshotRefresh.objects.count()) == (status, 1)
    assert answer.json()["message"].startswith(sentence)


def test_a_recipe_takes_over_another_versions_signals(
    client: APIClient,
    recipe: Recipe,
    version: DatasetVersion,
    length: Signal,
    work: Work,
    project: Project,
    admin: User,
) -> None:
    newer = version_with(project, admin, 3, after=version)
    body = {"dataset_version": newer.pk, "steps": recipe.steps}

    before = client.post("/api/recipes/rebind/", body).json()
    job = client.post(f"/api/dataset-versions/{newer.pk}/signals/", {"kind": "length", "params": {}}).json()
    work(job["id"])
    after = client.post("/api/recipes/rebind/", body).json()

    assert before == {"steps": recipe.steps, "missing": ["Length in characters"]}
    own = Signal.objects.get(dataset_version=newer)
    assert after["missing"] == []
    assert after["steps"][1] == {**recipe.steps[1], "on": {**recipe.steps[1]["on"], "signal": own.pk}}
