"""Snapshots, exports and base models that the trainer bridge's tests start from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from curation.models import Snapshot
from tests.trainer_bridge.making import snapshot_make
from trainer_bridge.models import Export
from trainer_bridge.services.exports import export_create
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project

Work = Callable[[int], Job]


@pytest.fixture
def make_snapshot(project: Project, admin: User, store_folder: Any) -> Callable[..., Snapshot]:
    """A snapshot of `train` + `test` kept pairs; see `snapshot_make`."""

    def make(train: int = 24, test: int = 4, state: str = "ready", of: Project | None = None) -> Snapshot:
        return snapshot_make(project=of or project, user=admin, train=train, test=test, state=state)

    return make


@pytest.fixture
def make_export(make_snapshot: Callable[..., Snapshot], admin: User, work: Work) -> Callable[..., Export]:
    """A ready export of a new snapshot."""

    def make(format: str = "trl_preference", **snapshot: Any) -> Export:
        export = export_create(snapshot=make_snapshot(**snapshot), format=format, created_by=admin)
        assert work(export.job_id).state == "succeeded"
        return Export.objects.get(pk=export.pk)

    return make


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of local models that holds `tiny`, built once for the whole run."""
    folder = tmp_path_factory.mktemp("models")
    command = [sys.executable, "-m", "trainer_bridge.ml.base_models", "tiny-llama", str(folder / "tiny")]
    subprocess.run(command, cwd=django_settings.BASE_DIR, env=os.environ, check=True, capture_output=True)
    return folder


@pytest.fixture
def tiny(models_folder: Path, settings: Any) -> str:
    """The key of a base model that needs no preparing."""
    settings.MODELS_DIR = str(models_folder)
    return "local:tiny"
