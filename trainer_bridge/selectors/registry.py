"""Reads about registered models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from curation.models import Snapshot
from curation.signals.model_resolution import ListedModel, ResolvedModel
from curation.snapshots.selectors import iter_prompts
from trainer_bridge.choices import ModelKind
from trainer_bridge.domain.model_kind import heads_of
from trainer_bridge.models import ModelVersion
from trainer_bridge.selectors.exports import NOTHING_HERE
from webapp.api.errors import NotFoundError, UnprocessableError
from webapp.store.files import store


def models_of(project_id: int) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(project=project_id)


def models_listed(project_id: int) -> Iterator[ListedModel]:
    for model in models_of(project_id).order_by("-id")[:200]:
        yield ListedModel(model.pk, str(model), model.kind)


def model_get(model_id: int) -> ModelVersion:
    model = ModelVersion.objects.filter(pk=model_id).first()
    if model is None:
        raise NotFoundError(NOTHING_HERE)
    return model


def model_project_id(model_id: int) -> int:
    return model_get(model_id).project_id


def model_resolve(project_id: int, model_id: int) -> ResolvedModel:
    """A registered model as the signals of its project load it. Raises NotFoundError, UnprocessableError."""
    model = ModelVersion.objects.filter(pk=model_id, project=project_id).first()
    if model is None:
        raise NotFoundError(f"This project has no model {model_id}; choose one of its models.")
    if not store().is_local:
        raise UnprocessableError(f"The files of {model} are in a store that is not a local disk.")
    return ResolvedModel(
        id=model.pk,
        name=str(model),
        path=str(store().local_path(model.path)),
        revision=files_digest(model.files),
        kind=model.kind,
        training_prompts=lambda: _training_prompts(model),
        heads=model_heads(model),
    )


def model_heads(model: ModelVersion) -> tuple[str, ...]:
    """Names of a reward model's outputs where it has more than the usual one, as its own configuration has them.

    Only models on a local disk are asked; those elsewhere are used by nothing here.
    """
    if model.kind != ModelKind.REWARD or not store().is_local:
        return ()
    try:
        config = json.loads((store().local_path(model.path) / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return heads_of(config)


def _training_prompts(model: ModelVersion) -> Iterator[str]:
    for snapshot in training_snapshots(model):
        for prompt in iter_prompts(snapshot, split="train"):
            yield "\n\n".join(message["content"] for message in prompt)


def training_snapshots(model: ModelVersion | None) -> Iterator[Snapshot]:
    """Snapshots whose train splits the model, and those trained here that it started from, were trained on."""
    while model is not None and model.run is not None:
        yield model.run.export.snapshot
        parent = model.base_model.removeprefix("model:") if model.base_model.startswith("model:") else ""
        model = ModelVersion.objects.filter(pk=int(parent)).first() if parent.isdecimal() else None


def files_digest(files: list[dict[str, Any]]) -> str:
    """One name for the content of a model: 32 hex characters from its files' names and hashes."""
    lines = sorted(f"{file['name']} {file['sha256']}\n" for file in files)
    return hashlib.blake2b("".join(lines).encode(), digest_size=16).hexdigest()
