"""Models from the Hub or a folder, registered through the API, score responses as those trained here do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from curation.models import Signal
from tests.curation.making import make_record, make_version
from trainer_bridge.ml import base_models
from trainer_bridge.models import ModelVersion
from trainer_bridge.selectors.registry import model_heads, model_resolve
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import Store, store

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[int], Job]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture(scope="module")
def reward_folder(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with the tiny one and a reward model made from it."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    root = tmp_path_factory.mktemp("registered")
    shutil.copytree(models_folder / "tiny", root / "tiny", ignore=shutil.ignore_patterns(base_models.MARK))
    torch.manual_seed(1)
    AutoModelForSequenceClassification.from_pretrained(root / "tiny", num_labels=1).save_pretrained(root / "scorer")
    AutoTokenizer.from_pretrained(root / "tiny").save_pretrained(root / "scorer")
    return root


@pytest.fixture
def models_dir(reward_folder: Path, settings: Any, store_folder: Store) -> Path:
    settings.MODELS_DIR = str(reward_folder)
    return reward_folder


def register(client: APIClient, project: Project, **body: Any) -> Any:
    return client.post(f"/api/projects/{project.pk}/models/", body)


def test_a_reward_model_of_a_folder_scores_responses(
    client: APIClient, work: Work, project: Project, admin: User, models_dir: Path
) -> None:
    accepted = register(client, project, kind="reward", base_model="local:scorer", name="Helpful")
    job = work(accepted.json()["id"])

    model = ModelVersion.objects.get()
    assert (accepted.status_code, job.state, job.message) == (202, "succeeded", "Registered Helpful v1.")
    assert (model.kind, model.base_model, model.run_id) == ("reward", "local:scorer", None)
    assert {file["name"] for file in model.files} >= {"config.json", "model.safetensors", "tokenizer.json"}
    assert model.size_bytes == sum(file["size_bytes"] for file in model.files)
    shown = client.get(f"/api/models/{model.pk}/").json()
    assert (shown["name"], shown["version"], shown["run"]) == ("Helpful", 1, None)
    offered = client.get(f"/api/projects/{project.pk}/base-models/").json()
    assert "Registered from local:scorer." in [each["description"] for each in offered]

    records = [make_record(f"How do I plan garden {at}?", ["Start small.", "No."]) for at in range(3)]
    version = make_version(project, admin, records)
    body = {"kind": "reward_score", "params": {"model": model.pk}}
    asked = client.post(f"/api/dataset-versions/{version.pk}/signals/", body).json()
    work(asked["id"])

    signal = Signal.objects.get()
    assert (signal.state, signal.rows_ok, signal.rows_failed) == ("ready", 6, 0)
    assert signal.provenance["revision"] == model_resolve(project.pk, model.pk).revision


def test_a_model_of_several_aspects_is_used_only_where_one_of_them_can_be_chosen(
    client: APIClient, work: Work, project: Project, admin: User, models_dir: Path, settings: Any, tmp_path: Path
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    settings.MODELS_DIR = str(tmp_path / "models")
    torch.manual_seed(1)
    wide = AutoModelForSequenceClassification.from_pretrained(models_dir / "tiny", num_labels=2)
    wide.config.id2label, wide.config.label2id = {0: "facts", 1: "tone"}, {"facts": 0, "tone": 1}
    wide.config.reward_heads = "aspects"
    wide.save_pretrained(tmp_path / "models" / "wide")
    AutoTokenizer.from_pretrained(models_dir / "tiny").save_pretrained(tmp_path / "models" / "wide")

    job = work(register(client, project, kind="reward", base_model="local:wide").json()["id"])

    model = ModelVersion.objects.get()
    assert (job.state, model_heads(model)) == ("succeeded", ("facts", "tone"))
    records = [make_record(f"How do I plan garden {at}?", ["Start small.", "No."]) for at in range(2)]
    signals = f"/api/dataset-versions/{make_version(project, admin, records).pk}/signals/"
    refused = client.post(signals, {"kind": "reward_score", "params": {"model": model.pk}})
    assert (refused.status_code, refused.json()["message"]) == (
        400, "params.head: wide v1 has the heads facts, tone; choose one of them.",
    )  # fmt: skip
    several = client.post(signals, {"kind": "reward_ensemble", "params": {"models": [model.pk, model.pk + 1]}})
    assert "wide v1 gives a number for each of facts, tone; this needs one number." in several.json()["message"]
    asked = client.post(signals, {"kind": "reward_score", "params": {"model": model.pk, "head": "tone"}}).json()
    work(asked["id"])
    signal = Signal.objects.get()
    assert (signal.name, signal.state, signal.rows_ok) == ("Score by wide v1, tone", "ready", 4)


def test_a_model_of_the_hub_is_named_with_its_commit(
    client: APIClient, work: Work, project: Project, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str | None]] = []

    def snapshot(hub_id: str, revision: str | None) -> tuple[Path, str]:
        asked.append((hub_id, revision))
        return models_dir / "scorer", "0123abcd"

    monkeypatch.setattr(base_models, "hub_snapshot", snapshot)

    for _ in range(2):
        work(register(client, project, kind="reward", base_model="hub:somebody/scorer@main").json()["id"])

    first, second = ModelVersion.objects.order_by("version")
    assert asked == [("somebody/scorer", "main")] * 2
    assert (str(first), str(second)) == ("scorer v1", "scorer v2")
    assert first.base_model == "hub:somebody/scorer@0123abcd"
    assert store().local_path(first.path) != store().local_path(second.path)
    # The same files are the same model, whatever they are called.
    assert model_resolve(project.pk, first.pk).revision == model_resolve(project.pk, second.pk).revision


def test_a_policy_is_registered_as_one(client: APIClient, work: Work, project: Project, models_dir: Path) -> None:
    work(register(client, project, kind="policy", base_model="local:tiny").json()["id"])

    assert [(model.kind, str(model)) for model in ModelVersion.objects.all()] == [("policy", "tiny v1")]


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({}, "policy", "local:broken is not a language model (its architecture is LlamaForSequenceClassification)."),
        ({"architectures": ["LlamaForCausalLM"]}, "reward", "local:broken is not a reward model (its architecture is"),
        ({"id2label": {"0": "a", "1": "b"}}, "reward", "local:broken gives 2 numbers per response; a reward model"),
        (None, "reward", "local:broken has no chat template, so the text form it was trained on is not known."),
    ],
)
def test_a_model_of_another_kind_is_not_registered(
    client: APIClient, work: Work, project: Project, models_dir: Path, settings: Any, tmp_path: Path,
    change: dict[str, Any] | None, kind: str, sentence: str,
) -> None:  # fmt: skip
    broken = tmp_path / "models" / "broken"
    shutil.copytree(models_dir / "scorer", broken)
    settings.MODELS_DIR = str(broken.parent)
    if change is None:
        (broken / "chat_template.jinja").unlink(missing_ok=True)
        described = json.loads((broken / "tokenizer_config.json").read_text())
        described.pop("chat_template", None)
        (broken / "tokenizer_config.json").write_text(json.dumps(described))
    else:
        config = json.loads((broken / "config.json").read_text())
        (broken / "config.json").write_text(json.dumps({**config, **change}))

    job = work(register(client, project, kind=kind, base_model="local:broken").json()["id"])

    assert (job.state, job.message[: len(sentence)]) == ("failed", sentence)
    assert not ModelVersion.objects.exists()
    assert not store().list("models")


@pytest.mark.parametrize(
    ("base_model", "sentence"),
    [
        (
            "model:1",
            "base_model: Give hub:owner/name, hub:owner/name@revision, or local:folder below PLUMBLINE_MODELS_DIR.",
        ),
        (
            "/etc",
            "base_model: Give hub:owner/name, hub:owner/name@revision, or local:folder below PLUMBLINE_MODELS_DIR.",
        ),
        ("hub:nobody", "base_model: A model of the Hub is written hub:owner/name, or hub:owner/name@revision."),
        (
            "local:../tiny",
            "base_model: A local model is written local:folder, a folder directly below PLUMBLINE_MODELS_DIR.",
        ),
        ("local:none", "base_model: There is no folder 'none' below PLUMBLINE_MODELS_DIR."),
    ],
)
def test_others_are_refused(
    client: APIClient, project: Project, models_dir: Path, base_model: str, sentence: str
) -> None:
    answer = register(client, project, kind="reward", base_model=base_model)

    assert (answer.status_code, answer.json()["message"]) == (400, sentence)
    assert not Job.objects.exists()
