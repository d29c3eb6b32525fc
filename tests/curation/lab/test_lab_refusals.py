"""Lab runs that cannot be: each says why in a sentence and leaves nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from rest_framework.test import APIClient

from curation.models import DatasetVersion, LabRun
from tests.curation.lab.conftest import Start, Work, world
from tests.curation.making import make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"seeds": 2}, 400, "seeds: Ensure this value is greater than or equal to 3."),
        ({"review_budget": 0}, 400, "review_budget: Give a share of the pairs above 0."),
        ({"gold": {"fraction": 0.6}}, 400, "gold.fraction: Ensure this value is less than or equal to 0.5."),
        ({"gold": {}}, 400, "gold: Give the source “adjudicated”, or the fraction to hold out."),
        ({"gold": {"source": "held_out"}}, 400, "gold: Give the source “adjudicated”, or the fraction to hold out."),
        ({"features": "pixels"}, 400, 'features: "pixels" is not a valid choice.'),
        ({"dataset_version": 0}, 400, "dataset_version: Ensure this value is greater than or equal to 1."),
        ({"dataset_version": 999_999}, 404, "There is no dataset version 999999, or you may not see it."),
        ({"chosen": []}, 422, "recipes: choose at least two different recipes, each once."),
        ({"chosen": [999_998, 999_999]}, 422, "recipes: this project has no recipe 999998."),
        (
            {"gold": {"source": "adjudicated"}},
            422,
            "The gold set has 0 pairs; the lab needs 50. Please adjudicate more, or label more.",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_and_leaves_nothing(
    start: Start, project: Project, admin: User, store_folder: Any, body: Any, status: int, message: str
) -> None:
    version = make_version(project, admin, world(23, pairs=300))

    refused = start(version, **body)

    assert (refused.status_code, refused.json()["message"]) == (status, message)
    assert not LabRun.objects.exists()
    assert not Job.objects.exists()
    assert store().list("lab-runs") == []


def test_steps_that_do_not_fit_and_too_few_pairs_are_named(
    start: Start, project: Project, admin: User, store_folder: Any
) -> None:
    version = make_version(project, admin, world(23, pairs=300))
    foreign = {"Everything": [], "Zones": [{"type": "zones", "signal": 77}]}
    strict = {"Everything": [], "Tiny": [{"type": "select", "budget": 90}]}

    unfit, few = start(version, foreign), start(version, strict)

    assert (unfit.status_code, unfit.json()["message"]) == (422, "“Zones”: Step 2: this version has no signal 77.")
    assert few.status_code == 422
    assert few.json()["message"].startswith("“Tiny” has ")
    assert few.json()["message"].endswith("the lab needs 100 pairs on 20 prompts of every arm.")
    assert not LabRun.objects.exists()


def test_a_version_that_is_being_built_waits_and_one_of_another_project_is_refused(
    start: Start, project: Project, admin: User, store_folder: Any
) -> None:
    from webapp.projects.services.projects import project_create

    elsewhere = make_version(project_create(created_by=admin, name="Other"), admin, world(1, pairs=10))
    building = make_version(project, admin, world(1, pairs=10))
    DatasetVersion.objects.filter(pk=building.pk).update(state="building")

    assert start(elsewhere).status_code == 422
    assert start(building).status_code == 409
    assert not LabRun.objects.exists()


def test_a_run_without_scores_fails_with_a_sentence(
    start: Start, work: Work, project: Project, admin: User, client: APIClient
) -> None:
    records = world(29, pairs=300)
    for record in records:
        record.responses = [msgspec.structs.replace(each, scores=None) for each in record.responses]
    version = make_version(project, admin, records)

    job = work(start(version).json()["id"])

    assert job.state == "failed"
    assert job.message.startswith("Of the pairs with scores of both responses: The gold set has 0 pairs")
    assert client.get(f"/api/projects/{project.pk}/lab-runs/").json()["results"][0]["state"] == "failed"
