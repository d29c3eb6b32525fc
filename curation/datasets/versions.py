"""Adding versions to datasets. Whoever adds one holds the dataset's row lock, so numbers follow each other."""

from __future__ import annotations

from typing import Any

from curation.datasets.choices import VersionState
from curation.datasets.parts import Part, parts_hash, parts_rows, parts_stats
from curation.models import Dataset, DatasetVersion
from webapp.api.errors import UnprocessableError
from webapp.jobs.models import Job


def dataset_locked(dataset_id: int) -> Dataset:
    """The dataset under its row lock; the caller is in a transaction."""
    return Dataset.objects.select_for_update(of=("self",)).select_related("project").get(pk=dataset_id)


def version_check_project(version: DatasetVersion, project_id: int) -> None:
    """Raises UnprocessableError when a version was named whose dataset is of another project."""
    if version.dataset.project_id != project_id:
        sentence = "dataset_version: this version belongs to another project."
        raise UnprocessableError(sentence, fields={"dataset_version": ["Other project."]})


def version_add(
    *,
    dataset: Dataset,
    parent: DatasetVersion | None,
    parts: list[Part],
    origin: str,
    origin_detail: dict[str, Any],
    job: Job,
) -> DatasetVersion:
    """Add a ready version made of `parts`. The caller holds the dataset's lock and `parent` is its newest version."""
    last = DatasetVersion.objects.filter(dataset=dataset).order_by("-number").values_list("number", flat=True).first()
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=(last or 0) + 1,
        state=VersionState.READY,
        origin=origin,
        origin_detail=origin_detail,
        parent=parent,
        rows=parts_rows(parts),
        stats=parts_stats(parts),
        content_hash=parts_hash(parts),
        parts=parts,
        job=job,
        created_by=job.created_by,
    )


class NoProgress:
    """Progress of work done inside `finish`, where nobody listens and nothing interrupts."""

    should_stop = False

    def advance(self, n: int = 1, failures: dict[str, int] | None = None) -> None:
        """Nothing to tell."""

    def set_done(self, done: int) -> None:
        """Nothing to tell."""

    def set_total(self, total: int) -> None:
        """Nothing to tell."""

    def checkpoint(self, state: dict[str, Any]) -> None:
        """Nothing to keep: the work is done again from its start."""

    def log(self, message: str, level: str = "info") -> None:
        """Nothing to tell."""
