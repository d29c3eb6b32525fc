"""`POST /api/campaigns/{id}/labels/`: answers that are no votes, edits, contexts and masks come home."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from annotation.models import Campaign, Item
from annotation.services.campaigns import annotators_add, campaign_create
from annotation.services.feedback import feedback_revise, feedback_submit
from annotation.services.leasing import lease_next
from curation.datasets.unmasking import Unmasking, unmasked
from curation.models import Dataset, DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from tests.curation.datasets.test_annotations import as_written_before
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record, record_id_of, response_id_of

pytestmark = pytest.mark.django_db(transaction=True)

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
SAFE = "Which is safer?"


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


def correct(
    better: str | None, edited: str, text: str, strength: int = 2
) -> Callable[[dict[str, str]], dict[str, Any]]:
    def make(ids: dict[str, str]) -> dict[str, Any]:
        answers: dict[str, Any] = {"correction": {"edits": [{"response": ids[edited], "text": text}]}}
        if better is not None:
            answers["preference"] = {"better": ids[better], "strength": strength}
        return answers

    return make


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


def test_items_under_a_context_become_rows_of_their_own(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1, contexts=[SAFE, "Which is kinder?"])
    room.answer(marked)

    job = room.fold()

    assert job.message == "Chats has version 2, with 1 vote and 3 annotations on 1 row, and 1 new row."
    base, *_, made = records(latest(dataset))
    assert [label.source for label in base.labels] == ["imported"]
    assert base.annotations == []
    assert (made.context, made.prompt, made.responses, made.metadata) == (
        SAFE,
        base.prompt,
        base.responses,
        base.metadata,
    )
    assert made.record_id == record_id_of(base.prompt, texts(base), SAFE)
    assert preferences(made) == {("Good answer 0.", "Bad answer 0.", 2, 2.0, "annotator-1")}
    assert [a.kind for a in made.annotations] == ["spans", "rationale", "thumbs"]

    again = room.fold()
    assert again.message.startswith("All of this campaign's votes (1) and other answers (3) are in the newest version")
    room.answer(lambda ids: {"preference": {"better": ids["Bad"], "strength": 1}}, person=1)
    assert room.fold().message == "Chats has version 3, with 2 votes and 3 annotations on 1 row."
    assert len(preferences(records(latest(dataset))[-1])) == 2


def test_edits_under_a_context_keep_it(room: Room, version: DatasetVersion, dataset: Dataset) -> None:
    room.queue(version, limit=1, contexts=[SAFE])
    room.answer(correct("Good", "Good", "The safest."))

    room.fold()

    assert latest(dataset).rows == 6
    made = next(record for record in records(latest(dataset)) if "edited_from" in record.metadata)
    under = next(record for record in records(latest(dataset)) if record.context and record is not made)
    assert (made.context, made.metadata["base_record_id"]) == (SAFE, under.record_id)
    assert len(preferences(made)) == 3
    assert room.versions_made() == []


def test_masks_are_undone(room: Room, upload: Upload, dataset: Dataset) -> None:
    version = upload(
        jsonl({"prompt": "Who?", "chosen": "Good day, I am ChatGPT, yes.", "rejected": "Bad luck."})
    ).version
    room.queue(version)
    hidden, original = "Good day, I am ███████, yes.", "Good day, I am ChatGPT, yes."
    good = response_id_of(original)
    room.answer(
        lambda ids: {
            "errors": {
                "sha256": {good: sha256(hidden)},
                "marks": [{"target": good, "start": 10, "end": 22, "quote": "I am ███████", "category": "irrelevant"}],
                "no_error": [ids["Bad"]],
            },
            "correction": {"edits": [{"response": ids["Good"], "text": "Hello, I am ███████, yes."}]},
            "why": {
                "text": "Because.",
                "links": [{"start": 0, "end": 7, "target": good, "from": 15, "to": 22, "quote": "███████"}],
            },
        }
    )

    room.fold()

    base, made = records(latest(dataset))
    spans, correction, why = (json.loads(a.body) for a in base.annotations)
    assert (spans["marks"][0]["quote"], spans["sha256"]) == ("I am ChatGPT", {good: sha256(original)})
    assert (
        correction["edits"][0] | {"text": "Hello, I am ChatGPT, yes.", "sha256": sha256(original)}
        == correction["edits"][0]
    )
    assert why["links"][0]["quote"] == "ChatGPT"
    assert set(texts(made).values()) == {original, "Bad luck.", "Hello, I am ChatGPT, yes."}
    assert room.versions_made() == []


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


PART = st.sampled_from(["a", "b ", "█", "███", "é", "😀", "\n"])


@given(st.lists(PART, max_size=8), st.lists(PART, max_size=8), st.integers(0, 8), st.integers(0, 8))
def test_unmasking_brings_back_exactly_what_was_hidden(before: list[str], after: list[str], cut: int, put: int) -> None:
    hidden = "".join((*before, "███████", *after))
    original = "".join((*before, "ChatGPT", *after))

    assert unmasked(hidden, hidden, original) == original
    assert unmasked("new " + hidden, hidden, original) == "new " + original
    assert unmasked(hidden + " new", hidden, original) == original + " new"
    kept = unmasked(hidden[:cut] + "x" + hidden[put:], hidden, original)
    assert len(kept) == len(hidden[:cut]) + 1 + len(hidden[put:])


def test_texts_of_another_length_are_no_masks() -> None:
    answer = {"edits": [{"response": "r", "text": "███", "sha256": "x"}]}

    assert Unmasking({"r": "███"}, {"r": "four"}).answer("edit", answer) is answer
    assert Unmasking({"r": "███"}, {}).answer("edit", answer) is answer
    assert Unmasking({"r": "███"}, {"r": "six"}).answer("edit", answer)["edits"][0]["text"] == "six"


def test_a_long_text_is_unmasked_quickly() -> None:
    words = " ".join(f"word{n}" for n in range(40_000))
    hidden, original = f"I am ███████. {words}", f"I am ChatGPT. {words}"

    assert unmasked(hidden.replace("word500 ", ""), hidden, original) == original.replace("word500 ", "")
