"""Set up, change and run scheduled refreshes of snapshots."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotation.models import Campaign
from curation.models import Dataset, Recipe, SnapshotRefresh
from curation.snapshots.choices import RefreshState
from webapp.accounts.models import User
from webapp.api.errors import ConflictError, NotFoundError, UnprocessableError


def refreshes_of(project_id: int) -> QuerySet[SnapshotRefresh]:
    return SnapshotRefresh.objects.filter(project=project_id).select_related(*_SHOWN)


_SHOWN = ("recipe", "dataset", "campaign", "snapshot", "created_by")


def refresh_get(refresh_id: int) -> SnapshotRefresh:
    """Raises NotFoundError."""
    found = SnapshotRefresh.objects.select_related(*_SHOWN).filter(pk=refresh_id).first()
    if found is None:
        raise NotFoundError("There is no such scheduled refresh.")
    return found


def refresh_project_id(refresh_id: int) -> int:
    """The project a refresh belongs to. Raises NotFoundError."""
    return refresh_get(refresh_id).project_id


def refresh_create(
    *,
    recipe: Recipe,
    dataset: Dataset,
    campaign: Campaign | None,
    created_by: User,
    every_hours: int,
    test_fraction: float = 0.1,
    seed: int = 0,
) -> SnapshotRefresh:
    """Keep a recipe's snapshot of a dataset fresh; the first round begins at once.

    Raises UnprocessableError for parts of different projects, ConflictError when this recipe and dataset are refreshed
    already.
    """
    for name, other in (("dataset", dataset), ("campaign", campaign)):
        if other is not None and other.project_id != recipe.project_id:
            raise UnprocessableError(
                f"{name}: this {name} belongs to another project.", fields={name: ["Other project."]}
            )
    try:
        with transaction.atomic():
            made = SnapshotRefresh.objects.create(
                project=recipe.project,
                recipe=recipe,
                dataset=dataset,
                campaign=campaign,
                created_by=created_by,
                every_hours=every_hours,
                test_fraction=test_fraction,
                seed=seed,
                next_at=timezone.now(),
            )
    except IntegrityError as error:
        raise ConflictError(
            f"“{recipe.name}” over {dataset.name} is refreshed already; change that schedule instead."
        ) from error
    return refresh_get(made.pk)


@transaction.atomic
def refresh_update(*, refresh_id: int, **changes: Any) -> SnapshotRefresh:
    """Change the interval, or pause and go on; a round under way comes to its end first."""
    refresh = _locked(refresh_id)
    for name in ("every_hours", "is_active"):
        setattr(refresh, name, changes.get(name, getattr(refresh, name)))
    refresh.save(update_fields=["every_hours", "is_active"])
    return refresh_get(refresh_id)


@transaction.atomic
def refresh_run(*, refresh_id: int) -> SnapshotRefresh:
    """Begin a round now instead of waiting for its time. Raises ConflictError while one is under way."""
    refresh = _locked(refresh_id)
    if refresh.state not in (RefreshState.WAITING, RefreshState.FAILED):
        raise ConflictError("A round is under way already; its state says how far it is.")
    if not refresh.is_active:
        raise ConflictError("This refresh is paused; let it go on first.")
    refresh.next_at, refresh.message = timezone.now(), "About to begin."
    refresh.save(update_fields=["next_at", "message"])
    return refresh_get(refresh_id)


def refresh_delete(*, refresh_id: int) -> None:
    """Snapshots it made stay; a job it started goes on."""
    SnapshotRefresh.objects.filter(pk=refresh_id).delete()


def _locked(refresh_id: int) -> SnapshotRefresh:
    """Raises NotFoundError."""
    refresh = SnapshotRefresh.objects.select_for_update(of=("self",)).filter(pk=refresh_id).first()
    if refresh is None:
        raise NotFoundError("There is no such scheduled refresh.")
    return refresh
