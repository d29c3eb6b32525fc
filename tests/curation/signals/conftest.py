"""Small random models, made in seconds, and a registry that knows them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from curation.signals import model_resolution
from curation.signals.model_resolution import ResolvedModel
from webapp.accounts.models import User
from webapp.api.errors import NotFoundError

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
# Tiny models gain nothing from threads, and lose much where other work is waiting for the same cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

Register = Callable[..., ResolvedModel]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.jobs.services.control.publish", lambda *args: None)


@pytest.fixture
def client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Register:
    """`register(id, path, kind, revision, trained_on)` puts a model into this test's registry."""
    models: dict[int, ResolvedModel] = {}

    def resolve(project_id: int, model_id: int) -> ResolvedModel:
        if model_id not in models:
            raise NotFoundError(f"This project has no model {model_id}; choose one of its models.")
        return models[model_id]

    def add(model_id: int, path: Path, kind: str, revision: str = "", trained_on: Sequence[str] = ()) -> ResolvedModel:
        name, digest = f"Model {model_id}", revision or f"revision {model_id}"
        models[model_id] = ResolvedModel(model_id, name, str(path), digest, kind, lambda: trained_on)
        return models[model_id]

    monkeypatch.setattr(model_resolution, "_resolvers", [resolve])
    return add


@pytest.fixture(scope="package")
def policy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trainer_bridge.ml import tiny_model

    folder = tmp_path_factory.mktemp("policy")
    tiny_model.build(folder)
    return folder


@pytest.fixture(scope="package")
def reference_model(policy_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy with its weights moved a little."""
    return _moved(policy_model, tmp_path_factory.mktemp("reference"), seed=3)


@pytest.fixture(scope="package")
def later_model(policy_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policy with its weights moved elsewhere."""
    return _moved(policy_model, tmp_path_factory.mktemp("later"), seed=4)


def _moved(policy: Path, folder: Path, seed: int) -> Path:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(policy)
    torch.manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.05 * torch.randn_like(weight)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(policy).save_pretrained(folder)
    return folder


@pytest.fixture(scope="package")
def reward_models(policy_model: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three that differ in their score heads."""
    return [_reward_model(policy_model, tmp_path_factory.mktemp("reward"), seed) for seed in (1, 2, 3)]


@pytest.fixture(scope="package")
def reward_model(reward_models: list[Path]) -> Path:
    return reward_models[0]


def _reward_model(policy: Path, folder: Path, seed: int) -> Path:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.manual_seed(seed)
    model = AutoModelForSequenceClassification.from_pretrained(policy, num_labels=1)
    with torch.no_grad():
        model.score.weight *= 20
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(policy).save_pretrained(folder)
    return folder
