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
from tests.curation.datasets.conftest import Upload, jsonl, pair, records
from webapp.accounts.models import User
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.canonical import record_id_of
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
    assert job.result == {
        "added": 25,
        "known": 0,
        "unfit": 0,
        "masked": 0,
        "quarantined": 0,
        "materials_left_out": 0,
        "seed": None,
    }
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
    for contexts in ([{}], "safe", ["x" * 4001], [f"{n}" for n in range(21)], [""], ["safe", "safe"], ["a\0"]):
        assert refused(campaign.pk, dataset_version=version.pk, contexts=contexts)[0] == 400, contexts
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


SAFE, KIND = "Which is safer?", "Which is kinder?"


def test_every_row_is_queued_once_under_each_context(queue: Queue, version: DatasetVersion) -> None:
    job = queue(contexts=[SAFE, KIND], limit=2)

    assert job.message == "4 items added to the queue."
    items = list(Item.objects.order_by("position"))
    assert [(item.position, item.prompt[0]["content"], item.context) for item in items] == [
        (0, "Question 0?", SAFE),
        (1, "Question 0?", KIND),
        (2, "Question 1?", SAFE),
        (3, "Question 1?", KIND),
    ]
    for item, record in zip(items, [r for r in records(version)[:2] for _ in range(2)], strict=True):
        ids = [response.response_id for response in record.responses]
        assert item.record_id == record_id_of(record.prompt, ids, item.context)
        assert item.base_record_id == record.record_id
    again = queue(contexts=[KIND, SAFE], limit=2)
    assert (again.result["added"], again.result["known"]) == (0, 4)
    assert queue(limit=2).result["added"] == 2, "without a context it is another item"


def test_the_context_a_row_has_already_makes_no_other_record(
    queue: Queue, upload: Upload, admin_client: APIClient, campaign: Campaign, work: Callable[[int], Job]
) -> None:
    rows = upload(jsonl({"prompt": "Own?", "responses": ["x", "y"], "context": SAFE})).version
    body = {
        "dataset_version": rows.pk,
        "contexts": [SAFE, KIND],
        "filter": {"field": "prompt", "op": "eq", "value": "Own?"},
    }

    work(admin_client.post(f"/api/campaigns/{campaign.pk}/queue/", body).json()["id"])

    own, other = Item.objects.order_by("position")
    record = records(rows)[-1]
    assert (own.record_id, own.base_record_id) == (record.record_id, "")
    assert (other.context, other.base_record_id) == (KIND, record.record_id)


def test_materials_and_images_reach_the_item_and_nothing_else_does(
    upload: Upload, admin_client: APIClient, campaign: Campaign, work: Callable[[int], Job]
) -> None:
    passages = [{"title": "Bloom", "sentences": ["It came out in 2018."]}]
    cat, dog = "https://images.example.org/cat.png", "https://images.example.org/dog.png"
    row = {
        "prompt": [{"role": "user", "content": "Which?", "images": [cat]}],
        "responses": [{"content": "", "images": [cat], "generator": "model-a"}, {"images": [dog]}],
        "metadata": {"passages": passages, "reference": ["wrong"], "rubric": [{"name": "tone"}], "model": "secret"},
    }
    rows = upload(jsonl(row)).version

    answer = admin_client.post(f"/api/campaigns/{campaign.pk}/queue/", {"dataset_version": rows.pk})
    job = work(answer.json()["id"])

    assert job.message == (
        "1 item added to the queue. Passages, references and rubrics that could not be read, and were left out of "
        "their items: 1."
    )
    item = Item.objects.get()
    assert set(item.materials) == {"passages", "rubric"}
    assert item.materials["passages"] == passages
    assert item.prompt == row["prompt"]
    assert sorted(response["images"] for response in item.responses) == [[cat], [dog]]
    assert all(set(response) == {"response_id", "content", "images"} for response in item.responses)


@pytest.fixture
def leaking(upload: Upload) -> DatasetVersion:
    """Three pairs; in the first a response says who wrote it, in the second one speaks about somebody else."""
    return upload(
        jsonl(
            {"prompt": "A?", "chosen": "I am ChatGPT 😀, made by OpenAI.", "rejected": "No idea."},
            {"prompt": "B?", "chosen": "ChatGPT was made by OpenAI.", "rejected": "No idea."},
            {"prompt": "C?", "chosen": "Yes.", "rejected": "No."},
        )
    ).version


def send(client: APIClient, campaign: Campaign, work: Callable[[int], Job], **body: Any) -> Job:
    return work(client.post(f"/api/campaigns/{campaign.pk}/queue/", body).json()["id"])


def test_names_of_the_writers_are_masked(
    admin_client: APIClient, campaign: Campaign, leaking: DatasetVersion, work: Callable[[int], Job]
) -> None:
    job = send(admin_client, campaign, work, dataset_version=leaking.pk)

    assert job.message == "3 items added to the queue. Rows in which a response names its model, masked: 1."
    texts = {response["content"] for item in Item.objects.all() for response in item.responses}
    assert texts == {"I am ███████ 😀, made by ██████.", "ChatGPT was made by OpenAI.", "No idea.", "Yes.", "No."}
    ids = {response["response_id"] for item in Item.objects.all() for response in item.responses}
    assert ids == {response.response_id for record in records(leaking) for response in record.responses}


def test_items_that_name_their_writers_can_be_left_out_and_are_listed(
    admin_client: APIClient, campaign: Campaign, leaking: DatasetVersion, work: Callable[[int], Job]
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(identity_leaks="quarantine")

    job = send(admin_client, campaign, work, dataset_version=leaking.pk, contexts=[SAFE, KIND])

    assert job.message == (
        "4 items added to the queue. Left out because a response names its model: 2; the log lists them."
    )
    assert (job.result["quarantined"], job.result["masked"]) == (2, 0)
    assert {item.prompt[0]["content"] for item in Item.objects.all()} == {"B?", "C?"}
    logged = list(JobLogEntry.objects.filter(job=job).values_list("message", flat=True))
    left_out = records(leaking)[0].record_id
    assert logged == [f"Row {left_out} was left out: a response says “ChatGPT” and “OpenAI”."]


def test_names_can_be_allowed(
    admin_client: APIClient, campaign: Campaign, leaking: DatasetVersion, work: Callable[[int], Job]
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(identity_leaks="allow")

    job = send(admin_client, campaign, work, dataset_version=leaking.pk)

    assert job.message == "3 items added to the queue."
    assert any("I am ChatGPT" in response["content"] for item in Item.objects.all() for response in item.responses)


def test_the_log_lists_a_hundred_at_most(
    admin_client: APIClient, campaign: Campaign, upload: Upload, work: Callable[[int], Job]
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(identity_leaks="quarantine")
    rows = [{"prompt": f"{n}?", "chosen": f"I am Claude. {n}", "rejected": "No."} for n in range(130)]

    job = send(admin_client, campaign, work, dataset_version=upload(jsonl(*rows)).version.pk)

    assert (job.result["quarantined"], JobLogEntry.objects.filter(job=job).count()) == (130, 100)
    assert Item.objects.count() == 0
