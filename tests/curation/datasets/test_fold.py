"""`POST /api/campaigns/{id}/labels/`: votes come home as labels of a new version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign, Item
from annotation.services.campaigns import annotators_add, campaign_create
from annotation.services.feedback import feedback_revise, feedback_submit
from annotation.services.leasing import lease_next
from curation.datasets import ingest
from curation.models import AnnotatorPseudonym, DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from webapp.accounts.models import User
from webapp.jobs.models import Job, JobShard
from webapp.projects.models import Project
from webapp.store.canonical import Label

pytestmark = pytest.mark.django_db(transaction=True)
Fold = Callable[[], Job]
Vote = Callable[..., dict[str, Any]]
QUESTION = {
    "name": "preference",
    "type": "pairwise",
    "title": "Which is better?",
    "steps": 7,
    "tie": True,
    "both_bad": True,
}


@pytest.fixture
def version(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> DatasetVersion:
    """12 labelled pairs in three parts."""
    plain = ingest.PartsWriter
    monkeypatch.setattr(ingest, "ROWS_PER_PART", 4)
    monkeypatch.setattr(ingest, "PartsWriter", lambda folder: plain(folder, rows_per_part=4))
    return upload(jsonl(*(pair(number) for number in range(12)))).version


@pytest.fixture
def campaign(
    project: Project, admin: User, version: DatasetVersion, admin_client: APIClient, work: Callable[[int], Job]
) -> Campaign:
    """The first four rows are queued; two people are asked about each."""
    made = campaign_create(
        project=project,
        created_by=admin,
        name="Round one",
        questions=[{**QUESTION, "required": True}],
        overlap=2,
        seed=7,
    )
    answer = admin_client.post(f"/api/campaigns/{made.pk}/queue/", {"dataset_version": version.pk, "limit": 4})
    work(answer.json()["id"])
    return made


@pytest.fixture
def people(campaign: Campaign, make_member: Callable[..., User], admin: User) -> tuple[User, User]:
    ann, bob = make_member("annotator", "ann@example.org"), make_member("annotator", "bob@example.org")
    annotators_add(campaign_id=campaign.pk, emails=["bob@example.org", "ann@example.org"], added_by=admin)
    return ann, bob


@pytest.fixture
def vote(campaign: Campaign) -> Vote:
    """Answer the person's next item; `better` is the beginning of the better response."""

    def answer(user: User, better: str | None = "Bad", strength: int = 2, outcome: str | None = None) -> dict[str, Any]:
        given = lease_next(campaign_id=campaign.pk, annotator_id=user.pk)
        assert given is not None
        if outcome is not None:
            answers: dict[str, Any] = {"outcome": outcome}
        else:
            chosen = next(r for r in given["item"]["responses"] if r["content"].startswith(better))
            answers = {"better": chosen["response_id"], "strength": strength}
        return feedback_submit(
            lease_id=given["lease"]["id"],
            annotator_id=user.pk,
            answers={"preference": answers},
            duration_ms=1000,
            active_ms=900,
        )

    return answer


@pytest.fixture
def fold(admin_client: APIClient, campaign: Campaign, work: Callable[[int], Job]) -> Fold:
    def run() -> Job:
        answer = admin_client.post(f"/api/campaigns/{campaign.pk}/labels/")
        assert answer.status_code == 202, answer.content
        return work(answer.json()["id"])

    return run


def human(version: DatasetVersion) -> list[list[Label]]:
    return [[label for label in record.labels if label.source == "human"] for record in records(version)]


def test_votes_become_labels_beside_those_that_were_there(
    fold: Fold, vote: Vote, people: tuple[User, User], version: DatasetVersion, campaign: Campaign
) -> None:
    ann, bob = people
    vote(ann, "Bad", 3)
    vote(bob, "Good", 1)
    vote(ann, outcome="tie")
    vote(ann, outcome="both_bad")

    job = fold()

    assert job.state == "succeeded", job.message
    assert job.message == "Chats has version 2, with 4 votes on 3 rows."
    folded = DatasetVersion.objects.get(number=2)
    assert (folded.origin, folded.parent, folded.rows) == ("fold", version, 12)
    assert folded.stats["label_sources"] == {"human": 4, "imported": 12}
    assert folded.stats["outcomes"] == {"both_bad": 1, "preference": 14, "tie": 1}
    labels = human(folded)
    assert [len(of_record) for of_record in labels] == [2, 1, 1, *[0] * 9]
    assert {label.origin for of_record in labels for label in of_record} == {f"campaign:{campaign.pk}"}
    by_ann, by_bob = labels[0]
    assert (abs(by_ann.value), by_ann.strength, by_bob.strength) == (3, 3.0, 1.0)
    assert by_ann.value * by_bob.value < 0
    imported = records(version)[0].labels
    assert by_ann.value * imported[0].value < 0, "the imported label says Good"
    assert records(folded)[0].labels[:1] == imported
    assert [label.outcome for label in (labels[1][0], labels[2][0])] == ["tie", "both_bad"]
    assert folded.parts[0]["key"] != version.parts[0]["key"]
    assert folded.parts[1:] == version.parts[1:], "parts nobody voted on are shared"


def test_people_appear_under_numbers_that_stay(
    fold: Fold, vote: Vote, people: tuple[User, User], project: Project
) -> None:
    ann, bob = people
    vote(bob)
    fold()
    vote(ann)
    fold()

    latest = DatasetVersion.objects.get(number=3)
    assert sorted(str(label.annotator) for label in human(latest)[0]) == ["annotator-1", "annotator-2"]
    assert list(AnnotatorPseudonym.objects.order_by("number").values_list("user", flat=True)) == [bob.pk, ann.pk]


def test_a_simulated_annotator_stays_recognisable(fold: Fold, vote: Vote, people: tuple[User, User]) -> None:
    User.objects.filter(pk=people[0].pk).update(is_simulated=True)
    vote(people[0])

    fold()

    assert human(DatasetVersion.objects.get(number=2))[0][0].annotator == "simulated-1"


def test_folding_again_changes_nothing_and_says_so(fold: Fold, vote: Vote, people: tuple[User, User]) -> None:
    vote(people[0])
    fold()

    again = fold()

    assert again.message == "All of this campaign's votes (1) are in the newest version already; nothing has changed."
    assert again.result == {"versions": [], "labels": 1, "annotations": 0, "records": 1, "added": 0}
    assert DatasetVersion.objects.count() == 2


def test_folding_without_votes_says_so(fold: Fold) -> None:
    assert fold().message == "Nobody has voted in this campaign yet; nothing has changed."
    assert DatasetVersion.objects.count() == 1


def test_a_revised_answer_replaces_the_earlier_label(fold: Fold, vote: Vote, people: tuple[User, User]) -> None:
    ann, _ = people
    first = vote(ann, "Bad", 3)
    fold()
    before = human(DatasetVersion.objects.get(number=2))[0]
    feedback_revise(
        feedback_id=first["id"],
        annotator_id=ann.pk,
        answers={"preference": {"outcome": "tie"}},
        duration_ms=10,
        active_ms=10,
    )

    fold()

    after = human(DatasetVersion.objects.get(number=3))[0]
    assert (len(before), len(after)) == (1, 1)
    assert (before[0].outcome, after[0].outcome) == ("preference", "tie")
    assert len(human(DatasetVersion.objects.get(number=2))[0]) == 1, "the earlier version never changes"


def test_rows_imported_meanwhile_keep_their_place(
    fold: Fold, vote: Vote, people: tuple[User, User], upload: Upload
) -> None:
    vote(people[0])
    upload(jsonl(pair(50)))

    fold()

    latest = DatasetVersion.objects.get(number=3)
    assert latest.rows == 13
    assert [len(labels) for labels in human(latest)] == [1, *[0] * 12]


def test_an_import_between_planning_and_the_end_is_not_lost(
    fold: Fold, vote: Vote, people: tuple[User, User], upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    from curation.datasets import fold_job

    vote(people[0])
    plain = fold_job.FoldHandler.run_shard
    done: list[int] = []

    def overtaken(self: Any, job: Job, shard: JobShard, progress: Any) -> dict[str, Any]:
        if not done:
            done.append(1)
            upload(jsonl(pair(50)))
        return plain(self, job, shard, progress)

    monkeypatch.setattr(fold_job.FoldHandler, "run_shard", overtaken)
    fold()

    latest = DatasetVersion.objects.get(number=3)
    assert (latest.origin, latest.rows, latest.stats["label_sources"]["human"]) == ("fold", 13, 1)


def test_a_shard_done_twice_gives_the_same_part(
    fold: Fold, vote: Vote, people: tuple[User, User], work: Callable[[int], Job]
) -> None:
    vote(people[0])
    job = fold()
    folded = DatasetVersion.objects.get(number=2)
    before = (folded.content_hash, folded.parts)
    folded.delete()
    vote(people[1])
    JobShard.objects.filter(job=job).update(state="pending", result=None)
    Job.objects.filter(pk=job.pk).update(state="running", finished_at=None)

    work(job.pk)

    again = DatasetVersion.objects.get(number=2)
    assert (again.content_hash, again.parts) == before, "votes given after planning wait for the next fold"


def test_a_campaign_without_a_dataset_has_nowhere_to_fold(
    admin_client: APIClient, project: Project, admin: User
) -> None:
    empty = campaign_create(project=project, created_by=admin, name="Empty", template="pairwise", seed=1)

    answer = admin_client.post(f"/api/campaigns/{empty.pk}/labels/")

    assert (answer.status_code, answer.json()["type"]) == (409, "conflict")
    assert (Job.objects.count(), Item.objects.count()) == (0, 0)
