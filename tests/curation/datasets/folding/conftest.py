"""A campaign over four rows with every kind of question, two people who answer, and what their answers are told by."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign
from annotation.services.campaigns import annotators_add, campaign_create
from annotation.services.feedback import feedback_revise, feedback_submit
from annotation.services.leasing import lease_next
from curation.models import Dataset, DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record

QUESTIONS: list[dict[str, Any]] = [
    {"name": "preference", "type": "pairwise", "title": "Which is better?", "required": False},
    {
        "name": "errors",
        "type": "spans",
        "title": "What is wrong?",
        "required": False,
        "categories": [{"name": "irrelevant", "title": "Irrelevant"}],
        "omissions": [{"name": "missing", "title": "Missing"}],
    },
    {"name": "correction", "type": "edit", "title": "Correct it"},
    {"name": "why", "type": "rationale", "title": "Why?"},
    {"name": "good", "type": "thumbs", "title": "Good?", "required": False},
]


class Room(NamedTuple):
    """A campaign with two annotators, and what can be done in it."""

    campaign: Campaign
    people: tuple[User, User]
    queue: Callable[..., Job]
    fold: Callable[[], Job]

    def answer(self, make: Callable[[dict[str, str]], dict[str, Any]], person: int = 0) -> dict[str, Any]:
        """Answer the person's next item. `make` gets response ids by the first word of their texts."""
        taken = lease_next(campaign_id=self.campaign.pk, annotator_id=self.people[person].pk)
        assert taken is not None
        ids = {response["content"].split()[0]: response["response_id"] for response in taken["item"]["responses"]}
        return feedback_submit(
            lease_id=taken["lease"]["id"], annotator_id=self.people[person].pk, answers=make(ids), duration_ms=1
        )

    def versions_made(self) -> list[int]:
        result = self.fold().result
        assert result is not None
        return list(result["versions"])

    def revise(self, earlier: dict[str, Any], answers: dict[str, Any], person: int = 0) -> None:
        feedback_revise(feedback_id=earlier["id"], annotator_id=self.people[person].pk, answers=answers)


@pytest.fixture
def room(
    project: Project,
    admin: User,
    admin_client: APIClient,
    make_member: Callable[..., User],
    work: Callable[[int], Job],
) -> Room:
    campaign = campaign_create(project=project, created_by=admin, name="One", questions=QUESTIONS, overlap=2, seed=7)
    people = make_member("annotator", "ann@example.org"), make_member("annotator", "bob@example.org")
    annotators_add(campaign_id=campaign.pk, emails=[person.email for person in people], added_by=admin)

    def queue(version: DatasetVersion, **fields: Any) -> Job:
        body = {"dataset_version": version.pk, **fields}
        job = work(admin_client.post(f"/api/campaigns/{campaign.pk}/queue/", body).json()["id"])
        assert job.state == "succeeded", job.message
        return job

    def fold() -> Job:
        job = work(admin_client.post(f"/api/campaigns/{campaign.pk}/labels/").json()["id"])
        assert job.state == "succeeded", job.message
        return job

    return Room(campaign, people, queue, fold)


@pytest.fixture
def version(upload: Upload) -> DatasetVersion:
    rows = [
        {
            "prompt": f"Question {number}?",
            "responses": [f"Good answer {number}.", f"Bad answer {number}."],
            "labels": [{"chosen": 0, "rejected": 1}],
        }
        for number in range(3)
    ]
    return upload(jsonl(*rows, {"prompt": "Three?", "responses": ["One.", "Two.", "Three."]})).version


def latest(dataset: Dataset) -> DatasetVersion:
    found = DatasetVersion.objects.filter(dataset=dataset).order_by("-number").first()
    assert found is not None
    return found


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def texts(record: Record) -> dict[str, str]:
    return {response.response_id: response.content for response in record.responses}


def preferences(record: Record) -> set[tuple[str, str, int | None, float | None, str | None]]:
    """Better and worse text, value towards the better one, strength, annotator."""
    content = texts(record)
    return {
        (
            content[label.b if label.value > 0 else label.a],
            content[label.a if label.value > 0 else label.b],
            abs(label.value),
            label.strength,
            label.annotator,
        )
        for label in record.labels
        if label.value and label.source == "human"
    }


def marked(ids: dict[str, str]) -> dict[str, Any]:
    good, bad = ids["Good"], ids["Bad"]
    return {
        "preference": {"better": good, "strength": 2},
        "errors": {
            "sha256": {bad: sha256("Bad answer 0.")},
            "marks": [{"target": bad, "start": 4, "end": 10, "quote": "answer", "category": "irrelevant"}],
            "omissions": [{"target": bad, "category": "missing"}],
            "no_error": [good],
        },
        "why": {
            "text": "It says answer.",
            "links": [{"start": 8, "end": 14, "target": bad, "from": 4, "to": 10, "quote": "answer"}],
        },
        "good": {good: "up"},
    }


def correct(
    better: str | None, edited: str, text: str, strength: int = 2
) -> Callable[[dict[str, str]], dict[str, Any]]:
    def make(ids: dict[str, str]) -> dict[str, Any]:
        answers: dict[str, Any] = {"correction": {"edits": [{"response": ids[edited], "text": text}]}}
        if better is not None:
            answers["preference"] = {"better": ids[better], "strength": strength}
        return answers

    return make
