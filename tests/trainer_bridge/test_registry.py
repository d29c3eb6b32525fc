"""What the signals learn of a registered model: its files, its revision, and what it was trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from curation.snapshots.selectors import iter_snapshot_pairs
from trainer_bridge.models import Export, ModelVersion, Run
from trainer_bridge.selectors.registry import model_resolve
from webapp.accounts.models import User
from webapp.projects.models import Project

pytestmark = pytest.mark.django_db(transaction=True)


def make_model(project: Project, admin: User, export: Export | None, base_model: str = "tiny-llama") -> ModelVersion:
    facts: dict[str, Any] = {"project": project, "base_model": base_model, "created_by": admin}
    run = export and Run.objects.create(**facts, export=export, kind="reward", name="run", config={})
    count = ModelVersion.objects.count() + 1
    return ModelVersion.objects.create(
        **facts,
        run=run,
        origin="run" if run else "import",
        kind="reward",
        name="scorer",
        version=count,
        path="runs/1/model",
        size_bytes=0,
    )


def trained_on(export: Export) -> set[str]:
    return {pair["prompt"][0]["content"] for pair in iter_snapshot_pairs(export.snapshot, split="train")}


def test_a_model_knows_the_prompts_of_its_training_split(
    make_export: Callable[..., Export], project: Project, admin: User
) -> None:
    export = make_export(train=5, test=3)
    model = make_model(project, admin, export)

    found = set(model_resolve(project.pk, model.pk).training_prompts())

    assert found == trained_on(export)
    assert len(found) == 5


def test_what_its_base_was_trained_on_counts_too(
    make_export: Callable[..., Export], project: Project, admin: User
) -> None:
    first, second = make_export(train=4), make_export(train=6)
    base = make_model(project, admin, first)
    model = make_model(project, admin, second, f"model:{base.pk}")

    assert set(model_resolve(project.pk, model.pk).training_prompts()) == trained_on(first) | trained_on(second)


def test_nothing_is_known_of_a_model_from_elsewhere(project: Project, admin: User, store_folder: Any) -> None:
    model = make_model(project, admin, None)

    assert list(model_resolve(project.pk, model.pk).training_prompts()) == []
