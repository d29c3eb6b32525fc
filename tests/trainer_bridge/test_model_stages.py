"""PATCH /api/models/{id}/, and its card and uses."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from curation.models import Signal
from curation.signals.of_model import models_of
from tests.curation.making import make_record, make_version
from trainer_bridge.models import Export, ModelVersion, Run
from trainer_bridge.services.stages import model_stage_set
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make_model(project: Project, admin: User) -> Callable[..., ModelVersion]:
    def make(version: int = 1, **facts: Any) -> ModelVersion:
        given = {"kind": "reward", "name": "scorer", "base_model": "hub:a/b", "path": "m", "size_bytes": 7, **facts}
        return ModelVersion.objects.create(project=project, created_by=admin, version=version, **given)

    return make


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


def test_a_model_goes_to_production_and_the_one_before_it_to_staging(
    client: APIClient, make_model: Callable[..., ModelVersion]
) -> None:
    first, second, other = make_model(1), make_model(2), make_model(1, name="other", stage="production")
    assert client.patch(f"/api/models/{first.pk}/", {"stage": "production"}).json()["stage"] == "production"

    answer = client.patch(f"/api/models/{second.pk}/", {"stage": "production"})

    assert (answer.status_code, answer.json()["stage"], answer.json()["origin"]) == (200, "production", "import")
    stages = dict(ModelVersion.objects.values_list("pk", "stage"))
    assert stages == {first.pk: "staging", second.pk: "production", other.pk: "production"}


def test_an_unknown_stage_is_refused_and_nothing_changes(
    client: APIClient, make_model: Callable[..., ModelVersion]
) -> None:
    model = make_model()

    answer = client.patch(f"/api/models/{model.pk}/", {"stage": "beta"})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["stage"])
    assert ModelVersion.objects.get().stage == "candidate"


def test_two_people_promote_two_versions_at_once(make_model: Callable[..., ModelVersion]) -> None:
    models = [make_model(number) for number in range(1, 7)]

    def promote(model: ModelVersion) -> str:
        try:
            return model_stage_set(model=model, stage="production").stage
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(promote, models))

    assert told == ["production"] * 6
    stages = sorted(ModelVersion.objects.values_list("stage", flat=True))
    assert stages == ["production", *["staging"] * 5]


def test_a_card_of_a_model_from_elsewhere_says_what_is_not_known(
    client: APIClient, make_model: Callable[..., ModelVersion]
) -> None:
    model = make_model(origin="hub")

    card = client.get(f"/api/models/{model.pk}/card/").json()["markdown"]

    assert card.startswith("# scorer v1\n")
    assert "| Origin | Hugging Face Hub |" in card
    assert "What it was trained on is not known" in card
    assert "This model has not been evaluated yet." in card


def test_a_card_leads_from_the_weights_back_to_the_snapshot(
    client: APIClient,
    make_model: Callable[..., ModelVersion],
    make_export: Callable[..., Export],
    project: Project,
    admin: User,
) -> None:
    export = make_export(format="trl_reward", train=6, test=2)
    facts = {"rows": {"train": {"given": 6, "used": 5, "dropped": 1, "truncated": 0}}, "versions": {"trl": "1.16.0"}}
    job = Job.objects.create(
        project=project, kind="run.train", title="T", queue="train", unit="steps", result={"facts": facts},
        created_by=admin,
    )  # fmt: skip
    run = Run.objects.create(
        project=project, export=export, kind="reward", name="scorer", base_model="tiny-llama", job=job, step=4,
        config={"max_steps": 4, "loss_type": "bradley_terry"}, created_by=admin,
    )  # fmt: skip
    model = make_model(origin="run", run=run)

    card = client.get(f"/api/models/{model.pk}/card/").json()["markdown"]

    for said in (
        "Reward model (Bradley–Terry, with margins where the export has them)",
        "| `max_steps` | `4` |",
        "| trl | 1.16.0 |",
        f"- Snapshot {export.snapshot_id} “Round 1”, content hash `abc`, 8 pairs kept",
        f"- Export {export.pk}, format `trl_reward`, rows train 6, test 2",
        "Of the train rows 6 were given, 5 used, 1 left out, 0 cut",
        "### The card of round 1",
    ):
        assert said in card


def test_everything_that_uses_a_model_is_listed(
    client: APIClient,
    make_model: Callable[..., ModelVersion],
    make_export: Callable[..., Export],
    project: Project,
    admin: User,
) -> None:
    model, unused = make_model(), make_model(2)
    version = make_version(project, admin, [make_record("Q", ["yes", "no"])])
    facts: dict[str, Any] = {"dataset_version": version, "created_by": admin}
    Signal.objects.create(**facts, kind="reward_score", name="Score", key="1", params={"model": model.pk})
    Signal.objects.create(**facts, kind="reward_ensemble", name="Three", key="2", params={"models": [model.pk, 77]})
    Signal.objects.create(**facts, kind="length", name="Length", key="3", params={})
    Run.objects.create(
        project=project, export=make_export(), kind="reward", name="Next", base_model=f"model:{model.pk}", config={},
        created_by=admin,
    )  # fmt: skip

    uses = client.get(f"/api/models/{model.pk}/uses/").json()

    assert [(use["kind"], use["name"]) for use in uses] == [("signal", "Three"), ("signal", "Score"), ("run", "Next")]
    assert client.get(f"/api/models/{unused.pk}/uses/").json() == []


def test_a_signal_names_its_models_one_by_one_and_in_lists() -> None:
    assert models_of(Signal(kind="density_ratio", params={"strong": 3, "weak": 4})) == {3, 4}
    assert models_of(Signal(kind="learning_difficulty", params={"checkpoints": [1, 2], "reference": None})) == {1, 2}
