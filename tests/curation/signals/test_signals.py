"""Signals: computed once, failures are failures, and recipes see their margins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient

from curation.models import DatasetVersion, Signal
from curation.signals import model_resolution
from curation.signals.kinds.base import Row, Source, failed
from curation.signals.kinds.length import LengthSignal
from curation.signals.model_resolution import ResolvedModel
from curation.signals.registry import KINDS
from curation.signals.selectors import scores_for
from tests.curation.making import make_record, make_version
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
Work = Callable[[int], Job]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def version(project: Project, admin: User, work: Work) -> DatasetVersion:
    """Ten pairs; the chosen side is longer by n characters."""
    records = [make_record(f"Q{n}", ["x" * (10 + n), "y" * 10], [(0, 1, -2, "human")]) for n in range(10)]
    return make_version(project, admin, records, rows_per_part=4)


@pytest.fixture
def client(client_of: ClientOf, admin: User) -> APIClient:
    return client_of(admin)


def request(client: APIClient, version: DatasetVersion, **body: Any) -> Any:
    return client.post(f"/api/dataset-versions/{version.pk}/signals/", body)


def test_a_signal_has_one_value_a_response(client: APIClient, version: DatasetVersion, work: Work) -> None:
    accepted = request(client, version, kind="length").json()
    job = work(accepted["id"])

    body = client.get(f"/api/signals/{accepted['subject']['id']}/").json()

    assert (job.state, job.message) == ("succeeded", "20 responses scored.")
    assert (body["state"], body["rows_ok"], body["rows_failed"]) == ("ready", 20, 0)
    assert parse_datetime(body["computed_at"]) == job.finished_at
    assert (body["summary"]["count"], body["summary"]["min"], body["summary"]["max"]) == (20, 10.0, 19.0)
    assert sum(body["summary"]["histogram"]["counts"]) == 20
    assert job.shards.count() == 3


def test_the_same_question_is_answered_once(client: APIClient, version: DatasetVersion, work: Work) -> None:
    first = request(client, version, kind="length").json()
    work(first["id"])

    second = request(client, version, kind="length").json()

    assert second["id"] == first["id"]
    assert second["state"] == "succeeded"
    assert Signal.objects.count() == 1


def test_a_recipe_filters_by_the_margin(client: APIClient, version: DatasetVersion, work: Work) -> None:
    accepted = request(client, version, kind="length").json()
    work(accepted["id"])
    steps = [{"type": "signal_margin", "signal": accepted["subject"]["id"], "min": 2.5, "max": 6}]

    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()

    assert body["funnel"][1]["reasons"] == {"margin_too_large": 3, "margin_too_small": 3}
    assert body["kept"] == 4
    assert body["histograms"][1]["title"] == "Margin: Length in characters"
    assert sum(body["histograms"][1]["counts"]) == 10


def fails_on_long(source: Source) -> Iterator[Row]:
    for record in source.records():
        for response in record.responses:
            too_long = len(response.content) > 17
            if too_long:
                yield failed("too_long", record.record_id, response_id=response.response_id)
            else:
                yield Row(record.record_id, {"score": 0.0}, response_id=response.response_id)


def test_a_failed_value_is_never_zero(
    client: APIClient, version: DatasetVersion, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LengthSignal, "scorer", lambda self, **_: (fails_on_long, {}))
    accepted = request(client, version, kind="length").json()

    job = work(accepted["id"])

    signal = Signal.objects.get()
    assert (signal.rows_ok, signal.rows_failed, job.message) == (18, 2, "18 responses scored, 2 failed.")
    steps = [{"type": "signal_margin", "signal": signal.pk, "min": -1, "missing": "review"}]
    body = client.post("/api/recipes/preview/", {"dataset_version": version.pk, "steps": steps}).json()
    assert (body["kept"], body["review"], body["dropped"]) == (8, 2, 0)
    assert body["funnel"][1]["reasons"] == {"no_score": 2}


def test_failed_values_can_be_asked_for_again(
    client: APIClient, version: DatasetVersion, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(LengthSignal, "scorer", lambda self, **_: (fails_on_long, {}))
        first = request(client, version, kind="length").json()
        work(first["id"])

    second = request(client, version, kind="length").json()
    work(second["id"])

    signal = Signal.objects.get()
    assert second["id"] != first["id"]
    assert (signal.state, signal.rows_ok, signal.rows_failed) == ("ready", 20, 0)


def fails_always(source: Source) -> Iterator[Row]:
    for record in source.records():
        for response in record.responses:
            yield failed("out_of_memory", record.record_id, response_id=response.response_id)


def test_a_signal_without_any_value_has_failed(
    client: APIClient, version: DatasetVersion, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LengthSignal, "scorer", lambda self, **_: (fails_always, {}))

    job = work(request(client, version, kind="length").json()["id"])

    assert (job.state, job.message) == (
        "failed",
        "None of the 20 responses could be scored; the failures say why.",
    )
    assert Signal.objects.get().state == "failed"


def test_rows_carry_their_scores(version: DatasetVersion, client: APIClient, work: Work) -> None:
    accepted = request(client, version, kind="length").json()
    work(accepted["id"])
    record = make_record("Q3", ["x" * 13, "y" * 10])

    found = scores_for(version.pk, [record.record_id])

    assert found == {
        record.record_id: {
            str(accepted["subject"]["id"]): {
                record.responses[0].response_id: 13.0,
                record.responses[1].response_id: 10.0,
            }
        }
    }
    assert scores_for(version.pk, []) == {}


def test_running_a_shard_twice_doubles_nothing(client: APIClient, version: DatasetVersion, work: Work) -> None:
    accepted = request(client, version, kind="length").json()
    work(accepted["id"])
    job = Job.objects.get(pk=accepted["id"])
    Signal.objects.update(state="queued")
    job.shards.update(state="pending")
    Job.objects.update(state="running", finished_at=None)

    work(job.pk)

    signal = Signal.objects.get()
    assert (signal.state, signal.rows_ok) == ("ready", 20)
    assert len(store().list("signals")) == 3


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"kind": "magic"}, 400, "kind: there is no signal 'magic'; choose one of "),
        ({"kind": "length", "params": {"unit": "words"}}, 400, "params: this signal takes none, but got unit."),
        ({"kind": "reward_score"}, 400, "params: give the id of a registered reward model as model"),
        ({"kind": "reward_score", "params": {"model": 1}}, 422, "params.model: Policy is a policy model"),
    ],
)
def test_a_bad_request_is_refused(
    client: APIClient,
    version: DatasetVersion,
    monkeypatch: pytest.MonkeyPatch,
    body: dict[str, Any],
    status: int,
    message: str,
) -> None:
    policy = ResolvedModel(1, "Policy", "nowhere", "1", "policy")
    monkeypatch.setattr(model_resolution, "_resolvers", [lambda project_id, model_id: policy])

    answer = request(client, version, **body)

    assert (answer.status_code, answer.json()["message"][: len(message)]) == (status, message)
    assert Signal.objects.count() == 0


def test_the_kinds_are_listed(client: APIClient) -> None:
    kinds = client.get("/api/signal-kinds/").json()["results"]

    by_name = {kind["kind"]: (kind["queue"], kind["level"], len(kind["columns"])) for kind in kinds}
    assert by_name.keys() == KINDS.keys()
    assert by_name["length"] == ("default", "response", 1)
    assert by_name["quick_ensemble"] == ("ml", "pair", 3)
