"""What the page of a run reads: settings, differences, samples, files, the folder, and where runs may go."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rest_framework.test import APIClient

from curation.models import Snapshot
from trainer_bridge.models import Export, Run, RunMetric
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.projects.services.projects import project_create
from webapp.store.files import Store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def start(client: APIClient, project: Project, tiny: str) -> Callable[..., Any]:
    def post(**fields: Any) -> Any:
        body = {"kind": "dpo", "base_model": tiny, "config": {"max_steps": 3}, **fields}
        return client.post(f"/api/projects/{project.pk}/runs/", body)

    return post


@pytest.fixture
def run(start: Callable[..., Any], make_export: Callable[..., Export]) -> Run:
    assert start(export=make_export().pk).status_code == 202
    return Run.objects.get()


@pytest.fixture
def folder(run: Run, store_folder: Store) -> Path:
    folder = store_folder.local_path(run.folder)
    folder.mkdir(parents=True)
    return folder


def test_a_list_of_runs_shows_their_newest_numbers(run: Run, client: APIClient, project: Project) -> None:
    before = client.get(f"/api/runs/{run.pk}/").json()["metrics"]
    RunMetric.objects.create(run=run, step=1, values={"loss": 2.0})
    RunMetric.objects.create(run=run, step=2, values={"loss": 1.5, "accuracy": None})

    listed = client.get(f"/api/projects/{project.pk}/runs/").json()["results"]

    assert (before, [each["metrics"] for each in listed]) == ({}, [{"loss": 1.5, "accuracy": None}])


def test_a_run_on_a_snapshot_makes_its_export_and_waits_for_it(
    start: Callable[..., Any], make_snapshot: Callable[..., Snapshot], client: APIClient, work: Callable[[int], Job]
) -> None:
    snapshot = make_snapshot(train=4, test=0)

    accepted = start(snapshot=snapshot.pk, config={"epochs": 2, "batch_size": 2})
    run = Run.objects.get()
    waiting = work(run.its_job.pk)
    told = client.get(f"/api/runs/{run.pk}/").json()
    log = client.get(f"/api/jobs/{run.job_id}/log/").json()["results"]
    work(run.export.its_job.pk)
    ready = client.get(f"/api/runs/{run.pk}/").json()

    assert (accepted.status_code, run.export.format, waiting.state) == (202, "trl_preference", "running")
    assert (told["state"], told["note"], told["place_in_queue"], told["max_steps"]) == (
        "queued",
        "Waits for its export.",
        None,
        0,
    )
    assert [entry["message"] for entry in log] == ["Waits for its export."]
    # Two passes over four rows by two.
    assert (ready["place_in_queue"], ready["max_steps"]) == (1, 4)


def test_a_run_whose_export_fails_says_why(
    start: Callable[..., Any], make_snapshot: Callable[..., Snapshot], work: Callable[[int], Job]
) -> None:
    start(snapshot=make_snapshot(train=0, test=0).pk)
    run = Run.objects.get()
    work(run.export.its_job.pk)

    ended = work(run.its_job.pk)

    assert (ended.state, Run.objects.get().state) == ("failed", "failed")
    assert Run.objects.get().error.startswith("The export of this run failed: This snapshot keeps no pairs")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "export"),
        ({"export": 1, "snapshot": 1}, "export"),
        ({"snapshot": 999_999}, "snapshot"),
        ({"launcher": "slurm"}, "launcher"),
        ({"gpus": 3}, "gpus"),
        ({"format": "trl_reward"}, "format"),
    ],
)
def test_what_cannot_be_started_names_its_field(
    start: Callable[..., Any], make_snapshot: Callable[..., Snapshot], settings: Any, fields: Any, field: str
) -> None:
    settings.TRAIN_GPUS = 2
    given = fields if not fields or "export" in fields or "snapshot" in fields else {
        "snapshot": make_snapshot().pk, **fields
    }  # fmt: skip

    answer = start(**given)

    assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})
    assert Run.objects.count() == 0


def test_an_ensemble_is_as_many_runs_that_know_their_number(
    start: Callable[..., Any], make_export: Callable[..., Export], client: APIClient, project: Project
) -> None:
    start(export=make_export().pk, members=3, name="judge")
    start(export=Export.objects.get().pk)
    shared = Run.objects.earliest("id").ensemble

    listed = client.get(f"/api/projects/{project.pk}/runs/", {"ensemble": shared}).json()["results"]

    assert [(run["name"], run["config"]["member"], run["config"]["members"]) for run in reversed(listed)] == [
        ("judge-1", 1, 3),
        ("judge-2", 2, 3),
        ("judge-3", 3, 3),
    ]


def test_a_clone_keeps_what_was_chosen_and_not_what_followed(
    start: Callable[..., Any], make_export: Callable[..., Export], client: APIClient
) -> None:
    start(export=make_export().pk, name="one", config={"max_steps": 3, "beta": 0.3, "loss_type": "robust"})
    parent = Run.objects.get()

    accepted = client.post(
        f"/api/runs/{parent.pk}/clone/",
        {"name": "two", "priority": 4, "config": {"use_lora": False, "loss_type": "ipo", "epochs": 1}},
    )
    clone = Run.objects.latest("id")
    diff = client.get(f"/api/runs/{clone.pk}/diff/", {"against": parent.pk}).json()

    assert accepted.status_code == 202
    assert (clone.parent_id, clone.name, clone.priority, clone.export_id) == (parent.pk, "two", 4, parent.export_id)
    changed = {line["name"]: (line["run"], line["against"]) for line in diff["differences"]}
    assert changed == {
        "config.use_lora": (False, True),
        "config.loss_type": ("ipo", "robust"),
        "config.epochs": (1.0, None),
        "config.max_steps": (None, 3),
        "config.learning_rate": (1e-6, 5e-5),
        "config.label_smoothing": (None, 0.1),
    }


def test_runs_are_compared_inside_their_project(
    run: Run, client: APIClient, admin: User, make_export: Callable[..., Export]
) -> None:
    other = project_create(created_by=admin, name="Other")
    elsewhere = Run.objects.create(
        project=other, export=make_export(of=other), kind="dpo", name="E", base_model="x", config={}, created_by=admin
    )

    answers = [client.get(f"/api/runs/{run.pk}/diff/", {"against": n}) for n in (elsewhere.pk, 999_999)]

    assert [answer.json()["message"] for answer in answers] == ["against: This project has no such run."] * 2


def test_metrics_that_no_worker_has_copied_yet_are_shown(run: Run, folder: Path, client: APIClient) -> None:
    Run.objects.filter(pk=run.pk).update(state="running")
    lines = [{"step": step, "at": "", "values": {"loss": step / 10}} for step in (1, 2)]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"step": 3, "val')

    points = client.get(f"/api/runs/{run.pk}/metrics/", {"after_step": 1}).json()["results"]

    assert points == [{"step": 2, "values": {"loss": 0.2}}]


def test_samples_are_read_in_order(run: Run, folder: Path, client: APIClient) -> None:
    samples = [{"prompt": "Q", "text": "A"}]
    (folder / "samples.jsonl").write_text(
        json.dumps({"step": 2, "at": "t", "samples": samples}) + "\nnot json\n" + '{"step": 4, "samples": []}\n'
    )

    assert client.get(f"/api/runs/{run.pk}/samples/").json()["results"] == [
        {"step": 2, "at": "t", "samples": [{"prompt": "Q", "text": "A", "scores": None}]},
        {"step": 4, "at": "", "samples": []},
    ]


def test_only_listed_files_are_handed_out(run: Run, folder: Path, client: APIClient, tmp_path: Path) -> None:
    (folder / "model").mkdir()
    (folder / "model" / "config.json").write_text("{}")
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "secret.json").write_text("{}")
    (tmp_path / "outside").write_text("secret")
    (folder / "model" / "link").symlink_to(tmp_path / "outside")
    (folder / "train.log").write_text("log")

    listed = client.get(f"/api/runs/{run.pk}/files/").json()
    good = client.get(f"/api/runs/{run.pk}/files/model/config.json/")
    bad = [
        client.get(f"/api/runs/{run.pk}/files/{name}/")
        for name in ("model/link", "checkpoints/secret.json", "../1/train.log", "%2e%2e/x", "model/../train.log")
    ]

    assert [(file["name"], file["size_bytes"]) for file in listed] == [("model/config.json", 2), ("train.log", 3)]
    assert b"".join(good.streaming_content) == b"{}"  # type: ignore[attr-defined]
    assert [answer.status_code for answer in bad] == [404] * 5


def test_the_folder_holds_all_it_takes_and_nothing_of_this_machine(run: Run, client: APIClient) -> None:
    answer = client.get(f"/api/runs/{run.pk}/folder/")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    told = client.get(f"/api/runs/{run.pk}/config/").json()
    names = set(archive.namelist())
    top = f"run-{run.pk}"

    assert answer["Content-Disposition"] == f'attachment; filename="tiny-dpo-{run.pk}.zip"'
    assert archive.testzip() is None
    assert names >= {
        f"{top}/{name}"
        for name in ("config.yaml", "README.txt", "requirements.txt", "data/train.parquet", "data/test.parquet",
                     "code/trainer_bridge/ml/train.py", "code/trainer_bridge/domain/methods.py",
                     "base-model/config.json")
    }  # fmt: skip
    assert not any("webapp" in name or "settings" in name for name in names)
    config = yaml.safe_load(archive.read(f"{top}/config.yaml"))
    assert config == yaml.safe_load(told["yaml"])
    assert (config["base_model"], config["data"]["train"]) == ({"path": "base-model"}, "data/train.parquet")
    assert told["command"] in archive.read(f"{top}/README.txt").decode()
    assert "trl==" in archive.read(f"{top}/requirements.txt").decode()


def test_a_folder_of_a_run_that_waits_for_its_export_is_not_there_yet(
    start: Callable[..., Any], make_snapshot: Callable[..., Snapshot], client: APIClient
) -> None:
    start(snapshot=make_snapshot().pk)

    answers = [client.get(f"/api/runs/{Run.objects.get().pk}/{page}/") for page in ("folder", "config")]

    assert [answer.status_code for answer in answers] == [409, 409]


def test_the_form_knows_every_method_loss_and_setting(client: APIClient, project: Project) -> None:
    methods = {method["kind"]: method for method in client.get("/api/training-methods/").json()}
    places = client.get(f"/api/projects/{project.pk}/launchers/").json()

    assert set(methods) == {"dpo", "kto", "cpo", "orpo", "tpo", "sft", "reward"}
    dpo = methods["dpo"]
    losses = {loss["key"]: loss for loss in dpo["losses"]}
    assert dpo["settings"]["properties"]["beta"] == {
        "type": "number", "title": "Beta", "description": "how far the policy may move", "default": 0.1,
        "exclusiveMinimum": 0, "maximum": 100,
    }  # fmt: skip
    assert dpo["settings"]["properties"]["loss_type"]["enum"] == list(losses)
    assert "label_smoothing" not in dpo["settings"]["properties"]
    assert losses["robust"]["settings"]["properties"]["label_smoothing"]["default"] == 0.1
    assert losses["odpo"]["columns"] == ["offset"]
    cpo = {loss["key"]: loss["settings"]["properties"] for loss in methods["cpo"]["losses"]}
    assert methods["cpo"]["settings"]["properties"]["beta"]["default"] == 2.0
    assert (cpo["sigmoid"]["beta"]["default"], "beta" in cpo["simpo"]) == (0.1, False)
    assert [(place["name"], place["available"]) for place in places] == [("local", True), ("manual", True)]
