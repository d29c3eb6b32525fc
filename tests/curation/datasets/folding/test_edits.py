"""`POST /api/campaigns/{id}/labels/`: edits make rows that say what is better than what."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from annotation.models import Item
from annotation.services.campaigns import campaign_create
from curation.models import Dataset, DatasetVersion
from tests.curation.datasets.conftest import records
from tests.curation.datasets.folding.conftest import Room, correct, latest, preferences, texts
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import record_id_of, response_id_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_edit_makes_a_row_with_the_whole_order(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1)
    room.answer(correct("Good", "Good", "A really good answer 0.", strength=3))

    job = room.fold()

    assert job.message == "Chats has version 2, with 1 vote and 1 annotation on 1 row, and 1 new row."
    folded = latest(dataset)
    base, *_, made = records(folded)
    assert (folded.rows, len(folded.parts)) == (5, 2)
    assert sorted(texts(made).values()) == ["A really good answer 0.", "Bad answer 0.", "Good answer 0."]
    assert made.record_id == record_id_of(base.prompt, texts(made))
    assert preferences(made) == {
        ("A really good answer 0.", "Good answer 0.", 1, 1.0, "annotator-1"),
        ("Good answer 0.", "Bad answer 0.", 3, 3.0, "annotator-1"),
        ("A really good answer 0.", "Bad answer 0.", 3, 3.0, "annotator-1"),
    }
    good, edited = response_id_of("Good answer 0."), response_id_of("A really good answer 0.")
    assert made.metadata == {
        "edited_from": good,
        "edited_to": edited,
        "base_record_id": base.record_id,
        "characters": 10,
        "words": 3,
        "annotator": "annotator-1",
        "made_by": f"campaign:{room.campaign.pk}",
    }
    (annotation,) = base.annotations
    assert (annotation.kind, annotation.target) == ("edit", good)
    assert json.loads(annotation.body)["edits"][0]["text"] == "A really good answer 0."
    assert room.versions_made() == [], "the second time nothing changes"


def test_an_edit_of_what_was_not_preferred_says_only_that(
    room: Room, version: DatasetVersion, dataset: Dataset
) -> None:
    room.queue(version, limit=1)
    room.answer(correct("Good", "Bad", "A better answer 0."))

    room.fold()

    made = records(latest(dataset))[-1]
    assert preferences(made) == {("A better answer 0.", "Bad answer 0.", 1, 1.0, "annotator-1")}


def test_two_people_with_the_same_edit_make_one_row(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1)
    room.answer(correct("Good", "Good", "The best."))
    room.answer(correct(None, "Good", "The best."), person=1)

    room.fold()

    assert latest(dataset).rows == 5
    made = records(latest(dataset))[-1]
    edited = [
        label
        for label in made.labels
        if {label.a, label.b} == {response_id_of("The best."), response_id_of("Good answer 0.")}
    ]
    assert [label.annotator for label in edited] == ["annotator-1", "annotator-2"]
    assert room.versions_made() == []


def test_an_edit_into_another_response_is_a_preference_of_the_row_itself(
    room: Room, version: DatasetVersion, dataset: Dataset
) -> None:
    room.queue(version, limit=1)
    room.answer(correct(None, "Bad", "Good answer 0."))

    room.fold()

    assert latest(dataset).rows == 4
    assert preferences(records(latest(dataset))[0]) == {("Good answer 0.", "Bad answer 0.", 1, 1.0, "annotator-1")}
    assert room.versions_made() == []


def test_a_revised_edit_replaces_the_row_it_made(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1)
    first = room.answer(correct("Good", "Good", "The best."))
    room.fold()
    room.revise(first, correct("Good", "Good", "The very best.")({"Good": response_id_of("Good answer 0.")}))

    job = room.fold()

    assert job.message == "Chats has version 3, with 1 vote and 1 annotation on 1 row, and 1 new row."
    assert latest(dataset).rows == 5
    made = [record for record in records(latest(dataset)) if "edited_from" in record.metadata]
    assert [set(texts(record).values()) for record in made] == [{"Good answer 0.", "Bad answer 0.", "The very best."}]
    assert DatasetVersion.objects.get(dataset=dataset, number=2).rows == 5, "the earlier version never changes"
    assert room.versions_made() == []


def test_a_row_made_by_an_edit_stays_while_somebody_is_asked_about_it(
    room: Room,
    version: DatasetVersion,
    dataset: Dataset,
    project: Project,
    admin: User,
    work: Callable[[int], Job],
    admin_client: APIClient,
) -> None:
    room.queue(version, limit=1)
    first = room.answer(correct("Good", "Good", "The best."))
    room.fold()
    ranked = campaign_create(
        project=project,
        created_by=admin,
        name="Two",
        questions=[{"name": "order", "type": "ranking", "title": "Order"}],
        seed=1,
    )
    body = {"dataset_version": latest(dataset).pk, "filter": {"field": "n_responses", "op": "eq", "value": 3}}
    work(admin_client.post(f"/api/campaigns/{ranked.pk}/queue/", body).json()["id"])
    assert Item.objects.filter(campaign=ranked).count() == 2
    room.revise(first, {"preference": {"better": response_id_of("Good answer 0."), "strength": 1}})

    room.fold()

    kept = [record for record in records(latest(dataset)) if "edited_from" in record.metadata]
    assert [(record.labels, set(texts(record).values())) for record in kept] == [
        ([], {"Good answer 0.", "Bad answer 0.", "The best."})
    ]
    Item.objects.filter(campaign=ranked).delete()
    room.fold()
    assert not any("edited_from" in record.metadata for record in records(latest(dataset)))
    assert latest(dataset).rows == 4


def test_a_pair_of_a_longer_row_is_edited_among_all_its_responses(
    room: Room, version: DatasetVersion, dataset: Dataset
) -> None:
    room.queue(version, filter={"field": "n_responses", "op": "eq", "value": 3})
    assert Item.objects.count() == 3
    taken = room.answer(lambda ids: {"correction": {"edits": [{"response": min(ids.values()), "text": "Zero."}]}})
    assert taken["revision"] == 1

    room.fold()

    made = records(latest(dataset))[-1]
    assert set(texts(made).values()) == {"One.", "Two.", "Three.", "Zero."}
