"""`POST /api/campaigns/{id}/labels/`: answers that are no votes come home as annotations, as they were given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.services.campaigns import annotators_add, campaign_create
from annotation.services.feedback import feedback_submit
from annotation.services.leasing import lease_next
from curation.models import Dataset, DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from tests.curation.datasets.folding.conftest import QUESTIONS, Room, correct, latest, marked, sha256
from tests.curation.datasets.test_annotations import as_written_before
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record, response_id_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_answers_become_annotations_as_they_were_given(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1)
    room.answer(marked)

    job = room.fold()

    assert job.message == "Chats has version 2, with 1 vote and 3 annotations on 1 row."
    record, *others = records(latest(dataset))
    good, bad = (response_id_of(text) for text in ("Good answer 0.", "Bad answer 0."))
    assert [(a.kind, a.question, a.target, a.annotator, a.source, a.origin) for a in record.annotations] == [
        ("spans", "errors", None, "annotator-1", "human", f"campaign:{room.campaign.pk}"),
        ("rationale", "why", None, "annotator-1", "human", f"campaign:{room.campaign.pk}"),
        ("thumbs", "good", good, "annotator-1", "human", f"campaign:{room.campaign.pk}"),
    ]
    spans, why, thumbs = (json.loads(a.body) for a in record.annotations)
    assert spans["marks"][0] | {"note": "", "severity": None, "evidence": None} == spans["marks"][0]
    assert (spans["marks"][0]["quote"], spans["sha256"]) == ("answer", {bad: sha256("Bad answer 0.")})
    assert (why["links"][0]["quote"], thumbs) == ("answer", {good: "up"})
    assert not any(other.annotations for other in others)
    assert latest(dataset).stats["annotation_kinds"] == {"rationale": 1, "spans": 1, "thumbs": 1}
    assert latest(dataset).stats["span_categories"] == {"irrelevant": 1}
    assert latest(dataset).stats["omission_categories"] == {"missing": 1}


def test_folding_twice_changes_nothing_and_a_revision_replaces(
    room: Room, version: DatasetVersion, dataset: Dataset
) -> None:
    room.queue(version, limit=1)
    first = room.answer(marked)
    room.fold()

    again = room.fold()

    assert again.message == (
        "All of this campaign's votes (1) and other answers (3) are in the newest version already; nothing has changed."
    )
    assert latest(dataset).number == 2
    room.revise(first, {"good": {response_id_of("Bad answer 0."): "down"}})
    assert room.fold().message == "Chats has version 3, with 1 annotation on 1 row."
    record = records(latest(dataset))[0]
    assert [a.body for a in record.annotations] == [
        json.dumps({response_id_of("Bad answer 0."): "down"}).replace(" ", "")
    ]
    assert [label.source for label in record.labels] == ["imported"]


def test_the_side_a_response_was_shown_on_leaves_no_trace(
    upload: Upload,
    project: Project,
    admin: User,
    admin_client: APIClient,
    make_member: Callable[..., User],
    work: Callable[[int], Job],
) -> None:
    """The same answers with sides reversed, brought home into two datasets of the same rows."""
    person = make_member("annotator", "ann@example.org")
    found, sides = [], []
    for seed in range(8):
        dataset = Dataset.objects.create(project=project, name=f"D{seed}", created_by=admin)
        version = upload(jsonl(pair(0, chosen="Good answer 0.", rejected="Bad answer 0.")), into=dataset).version
        campaign = campaign_create(project=project, created_by=admin, name="Same", questions=QUESTIONS, seed=seed)
        annotators_add(campaign_id=campaign.pk, emails=[person.email], added_by=admin)
        work(admin_client.post(f"/api/campaigns/{campaign.pk}/queue/", {"dataset_version": version.pk}).json()["id"])
        taken = lease_next(campaign_id=campaign.pk, annotator_id=person.pk)
        assert taken is not None
        shown = taken["item"]["responses"]
        sides.append(shown[0]["content"])
        ids = {response["content"].split()[0]: response["response_id"] for response in shown}
        answers = {**marked(ids), **correct("Good", "Good", "The best.")(ids)}
        feedback_submit(lease_id=taken["lease"]["id"], annotator_id=person.pk, answers=answers)
        work(admin_client.post(f"/api/campaigns/{campaign.pk}/labels/").json()["id"])
        rows = [json.dumps(list(map(_plain, records(latest(dataset)))))]
        found.append([row.replace(f"campaign:{campaign.pk}", "campaign") for row in rows])

    assert set(sides) == {"Good answer 0.", "Bad answer 0."}, "both sides were shown"
    assert all(rows == found[0] for rows in found)


def _plain(record: Record) -> Any:
    def facts(part: Any) -> dict[str, Any]:
        return {
            name: getattr(part, name) for name in part.__struct_fields__ if name != "origin" or part.source == "human"
        }

    return [
        record.record_id,
        [facts(label) for label in record.labels],
        [facts(annotation) for annotation in record.annotations],
        record.metadata,
    ]


def test_parts_of_before_there_were_annotations_are_folded_into(
    room: Room, version: DatasetVersion, dataset: Dataset
) -> None:
    as_written_before(version)
    room.queue(version, limit=1)
    room.answer(marked)

    room.fold()

    folded = records(latest(dataset))
    assert [len(record.annotations) for record in folded] == [3, 0, 0, 0]
    assert room.versions_made() == []


def test_what_others_said_stays(room: Room, upload: Upload, dataset: Dataset) -> None:
    said = {"kind": "text", "question": "note", "body": "Kept."}
    row = {"prompt": "Q?", "responses": ["Good answer 0.", "Bad answer 0."], "annotations": [said]}
    room.queue(upload(jsonl(row)).version)
    room.answer(marked)

    room.fold()

    assert [a.kind for a in records(latest(dataset))[0].annotations] == ["text", "spans", "rationale", "thumbs"]
