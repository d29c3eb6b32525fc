"""POST /api/dataset-versions/{id}/responses/: models write responses, and a new dataset holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.judges import models_of
from curation.ml.judging.calls import Answer, Call
from curation.models import Dataset, DatasetVersion
from curation.signals import model_resolution
from curation.signals.model_resolution import ResolvedModel
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.api.errors import NotFoundError
from webapp.jobs.models import Job
from webapp.jobs.runner import job_run
from webapp.projects.models import Project
from webapp.store.canonical import Record, read_records
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)

PACKAGED = {"source": "packaged", "name": "small"}


class Echo:
    """Answers with the last message, the seed, and what it is called; fails where the message asks it to."""

    def __init__(self, name: str) -> None:
        self.identity = self.provenance = {"backend": "echo", "model": name, "revision": "1"}
        self.name = name

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        asked = [each for each in calls if each is not None]
        for number, call in reversed(asked):
            text = call.messages[-1][1]
            if "silence" in text:
                yield number, Answer(text="  ")
            elif "too long" in text:
                yield number, Answer(reason="context_too_long")
            else:
                yield number, Answer(text=f"{self.name} {call.sampling.seed}: {text}\n")


def registered(project_id: int, model_id: int) -> ResolvedModel:
    if model_id != 7:
        raise NotFoundError(f"This project has no model {model_id}.")
    return ResolvedModel(id=7, name="other v1", path="", revision="r", kind="policy")


@pytest.fixture(autouse=True)
def echoes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every model is an echo of its name."""
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)
    monkeypatch.setattr(models_of, "_local", lambda writer: Echo(getattr(writer, "name", "judge")))
    monkeypatch.setattr(models_of, "_loaded", {})
    monkeypatch.setattr(model_resolution, "_resolvers", [registered])


@pytest.fixture
def ask(client_of: Callable[..., APIClient], admin: User) -> Callable[..., Any]:
    def post(version: DatasetVersion, **body: Any) -> Any:
        given = {"writers": [PACKAGED], "name": "Written", "seed": 5, **body}
        return client_of(admin).post(f"/api/dataset-versions/{version.pk}/responses/", given, format="json")

    return post


def run(answer: Any) -> Job:
    assert answer.status_code == 202, answer.json()
    job_run(answer.json()["id"])
    return Job.objects.get(pk=answer.json()["id"])


def rows(job: Job) -> list[Record]:
    version = DatasetVersion.objects.get(pk=job.result["version"])
    found: list[Record] = []
    for part in version.parts:
        with store().open(part["key"]) as file:
            found += read_records(file)
    return sorted(found, key=lambda record: record.prompt[-1].content)


@pytest.fixture
def version(project: Project, admin: User, store_folder: Any) -> DatasetVersion:
    """Twenty prompts; the first of them stands in two records."""
    records = [make_record(f"Question {number:02}", ["yes", "no"], [(0, 1, 1, "human")]) for number in range(20)]
    return make_version(project, admin, [*records, make_record("Question 00", ["maybe", "no"])])


def test_every_prompt_is_answered_once_by_every_model(version: DatasetVersion, ask: Callable[..., Any]) -> None:
    other = {"source": "registered", "model": {"id": 7}}

    job = run(ask(version, writers=[PACKAGED, other], samples=2, sampling={"temperature": 1.0}))

    assert (job.state, job.message) == ("succeeded", "“Written” has 20 prompts with 80 responses.")
    made = rows(job)
    assert [record.prompt[0].content for record in made] == [f"Question {number:02}" for number in range(20)]
    assert {(r.generator, r.content) for r in made[3].responses} == {
        (name, f"{name} {seed}: Question 03") for name in ("small", "other v1") for seed in (5, 6)
    }
    assert all(not record.labels for record in made)
    made_version = DatasetVersion.objects.get(pk=job.result["version"])
    assert (made_version.origin, made_version.rows, made_version.dataset.name) == ("generated", 20, "Written")
    assert made_version.origin_detail["version"] == version.pk


def test_responses_that_are_there_stay_when_asked(version: DatasetVersion, ask: Callable[..., Any]) -> None:
    job = run(ask(version, prompts=3, keep_responses=True))

    made = rows(job)
    assert len(made) == 3
    for record in made:
        assert {response.generator for response in record.responses} == {None, "small"}
        assert len(record.responses) == 3


def test_the_same_seed_draws_the_same_prompts(version: DatasetVersion, ask: Callable[..., Any]) -> None:
    first, again, other = (
        {record.prompt[0].content for record in rows(run(ask(version, prompts=5, seed=seed, name=f"N{place}")))}
        for place, seed in enumerate((1, 1, 2))
    )

    assert first == again != other


def test_failures_are_counted_by_reason_and_make_no_response(
    project: Project, admin: User, store_folder: Any, ask: Callable[..., Any]
) -> None:
    prompts = ["fine", "too long", "silence"]
    version = make_version(project, admin, [make_record(prompt, ["yes", "no"]) for prompt in prompts])

    job = run(ask(version))

    assert [record.prompt[0].content for record in rows(job)] == ["fine"]
    assert [shard.failures for shard in job.shards.all()] == [{"context_too_long": 1, "empty": 1}]


def test_nothing_written_is_a_failure_and_makes_no_dataset(
    project: Project, admin: User, store_folder: Any, ask: Callable[..., Any]
) -> None:
    version = make_version(project, admin, [make_record("silence", ["yes", "no"])])

    job = run(ask(version))

    assert (job.state, job.message) == ("failed", "No response could be written; the job's failures say why.")
    assert Dataset.objects.count() == 1


def test_a_registered_model_is_found_by_its_id_and_others_are_refused(
    version: DatasetVersion, ask: Callable[..., Any]
) -> None:
    refused = {
        "writers.0.source": ask(version, writers=[{"source": "hub"}]),
        "model.id": ask(version, writers=[{"source": "registered"}]),
        "writers": ask(version, writers=[PACKAGED, PACKAGED]),
        "samples": ask(version, samples=2),
        "name": ask(version, name=version.dataset.name),
    }

    assert {field: (answer.status_code, field in answer.json()["fields"]) for field, answer in refused.items()} == {
        "writers.0.source": (400, True),
        "model.id": (400, True),
        "writers": (400, True),
        "samples": (400, True),
        "name": (409, True),
    }
    missing = ask(version, writers=[{"source": "registered", "model": {"id": 999}}])
    assert missing.status_code == 404
    assert Job.objects.count() == 0
