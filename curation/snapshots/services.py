"""Freeze snapshots."""

from __future__ import annotations

from django.db import transaction

from curation.models import DatasetVersion, Recipe, Snapshot
from curation.recipes.preview import recipe_ready
from webapp.accounts.models import User
from webapp.api.errors import UnprocessableError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create

JOB_KIND = "snapshot.freeze"


@transaction.atomic
def snapshot_create(
    *,
    recipe: Recipe,
    version: DatasetVersion,
    created_by: User,
    name: str = "",
    test_fraction: float = 0.1,
    seed: int = 0,
) -> Job:
    """Start freezing a recipe over a version. Raises UnprocessableError when they do not fit each other."""
    if version.dataset.project_id != recipe.project_id:
        raise UnprocessableError(
            "dataset_version: this version belongs to another project.", fields={"dataset_version": ["Other project."]}
        )
    recipe_ready(version, recipe.steps)
    snapshot = Snapshot.objects.create(
        project=recipe.project,
        recipe=recipe,
        steps=recipe.steps,
        dataset_version=version,
        name=name or f"{recipe.name} on {version.dataset.name} v{version.number}",
        test_fraction=test_fraction,
        seed=seed,
        created_by=created_by,
    )
    job = job_create(
        kind=JOB_KIND,
        project=recipe.project,
        created_by=created_by,
        params={"snapshot": snapshot.pk},
        title=f"Freeze {snapshot.name}",
        subject=("snapshot", snapshot.pk),
    )
    snapshot.job = job
    snapshot.save(update_fields=["job"])
    return job
