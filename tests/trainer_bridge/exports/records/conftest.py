"""A dataset version frozen by a recipe and exported by the job itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from curation.models import Recipe, Snapshot
from curation.snapshots.services import snapshot_create
from tests.curation.making import make_version
from trainer_bridge.models import Export
from trainer_bridge.services.exports import export_create
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record
from webapp.store.files import store

CLEAR = [{"type": "strength", "min_strength": 0.1, "drop_ties": True, "drop_both_bad": True}]


@dataclass
class Exported:
    rows: dict[str, list[dict[str, Any]]]
    manifest: dict[str, Any]
    state: str
    message: str

    @property
    def train(self) -> list[dict[str, Any]]:
        return self.rows.get("train", [])


Frozen = Callable[..., Snapshot]
ExportAs = Callable[..., Exported]


@pytest.fixture
def frozen(project: Project, admin: User, work: Callable[[int], Job]) -> Frozen:
    """A snapshot of all clear pairs of some records."""

    def freeze(records: list[Record], test_fraction: float = 0.0, kinds: dict[str, int] | None = None) -> Snapshot:
        version = make_version(project, admin, records, rows_per_part=5)
        if kinds is not None:
            version.parts = [{**part, "stats": {"annotation_kinds": kinds}} for part in version.parts]
            version.save()
        recipe = Recipe.objects.create(project=project, name=f"Clear {version.pk}", steps=CLEAR, created_by=admin)
        job = snapshot_create(recipe=recipe, version=version, created_by=admin, test_fraction=test_fraction)
        assert work(job.pk).state == "succeeded"
        return Snapshot.objects.get(pk=int(job.subject_id or 0))

    return freeze


@pytest.fixture
def export_as(admin: User, work: Callable[[int], Job]) -> ExportAs:
    """What an export of a snapshot holds."""

    def write(snapshot: Snapshot, key: str, **options: Any) -> Exported:
        export = export_create(snapshot=snapshot, format=key, created_by=admin, options=options)
        job = work(export.its_job.pk)
        export = Export.objects.get(pk=export.pk)
        rows = {}
        for file in export.files:
            if file["name"].endswith(".jsonl"):
                with store().open(f"{export.folder}/{file['name']}") as opened:
                    rows[file["name"].removesuffix(".jsonl")] = [
                        orjson.loads(line) for line in opened.read().splitlines()
                    ]
        return Exported(rows, export.manifest, job.state, job.message)

    return write
