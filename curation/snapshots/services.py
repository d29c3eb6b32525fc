"""Freeze snapshots."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.models import Campaign
from curation.datasets.services import campaign_queue
from curation.datasets.versions import version_check_project
from curation.models import DatasetVersion, Recipe, Snapshot, SnapshotApproval
from curation.recipes.preview import recipe_ready
from curation.snapshots.choices import SnapshotState
from webapp.accounts.models import User
from webapp.api.errors import ConflictError, UnprocessableError
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
    steps: list[dict[str, Any]] | None = None,
) -> Job:
    """Start freezing a recipe over a version; `steps` are its own with this version's signals in them, where given.

    Raises UnprocessableError when they do not fit each other.
    """
    version_check_project(version, recipe.project_id)
    steps = recipe.steps if steps is None else steps
    recipe_ready(version, steps)
    snapshot = Snapshot.objects.create(
        project=recipe.project,
        recipe=recipe,
        steps=steps,
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


def snapshot_review(*, snapshot: Snapshot, campaign: Campaign, created_by: User, limit: int | None = None) -> Job:
    """Start putting the rows that a snapshot set aside for review into a campaign's queue.

    Raises ConflictError while it is being built, UnprocessableError when it set nothing aside.
    """
    _must_be_ready(snapshot)
    if not snapshot.counts["review"]:
        raise UnprocessableError("This snapshot set no pair aside for review; there is nothing to ask people about.")
    return campaign_queue(
        campaign=campaign,
        version=snapshot.dataset_version,
        created_by=created_by,
        limit=limit,
        review_of=snapshot.decisions_key,
    )


@transaction.atomic
def snapshot_approve(*, snapshot: Snapshot, approved_by: User, note: str = "") -> SnapshotApproval:
    """A person stands by what is in a snapshot; saying so again changes only the note.

    Raises ConflictError while it is being built.
    """
    _must_be_ready(snapshot)
    approval, _ = SnapshotApproval.objects.update_or_create(
        snapshot=snapshot, approved_by=approved_by, defaults={"note": note}
    )
    return approval


def snapshot_approval_withdraw(*, snapshot: Snapshot, approved_by: User) -> None:
    """Nothing happens when this person has not approved it."""
    SnapshotApproval.objects.filter(snapshot=snapshot, approved_by=approved_by).delete()


def _must_be_ready(snapshot: Snapshot) -> None:
    if snapshot.state != SnapshotState.READY:
        raise ConflictError(f"This snapshot is {snapshot.state}; wait until it is ready.")
