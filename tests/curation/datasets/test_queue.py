"""`POST /api/campaigns/{id}/queue/`: rows of a version into a campaign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Campaign, Item
from annotation.services.campaigns import campaign_create
from curation.datasets import ingest
from curation.models import DatasetVersion
from tests.curation.datasets.conftest import Upload, jsonl, pair
from webapp.accounts.models import User
from webapp.jobs.models import Job, JobShard
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
Queue = Callable[..., Job]


@pytest.fixture
def campaign(project: Project, admin: User) -> Campaign:
    return campaign_create(project=project, created_by=admin, name="Round one", template="pairwise", seed=7)


@pytest.fixture
def version(upload: Upload, monkeypatch: pytest.MonkeyPatch) -> DatasetVersion:
    """25 pairs in three parts."""
    plain = ingest.PartsWriter
    monkeypatch.setattr(ingest, "ROWS_PER_PART", 10)
    monkeypatch.setattr(ingest, "PartsWriter", lambda folder: plain(folder, rows_per_part=10))
    return upload(jsonl(*(pair(number, model="secret") for number in range(25)))).version


@pytest.fixture
def queue(admin_client: APIClient, campaign: Campaign, version: DatasetVersion, work: Callable[[int], Job]) -> Queue:
    def send(**fields: Any) -> Job:
        answer = admin_client.post(f"/api/campaigns/{campaign.pk}/queue/", {"dataset_version": version.pk, **fields})
        assert answer.status_code == 202, answer.content
        return work(answer.json()["id"])

    return send


def questions() -> list[int]:
    """The numbers of the queued questions, by position."""
    return [int(item.prompt[0]["content"][9:-1]) for item in Item.objects.order_by("position")]


def test_every_row_is_queued_in_order_without_names(queue: Queue, version: DatasetVersion) -> None:
    job = queue()

    assert (job.state, job.message) == ("succeeded", "25 items added to the queue.")
    assert job.result == {"added": 25, "known": 0, "unfit": 0, "seed": None}
    assert questions() == list(range(25))
    assert list(Item.objects.order_by("position").values_list("position", flat=True)) == list(range(25))
    item = Item.objects.first()
    assert item is not None
    assert item.source_version_id == version.pk
    assert item.prompt == [{"role": "user", "content": "Question 0?"}]
    assert [set(response) for response in item.responses] == [{"response_id", "content"}] * 2
    assert JobShard.objects.filter(job=job).count() == 3
    assert store().list("campaigns") == []


def test_queueing_again_adds_only_what_is_missing(queue: Queue) -> None:
    queue(limit=10)

    again = queue()

    assert again.result["added"], again.result["known"] == (15, 10)
    assert again.message == "15 items added to the queue. In it already: 10."
    assert questions() == list(range(25))


def test_a_filter_and_a_limit_choose_rows(queue: Queue) -> None:
    job = queue(filter={"field": "prompt", "op": "contains", "value": "1"}, limit=5)

    assert job.message == "5 items added to the queue."
    assert questions() == [1, 10, 11, 12, 13]


def test_a_filter_that_matches_nothing_says_so(queue: Queue) -> None:
    job = queue(filter={"field": "prompt", "op": "eq", "value": "none"})

    assert (job.state, job.message) == ("succeeded", "No row of the version matches the filter, so nothing was added.")
    assert Item.objects.count() == 0


def test_a_shuffle_is_decided_by_its_seed(queue: Queue) -> None:
    queue(order="shuffle", seed=3)
    first = questions()
    Item.objects.all().delete()
    queue(order="shuffle", seed=3)
    second = questions()
    Item.objects.all().delete()
    queue(order="shuffle", seed=4, limit=25)

    assert first == second
    assert first[:6] == [23, 14, 16, 1, 18, 20]
    assert sorted(first) == list(range(25))
    assert questions() != first


def test_a_shuffle_without_a_seed_keeps_the_one_it_took(queue: Queue) -> None:
    job = queue(order="shuffle", limit=5)
    taken = questions()
    Item.objects.all().delete()

    queue(order="shuffle", limit=5, seed=job.result["seed"])

    assert questions() == taken
    assert len(taken) == 5


def test_a_shard_done_twice_doubles_nothing(queue: Queue, work: Callable[[int], Job]) -> None:
    job = queue(order="shuffle", seed=1)
    before = questions()
    # The selection is removed at the end, so a job that is run again plans again.
    JobShard.objects.filter(job=job).delete()
    Job.objects.filter(pk=job.pk).update(state="queued", planned_at=None, finished_at=None)

    again = work(job.pk)

    assert again.result["known"] == 25
    assert questions() == before


def test_rows_the_questions_do_not_fit_are_counted(
    queue: Queue, upload: Upload, admin_client: APIClient, campaign: Campaign, work: Callable[[int], Job]
) -> None:
    single = upload(jsonl({"prompt": "Question 99?", "responses": ["only"]})).version

    answer = admin_client.post(
        f"/api/campaigns/{campaign.pk}/queue/",
        {"dataset_version": single.pk, "filter": {"field": "n_responses", "op": "eq", "value": 1}},
    )
    job = work(answer.json()["id"])

    assert job.message == ("0 items added to the queue. Left out because the campaign's questions do not fit them: 1.")


def test_what_cannot_be_queued_is_refused(
    admin_client: APIClient, campaign: Campaign, version: DatasetVersion, admin: User
) -> None:
    other = project_create(created_by=admin, name="Elsewhere")
    elsewhere = campaign_create(project=other, created_by=admin, name="There", template="pairwise", seed=1)
    jobs = Job.objects.count()

    def refused(campaign_id: int, **body: Any) -> tuple[int, str]:
        answer = admin_client.post(f"/api/campaigns/{campaign_id}/queue/", body)
        return answer.status_code, answer.json()["message"]

    assert refused(elsewhere.pk, dataset_version=version.pk)[0] == 404
    assert refused(campaign.pk, dataset_version=10**6)[0] == 404
    assert refused(campaign.pk, dataset_version=version.pk, order="best")[0] == 400
    assert refused(campaign.pk, dataset_version=version.pk, limit=0)[0] == 400
    status, sentence = refused(campaign.pk, dataset_version=version.pk, filter={"field": "x", "op": "eq", "value": 1})
    assert (status, sentence.startswith("filter.field: choose one of")) == (400, True)
    Campaign.objects.filter(pk=campaign.pk).update(state="finished")
    assert refused(campaign.pk, dataset_version=version.pk) == (
        409,
        "This campaign is finished; reopen it before you queue more items.",
    )
    assert (Job.objects.count(), Item.objects.count()) == (jobs, 0)


def test_reviewers_do_not_queue(
    client_of: Callable[..., APIClient], make_member: Callable[..., User], campaign: Campaign, version: DatasetVersion
) -> None:
    answer = client_of(make_member("reviewer")).post(
        f"/api/campaigns/{campaign.pk}/queue/", {"dataset_version": version.pk}
    )

    assert answer.status_code == 403
