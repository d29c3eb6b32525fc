"""Tiny models, registered, and sets that they are evaluated on."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from trainer_bridge.ml import base_models
from trainer_bridge.models import Evaluation, EvaluationSet, ModelVersion
from trainer_bridge.services.evaluation_sets import Upload, evaluation_set_upload
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.files import Store, store

_ASPECTS = ("helpful", "brief")


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture(scope="package")
def model_folders(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of reward models and policies with random weights of their own."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

    tiny, root = models_folder / "tiny", tmp_path_factory.mktemp("evaluated")
    found = {}
    for seed, name in enumerate(("reward", "other_reward", "two_heads_reward", "policy", "other_policy")):
        torch.manual_seed(seed)
        found[name] = root / name
        if "reward" in name:
            several = name.startswith("two_heads")
            made = AutoModelForSequenceClassification.from_pretrained(tiny, num_labels=2 if several else 1)
            if several:
                made.config.id2label = dict(enumerate(_ASPECTS))
                made.config.label2id = {aspect: at for at, aspect in enumerate(_ASPECTS)}
                made.config.reward_heads = "aspects"
        else:
            made = AutoModelForCausalLM.from_pretrained(tiny)
            with torch.no_grad():
                for weights in made.parameters():
                    weights.add_(0.02 * torch.randn_like(weights))
        made.save_pretrained(found[name])
        AutoTokenizer.from_pretrained(tiny).save_pretrained(found[name])
    return found


@pytest.fixture
def register(project: Project, admin: User, store_folder: Store, model_folders: dict[str, Path]) -> Callable[..., Any]:
    """A registered model with the files of one of the folders."""

    def make(name: str, *, run: Any = None, base_model: str = "local:tiny", of: Project | None = None) -> ModelVersion:
        number = ModelVersion.objects.count() + 1
        path = f"models/made-{number}"
        shutil.copytree(model_folders[name], store().local_path(path), ignore=shutil.ignore_patterns(base_models.MARK))
        return ModelVersion.objects.create(
            project=of or project,
            kind="reward" if "reward" in name else "policy",
            name=name,
            version=number,
            base_model=base_model,
            origin="import" if run is None else "run",
            run=run,
            path=path,
            files=[{"name": "model.safetensors", "size_bytes": 1, "sha256": f"{number:064x}"}],
            size_bytes=1,
            created_by=admin,
        )

    return make


@pytest.fixture
def pairs_set(project: Project, admin: User, work: Callable[[int], Job]) -> Callable[..., EvaluationSet]:
    """A ready set of preference pairs in the subsets a and b; `rows` replaces them."""

    def make(n: int = 12, *, rows: bytes | None = None, name: str = "Pairs", of: Project | None = None, **fields: Any):
        if rows is None:
            told = (
                {
                    "id": f"p{at}",
                    "prompt": f"How do I plan garden number {at}?",
                    "chosen": f"Start with a **small** step and check it {at} times.",
                    "rejected": f"No idea {at}.",
                    "subset": "ab"[at % 2],
                }
                for at in range(n)
            )
            rows = "".join(json.dumps(row) + "\n" for row in told).encode()
        made = evaluation_set_upload(
            project=of or project,
            created_by=admin,
            files=[Upload("pairs.jsonl", io.BytesIO(rows))],
            name=name,
            **fields,
        )
        assert work(made.its_job.pk).state == "succeeded"
        return EvaluationSet.objects.get(pk=made.pk)

    return make


@pytest.fixture
def evaluate(client: APIClient, work: Callable[[int], Job]) -> Callable[..., Evaluation]:
    """Ask for an evaluation through the API, do it, and return it as it ended."""

    def make(model: ModelVersion, on: EvaluationSet, kind: str = "reward_accuracy", **body: Any) -> Evaluation:
        answer = client.post(f"/api/models/{model.pk}/evaluations/", {"kind": kind, "set": on.pk, **body})
        assert answer.status_code == 202, answer.json()
        work(answer.json()["id"])
        return Evaluation.objects.get(pk=answer.json()["subject"]["id"])

    return make
