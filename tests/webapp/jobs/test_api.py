"""`/api/jobs/`: watching and steering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.webapp.jobs import kinds  # noqa: F401  (registers the kinds)
from webapp.accounts.models import User
from webapp.jobs.choices import JobState
from webapp.jobs.models import Job, JobLogEntry, JobShard
from webapp.jobs.services import job_create
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., APIClient]


@pytest.fixture
def job(project: Project, admin: User) -> Job:
    return job_create(
        kind="test.count",
        project=project,
        created_by=admin,
        params={"shards": 2, "rows": 5, "folder": "f"},
        title="Count rows",
        subject=("import", 7),
    )


def test_a_running_job_shows_its_numbers(client_of: ClientOf, admin: User, job: Job) -> None:
    JobShard.objects.create(job=job, index=0, total=10, done=10, failures={"too long": 2}, state="done")
    JobShard.objects.create(job=job, index=1, total=10, done=4, failures={"too long": 1, "empty": 1}, state="running")

    body: dict[str, Any] = client_of(admin).get(f"/api/jobs/{job.pk}/").json()

    assert (body["total"], body["done"], body["failed"]) == (20, 14, 4)
    assert body["failures"] == {"too long": 3, "empty": 1}
    assert body["subject"] == {"type": "import", "id": 7}
    assert body["can"] == {"cancel": True, "pause": True, "resume": False, "retry_failed": False}


def test_jobs_are_listed_by_state(client_of: ClientOf, admin: User, job: Job, project: Project) -> None:
    client, url = client_of(admin), f"/api/projects/{project.pk}/jobs/"
    client.post(f"/api/jobs/{job.pk}/cancel/")

    assert [j["id"] for j in client.get(url).json()["results"]] == [job.pk]
    assert client.get(url, {"state": "active"}).json()["results"] == []
    assert client.get(url, {"state": "lost"}).status_code == 400


def test_a_curator_pauses_and_resumes(
    client_of: ClientOf, make_member: Callable[..., User], job: Job, project: Project
) -> None:
    client = client_of(make_member("curator"))

    paused = client.post(f"/api/jobs/{job.pk}/pause/").json()
    resumed = client.post(f"/api/jobs/{job.pk}/resume/").json()
    again = client.post(f"/api/jobs/{job.pk}/resume/")

    assert (paused["state"], resumed["state"], again.status_code) == ("paused", "queued", 409)


def test_a_reviewer_watches_but_does_not_steer(client_of: ClientOf, make_member: Callable[..., User], job: Job) -> None:
    client = client_of(make_member("reviewer"))

    assert client.get(f"/api/jobs/{job.pk}/").status_code == 200
    assert client.post(f"/api/jobs/{job.pk}/cancel/").status_code == 403
    assert Job.objects.get(pk=job.pk).state == JobState.QUEUED


def test_retrying_a_job_that_did_not_fail_is_refused(client_of: ClientOf, admin: User, job: Job) -> None:
    answer = client_of(admin).post(f"/api/jobs/{job.pk}/retry-failed/")

    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "Only a failed job can be retried; this one is queued.",
    )


def test_the_log_is_in_order(client_of: ClientOf, admin: User, job: Job) -> None:
    for message in ("one", "two"):
        JobLogEntry.objects.create(job=job, message=message)

    body = client_of(admin).get(f"/api/jobs/{job.pk}/log/").json()

    assert [entry["message"] for entry in body["results"]] == ["one", "two"]


def test_listing_jobs_costs_the_same_however_many_there_are(
    client_of: ClientOf, admin: User, job: Job, project: Project, django_assert_num_queries: Any
) -> None:
    for number in range(20):
        other = job_create(kind="test.count", project=project, created_by=admin, params={}, title=f"Job {number}")
        JobShard.objects.create(job=other, index=0)
    client = client_of(admin)

    with django_assert_num_queries(4):
        client.get(f"/api/projects/{project.pk}/jobs/")
