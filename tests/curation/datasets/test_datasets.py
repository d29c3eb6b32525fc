"""`/api/projects/{id}/datasets/`, versions, and who may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.datasets.services import dataset_create
from curation.models import Dataset
from tests.curation.datasets.conftest import Upload, jsonl, pair
from webapp.accounts.models import User
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]


def test_a_dataset_is_created_and_listed(admin_client: APIClient, project: Project) -> None:
    answer = admin_client.post(f"/api/projects/{project.pk}/datasets/", {"name": "Chats", "description": "Red team"})

    body = answer.json()
    assert answer.status_code == 201
    assert {**body, "id": 0, "created_at": ""} == {
        "id": 0,
        "project": project.pk,
        "name": "Chats",
        "description": "Red team",
        "latest_version": None,
        "created_at": "",
    }
    assert admin_client.get(f"/api/projects/{project.pk}/datasets/").json() == {"results": [body], "next": None}
    assert admin_client.get(f"/api/datasets/{body['id']}/").json() == body


def test_a_name_is_used_once_in_a_project(admin_client: APIClient, project: Project, dataset: Dataset) -> None:
    answer = admin_client.post(f"/api/projects/{project.pk}/datasets/", {"name": dataset.name})

    assert answer.status_code == 409
    assert answer.json()["message"] == "This project has a dataset called “Chats” already; choose another name."
    assert Dataset.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 121}])
def test_a_dataset_needs_a_name(admin_client: APIClient, project: Project, body: dict[str, Any]) -> None:
    answer = admin_client.post(f"/api/projects/{project.pk}/datasets/", body)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["name"])
    assert Dataset.objects.count() == 0


def test_versions_are_listed_newest_first(upload: Upload, admin_client: APIClient, dataset: Dataset) -> None:
    for number in range(3):
        upload(jsonl(pair(number)))

    body = admin_client.get(f"/api/datasets/{dataset.pk}/versions/", {"limit": 2}).json()
    following = admin_client.get(f"/api/datasets/{dataset.pk}/versions/", {"cursor": body["next"]}).json()

    assert [(version["number"], version["rows"]) for version in body["results"]] == [(3, 3), (2, 2)]
    assert [version["number"] for version in following["results"]] == [1]
    assert body["results"][0]["parent"] == body["results"][1]["id"]
    one = body["results"][0]
    assert admin_client.get(f"/api/dataset-versions/{one['id']}/").json() == one


def test_imports_are_listed_newest_first(upload: Upload, admin_client: APIClient, dataset: Dataset) -> None:
    upload(jsonl(pair(1)), "one.jsonl")
    upload(b"nonsense", "two.jsonl")

    body = admin_client.get(f"/api/datasets/{dataset.pk}/imports/").json()

    assert [(entry["filename"], entry["state"]) for entry in body["results"]] == [
        ("two.jsonl", "failed"),
        ("one.jsonl", "succeeded"),
    ]


def test_listing_costs_the_same_however_many_there_are(
    admin_client: APIClient, project: Project, admin: User, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        dataset_create(project=project, created_by=admin, name=f"Dataset {number}")

    with django_assert_num_queries(3):
        admin_client.get(f"/api/projects/{project.pk}/datasets/")


def test_outsiders_learn_nothing(
    upload: Upload,
    client_of: ClientOf,
    make_user: Callable[..., User],
    make_member: Callable[..., User],
    dataset: Dataset,
) -> None:
    imported = upload(jsonl(pair(1)))
    addresses = [
        f"/api/projects/{dataset.project_id}/datasets/",
        f"/api/datasets/{dataset.pk}/",
        f"/api/datasets/{dataset.pk}/imports/",
        f"/api/datasets/{dataset.pk}/versions/",
        f"/api/imports/{imported.taken.pk}/",
        f"/api/imports/{imported.taken.pk}/quarantine/",
        f"/api/dataset-versions/{imported.version.pk}/",
        f"/api/dataset-versions/{imported.version.pk}/rows/",
    ]
    stranger, annotator = client_of(make_user("stranger@example.org")), client_of(make_member("annotator"))

    assert [stranger.get(address).status_code for address in addresses] == [404] * len(addresses)
    assert [annotator.get(address).status_code for address in addresses] == [403] * len(addresses)
    assert annotator.get("/api/datasets/999999/").status_code == 404
