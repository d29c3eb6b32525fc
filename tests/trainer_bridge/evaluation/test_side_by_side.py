"""A policy beside another: pairs are written, sent blind to a campaign and to a judge, and win rates follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotation.models import Item
from annotation.services.campaigns import campaign_create
from curation.generation import writers
from curation.judges import models_of
from curation.judges.services import judge_create
from curation.ml.judging.calls import Answer, Call
from curation.models import Dataset, DatasetVersion, Judge
from tests.curation.judges.mock_judges import RuleBackend, always_longest
from trainer_bridge.models import Evaluation, ModelVersion
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.jobs.runner import job_run
from webapp.projects.models import Project
from webapp.store.canonical import Record, read_records
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)


class Talker:
    """Writes the question back, longer or shorter by its name; questions ending in 1 get no response."""

    def __init__(self, name: str) -> None:
        self.identity = self.provenance = {"backend": "talker", "model": name, "revision": "1"}
        self.words = {"long": 6, "short": 2}[name.partition(" ")[0]]

    def answer(self, calls: Iterable[tuple[int, Call] | None]) -> Iterator[tuple[int, Answer]]:
        for number, call in [each for each in calls if each is not None]:
            question = call.messages[-1][1]
            failed = question.endswith("1?") and self.words == 2
            text = "same" if question.endswith("2?") else f"{question} " + "well " * self.words
            yield number, Answer(reason="context_too_long") if failed else Answer(text=text)


@pytest.fixture(autouse=True)
def talkers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)
    monkeypatch.setattr(writers, "backend_of", lambda writer, identity: Talker(writer.name))
    monkeypatch.setattr(models_of, "_local", lambda judge: RuleBackend(always_longest))
    monkeypatch.setattr(models_of, "_loaded", {})


@pytest.fixture
def make_policy(project: Project, admin: User) -> Callable[[str], ModelVersion]:
    def make(name: str) -> ModelVersion:
        facts = {"kind": "policy", "base_model": "hub:a/b", "path": "m", "size_bytes": 1, "created_by": admin}
        return ModelVersion.objects.create(project=project, name=name, version=1, **facts)

    return make


@pytest.fixture
def judge(project: Project, admin: User) -> Judge:
    facts: dict[str, Any] = {"description": "", "source": "packaged", "model": {}, "family": "", "instructions": ""}
    facts |= {"options": {}, "principles": [], "sampling": {}, "prices": None}
    return judge_create(project=project, created_by=admin, name="Longest", protocol="pair_letter", **facts)


@pytest.fixture
def evaluate(client_of: Callable[..., APIClient], admin: User) -> Callable[..., Any]:
    client = client_of(admin)

    def post(model: ModelVersion, **body: Any) -> Any:
        answer = client.post(f"/api/models/{model.pk}/evaluations/", body, format="json")
        if answer.status_code != 202:
            return answer
        job_run(answer.json()["id"])
        return Evaluation.objects.get(pk=Job.objects.get(pk=answer.json()["id"]).params["evaluation"])

    return post


def records_of(evaluation: Evaluation) -> list[Record]:
    found: list[Record] = []
    for part in DatasetVersion.objects.get(pk=evaluation.metrics["dataset_version"]).parts:
        with store().open(part["key"]) as file:
            found += read_records(file)
    return found


def test_two_policies_write_and_a_judge_and_people_are_asked(
    make_snapshot: Callable[..., Any],
    make_policy: Callable[[str], ModelVersion],
    judge: Judge,
    evaluate: Callable[..., Any],
    client_of: Callable[..., APIClient],
    project: Project,
    admin: User,
) -> None:
    campaign = campaign_create(project=project, created_by=admin, name="Blind", template="pairwise")
    ours, theirs = make_policy("long"), make_policy("short")
    snapshot = make_snapshot(train=2, test=8)

    done = evaluate(
        ours,
        kind="judge_win_rate",
        snapshot=snapshot.pk,
        against=theirs.pk,
        judge=judge.pk,
        campaign=campaign.pk,
        params={"prompts": 50},
    )

    # Questions 2 to 9: question 2 is answered alike.
    assert (done.state, done.metrics["pairs"], done.metrics["identical"]) == ("succeeded", 7, 1)
    assert {(r.generator) for record in records_of(done) for r in record.responses} == {"long v1", "short v1"}
    job_run(Job.objects.get(kind="campaign.queue").pk)
    assert Item.objects.filter(campaign=campaign).count() == 7
    assert "long v1" not in str(list(Item.objects.values_list("responses", "materials", "traits")))

    client = client_of(admin)
    before = client.get(f"/api/evaluations/{done.pk}/win-rates/").json()
    assert (before["judge"]["missing"], before["judge"]["finished"], before["judge"]["raw"]) == (7, False, None)
    job_run(Job.objects.get(kind="signal.compute_ml").pk)
    rates = client.get(f"/api/evaluations/{done.pk}/win-rates/").json()

    # Always the longer one, and one tie.
    assert (rates["judge"]["pairs"], rates["judge"]["missing"], rates["judge"]["finished"]) == (8, 0, True)
    assert rates["judge"]["raw"]["value"] == pytest.approx(7.5 / 8)
    assert rates["people"]["votes"] == 0


def test_a_failed_side_makes_no_pair_and_is_counted(
    make_snapshot: Callable[..., Any], make_policy: Callable[[str], ModelVersion], evaluate: Callable[..., Any]
) -> None:
    ours, theirs = make_policy("long"), make_policy("short")

    done = evaluate(ours, kind="side_by_side", snapshot=make_snapshot(train=0, test=4).pk, against=theirs.pk)

    assert done.state == "succeeded"
    assert (done.metrics["pairs"], done.metrics["identical"], done.metrics["judge_run"]) == (2, 1, None)
    assert done.counts == {"items": 4, "scored": 3, "failed": 1, "leaked": 0, "reasons": {"not_written": 1}}


def test_the_sets_right_answers_can_be_the_other_side(
    make_snapshot: Callable[..., Any], make_policy: Callable[[str], ModelVersion], evaluate: Callable[..., Any]
) -> None:
    snapshot = make_snapshot(train=0, test=3)

    done = evaluate(make_policy("long"), kind="side_by_side", snapshot=snapshot.pk, params={"opponent": "set"})

    assert (done.metrics["opponent"], done.metrics["pairs"]) == ("the set's right answers", 3)
    said = {response.content for record in records_of(done) for response in record.responses}
    assert {f"Good answer {number} with reasons." for number in range(3)} < said


def test_what_does_not_go_together_is_refused_and_nothing_is_made(
    make_snapshot: Callable[..., Any], make_policy: Callable[[str], ModelVersion], evaluate: Callable[..., Any]
) -> None:
    ours, snapshot = make_policy("long"), make_snapshot(train=0, test=3)

    no_judge = evaluate(ours, kind="judge_win_rate", snapshot=snapshot.pk)
    itself = evaluate(ours, kind="side_by_side", snapshot=snapshot.pk, against=ours.pk)
    wrong = evaluate(ours, kind="side_by_side", snapshot=snapshot.pk, params={"prompts": 0})
    elsewhere = evaluate(ours, kind="side_by_side", snapshot=snapshot.pk, campaign=999)

    for answer, field in ((no_judge, "judge"), (itself, "against"), (wrong, "params.prompts"), (elsewhere, "campaign")):
        assert (answer.status_code // 100, list(answer.json()["fields"])) == (4, [field])
    assert Evaluation.objects.count() == 0
    assert Dataset.objects.count() == 1
