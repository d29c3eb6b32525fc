"""Runs through the API, as far as they go without a trainer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from trainer_bridge.models import Export, ModelVersion, Run, RunMetric
from trainer_bridge.runs import curves
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import Store

pytestmark = pytest.mark.django_db(transaction=True)
ClientOf = Callable[..., APIClient]
MakeExport = Callable[..., Export]


@pytest.fixture
def start_run(
    client_of: ClientOf, admin: User, project: Project, make_export: MakeExport, tiny: str
) -> Callable[..., Any]:
    """POST a run on a new export; `fields` replace those of a good request."""

    def start(*, export: int | None = None, client: APIClient | None = None, **fields: Any) -> Any:
        export = make_export().pk if export is None else export
        body = {"kind": "dpo", "export": export, "base_model": tiny, "config": {"max_steps": 3}, **fields}
        return (client or client_of(admin)).post(f"/api/projects/{project.pk}/runs/", body)

    return start


def test_a_run_is_queued_with_every_setting_filled_in(
    start_run: Callable[..., Any], client_of: ClientOf, admin: User, project: Project
) -> None:
    accepted = start_run(config={"max_steps": 3, "lora_r": 4, "beta": None})
    run = client_of(admin).get(f"/api/runs/{Run.objects.get().pk}/").json()
    listed = client_of(admin).get(f"/api/projects/{project.pk}/runs/").json()["results"]

    job = accepted.json()
    assert (accepted.status_code, job["queue"], job["unit"]) == (202, "train", "steps")
    assert job["subject"] == {"type": "run", "id": run["id"]}
    assert (run["state"], run["step"], run["max_steps"], run["model_version"]) == ("queued", 0, 3, None)
    assert (run["name"], run["error"], run["created_by"]["email"]) == ("tiny-dpo", "", admin.email)
    assert (run["config"]["lora_r"], run["config"]["beta"], run["config"]["learning_rate"]) == (4, 0.1, 5e-5)
    assert run["snapshot"] == Export.objects.get().snapshot_id
    assert listed == [run]


@pytest.mark.parametrize(
    ("config", "fields"),
    [
        ({"max_steps": 0}, {"config.max_steps"}),
        ({"max_steps": 100_001}, {"config.max_steps"}),
        ({"learning_rate": 0}, {"config.learning_rate"}),
        ({"learning_rate": "fast"}, {"config.learning_rate"}),
        ({"batch_size": -1, "lora_dropout": 2}, {"config.batch_size", "config.lora_dropout"}),
        ({"max_step": 5, "epoch": 1}, {"config.max_step", "config.epoch"}),
        ({"label_smoothing": 0.1}, {"config.label_smoothing"}),
        # The export has no column "offset", which the trainer would only say when the run's turn comes.
        ({"loss_type": "odpo"}, {"config.loss_type"}),
        ([1], {"config"}),
        ("fast", {"config"}),
    ],
)
def test_bad_settings_start_nothing(start_run: Callable[..., Any], config: Any, fields: set[str]) -> None:
    answer = start_run(config=config)

    assert (answer.status_code, set(answer.json()["fields"])) == (400, fields)
    assert (Run.objects.count(), Job.objects.filter(kind="run.train").count()) == (0, 0)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("gpt-17", "There is no base model"),
        ("local:", "is written local:folder"),
        ("local:../tiny", "is written local:folder"),
        ("local:..", "is written local:folder"),
        ("local:/etc", "is written local:folder"),
        ("local:gone", "There is no folder"),
        ("local:empty", "has no config.json"),
        ("local:outside", "There is no folder"),
        ("hub:no-owner", "is written hub:owner/name"),
        ("hub:../..", "is written hub:owner/name"),
        ("model:999", "has no model"),
        ("model:x", "has no model"),
    ],
)
def test_bad_base_models_start_nothing(
    start_run: Callable[..., Any], models_folder: Path, tmp_path: Path, key: str, says: str
) -> None:
    (models_folder / "empty").mkdir(exist_ok=True)
    if not (models_folder / "outside").is_symlink():
        (models_folder / "outside").symlink_to(tmp_path)

    answer = start_run(base_model=key)

    assert answer.status_code == 400
    assert says in answer.json()["fields"]["base_model"][0]
    assert Run.objects.count() == 0


def test_a_run_needs_a_fitting_ready_export_of_its_project(
    start_run: Callable[..., Any], make_export: MakeExport, make_user: Callable[..., User]
) -> None:
    wrong_format = make_export("trl_reward")
    not_ready = make_export()
    Export.objects.filter(pk=not_ready.pk).update(state="failed")
    elsewhere = make_export(of=project_create(created_by=make_user("other@example.org"), name="Elsewhere"))

    answers = [start_run(export=number) for number in (wrong_format.pk, not_ready.pk, elsewhere.pk, 999_999)]

    assert [answer.status_code for answer in answers] == [400] * 4
    sentences = [answer.json()["fields"]["export"][0] for answer in answers]
    assert sentences[0].startswith("A dpo run reads the format trl_preference")
    assert sentences[1] == "This export is failed; train on it when it is ready."
    assert sentences[2] == sentences[3] == "There is no such export in this project."
    assert Run.objects.count() == 0


def test_base_models_are_listed_by_what_one_may_do(
    client_of: ClientOf, admin: User, make_member: Callable[..., User], project: Project, tiny: str
) -> None:
    url = f"/api/projects/{project.pk}/base-models/"

    for_admin = {model["key"]: model for model in client_of(admin).get(url).json()}
    for_curator = {model["key"] for model in client_of(make_member("curator")).get(url).json()}

    assert (for_admin["tiny-llama"]["kind"], for_admin["tiny-llama"]["available"]) == ("packaged", True)
    assert (for_admin[tiny]["kind"], for_admin[tiny]["available"]) == ("local", True)
    assert for_curator >= {"tiny-llama", "smollm2-135m-instruct"}
    assert tiny not in for_curator
    assert client_of(make_member("reviewer")).get(url).status_code == 403


def test_a_queued_run_is_cancelled_and_resumed(start_run: Callable[..., Any], client_of: ClientOf, admin: User) -> None:
    start_run()
    client, run = client_of(admin), Run.objects.get()

    cancelled = client.post(f"/api/runs/{run.pk}/cancel/")
    again = client.post(f"/api/runs/{run.pk}/cancel/")
    resumed = client.post(f"/api/runs/{run.pk}/resume/")
    resumed_again = client.post(f"/api/runs/{run.pk}/resume/")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["finished_at"] is not None
    assert again.status_code == resumed_again.status_code == 409
    assert (resumed.json()["state"], resumed.json()["finished_at"]) == ("queued", None)
    assert Job.objects.get(pk=run.job_id).state == "queued"


def test_curves_are_merged_by_step_and_read_in_parts(
    start_run: Callable[..., Any], client_of: ClientOf, admin: User
) -> None:
    start_run()
    client, run = client_of(admin), Run.objects.get()

    curves.points_store(run.pk, [{"step": 1, "values": {"loss": 0.7}}, {"step": 2, "values": {"loss": 0.6}}])
    curves.points_store(run.pk, [{"step": 2, "values": {"eval_loss": 0.65}}, {"step": 2, "values": {"loss": None}}])
    curves.points_store(run.pk, [])
    everything = client.get(f"/api/runs/{run.pk}/metrics/").json()
    later = client.get(f"/api/runs/{run.pk}/metrics/", {"after_step": 1}).json()

    assert everything == {
        "results": [{"step": 1, "values": {"loss": 0.7}}, {"step": 2, "values": {"loss": None, "eval_loss": 0.65}}],
        "state": "queued",
        "step": 0,
        "max_steps": 3,
    }
    assert [point["step"] for point in later["results"]] == [2]
    assert client.get(f"/api/runs/{run.pk}/metrics/", {"after_step": "x"}).status_code == 400
    assert RunMetric.objects.count() == 2


def test_the_log_is_the_end_of_the_trainers_output(
    start_run: Callable[..., Any], client_of: ClientOf, admin: User, store_folder: Store
) -> None:
    start_run()
    client, run = client_of(admin), Run.objects.get()
    url = f"/api/runs/{run.pk}/logs/"

    before = client.get(url).json()
    folder = store_folder.local_path(run.folder)
    folder.mkdir(parents=True)
    (folder / "train.log").write_text("".join(f"line {number}\n" for number in range(50_000)))
    text = client.get(url).json()["text"]

    assert before == {"text": ""}
    assert 199_000 < len(text) <= 200_000
    assert text.startswith("line ")
    assert text.endswith("line 49999\n")


@pytest.mark.parametrize(("role", "seen"), [("annotator", 403), ("reviewer", 403), ("curator", 200)])
def test_who_may_see_and_steer_runs(
    start_run: Callable[..., Any],
    client_of: ClientOf,
    make_member: Callable[..., User],
    project: Project,
    role: str,
    seen: int,
) -> None:
    start_run()
    run, client = Run.objects.get(), client_of(make_member(role))

    for url in (
        f"/api/projects/{project.pk}/runs/",
        f"/api/projects/{project.pk}/models/",
        f"/api/runs/{run.pk}/",
        f"/api/runs/{run.pk}/metrics/",
        f"/api/runs/{run.pk}/logs/",
    ):
        assert client.get(url).status_code == seen
    assert start_run(client=client, export=Export.objects.get().pk).status_code == 403
    assert client.post(f"/api/runs/{run.pk}/cancel/").status_code == 403
    assert client.post(f"/api/runs/{run.pk}/resume/").status_code == 403
    assert (Run.objects.count(), Run.objects.get().state) == (1, "queued")


def test_models_are_found_by_members_only(
    client_of: ClientOf, admin: User, project: Project, make_user: Callable[..., User]
) -> None:
    model = ModelVersion.objects.create(
        project=project,
        kind="reward",
        name="scorer",
        version=2,
        base_model="tiny-llama",
        metrics={"loss": 0.5},
        path="runs/1/model",
        files=[{"name": "config.json", "size_bytes": 5, "sha256": "ab"}],
        size_bytes=5,
        created_by=admin,
    )
    url = f"/api/models/{model.pk}/"

    seen = client_of(admin).get(url).json()
    listed = client_of(admin).get(f"/api/projects/{project.pk}/models/").json()["results"]
    outside = client_of(make_user("outsider@example.org"))

    assert seen == {**listed[0], "files": model.files}
    assert (seen["name"], seen["version"], seen["kind"], seen["run"]) == ("scorer", 2, "reward", None)
    assert (seen["metrics"], seen["size_bytes"]) == ({"loss": 0.5}, 5)
    assert outside.get(url).json() == outside.get("/api/models/999999/").json()
    assert outside.get(url).status_code == 404


def test_a_reward_model_is_no_base_for_dpo(start_run: Callable[..., Any], admin: User, project: Project) -> None:
    model = ModelVersion.objects.create(
        project=project,
        kind="reward",
        name="scorer",
        version=1,
        base_model="tiny-llama",
        path="runs/1/model",
        size_bytes=0,
        created_by=admin,
    )

    answer = start_run(base_model=f"model:{model.pk}")

    assert answer.json()["fields"]["base_model"] == [
        "scorer v1 is a reward model; a DPO run needs a policy as its base."
    ]
    assert Run.objects.count() == 0
