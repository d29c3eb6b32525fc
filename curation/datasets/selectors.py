"""Reading datasets, versions and imports."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import OuterRef, QuerySet, Subquery

from curation.datasets.choices import VersionState
from curation.models import Dataset, DatasetVersion, Import
from webapp.api.errors import NotFoundError

T = TypeVar("T")


def dataset_get(dataset_id: int) -> Dataset:
    """A dataset with `latest_version_id` on it. Raises NotFoundError."""
    return _found(datasets_with_latest().filter(pk=dataset_id).first(), "dataset", dataset_id)


def dataset_project_id(dataset_id: int) -> int:
    return _found(
        Dataset.objects.filter(pk=dataset_id).values_list("project_id", flat=True).first(), "dataset", dataset_id
    )


def datasets_with_latest() -> QuerySet[Dataset]:
    """Datasets, each with its newest ready version's `latest_id`, `latest_number` and `latest_rows` (or None)."""
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk"), state=VersionState.READY).order_by("-number")
    return Dataset.objects.annotate(
        latest_id=Subquery(newest.values("id")[:1]),
        latest_number=Subquery(newest.values("number")[:1]),
        latest_rows=Subquery(newest.values("rows")[:1]),
    )


def datasets_of(project_id: int) -> QuerySet[Dataset]:
    return datasets_with_latest().filter(project_id=project_id)


def version_get(version_id: int) -> DatasetVersion:
    """A dataset version with its dataset. Raises NotFoundError."""
    found = DatasetVersion.objects.select_related("dataset", "created_by").filter(pk=version_id).first()
    return _found(found, "dataset version", version_id)


def version_project_id(version_id: int) -> int:
    """The project a dataset version belongs to. Raises NotFoundError."""
    ids = DatasetVersion.objects.filter(pk=version_id).values_list("dataset__project_id", flat=True)
    return _found(ids.first(), "dataset version", version_id)


def versions_of(dataset_id: int) -> QuerySet[DatasetVersion]:
    return DatasetVersion.objects.filter(dataset_id=dataset_id).select_related("created_by")


def version_latest(dataset_id: int) -> DatasetVersion | None:
    """The newest ready version of a dataset, or None when nothing was imported yet."""
    return DatasetVersion.objects.filter(dataset_id=dataset_id, state=VersionState.READY).order_by("-number").first()


def imports_of(dataset_id: int) -> QuerySet[Import]:
    return Import.objects.filter(dataset_id=dataset_id).select_related("created_by")


def import_get(import_id: int) -> Import:
    """An import with its dataset. Raises NotFoundError."""
    found = Import.objects.select_related("dataset", "created_by").filter(pk=import_id).first()
    return _found(found, "import", import_id)


def import_project_id(import_id: int) -> int:
    ids = Import.objects.filter(pk=import_id).values_list("dataset__project_id", flat=True)
    return _found(ids.first(), "import", import_id)


def _found(value: T | None, noun: str, pk: int) -> T:
    if value is None:
        raise NotFoundError(f"There is no {noun} {pk}, or you may not see it.")
    return value
