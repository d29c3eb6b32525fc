"""Test sets that a version's rows are compared with: versions of datasets of the same project."""

from __future__ import annotations

from typing import Any

from curation.datasets.choices import VersionState
from curation.models import DatasetVersion
from webapp.api.errors import ApplicationError, UnprocessableError

PROOFS_KEPT = 200
VERSION_SCHEMA: dict[str, Any] = {
    "type": "integer",
    "format": "dataset_version",
    "title": "Test set",
    "description": "A version of the dataset that holds the test set.",
}


def ready_test_set(project_id: int, number: Any) -> DatasetVersion:
    """The project's version with this id.

    Raises ApplicationError for what is no id, UnprocessableError for a version that cannot be used.
    """
    if isinstance(number, bool) or not isinstance(number, int):
        raise ApplicationError(
            "params.dataset_version: give the id of the version that holds the test set.",
            fields={"params.dataset_version": ["Choose a version."]},
        )
    found = DatasetVersion.objects.select_related("dataset").filter(pk=number, dataset__project=project_id).first()
    if found is None or found.state != VersionState.READY:
        raise UnprocessableError(
            f"params.dataset_version: this project has no ready dataset version {number}.",
            fields={"params.dataset_version": ["Choose a ready version."]},
        )
    return found


def facts_of(tests: DatasetVersion) -> dict[str, Any]:
    """What a signal's key and provenance say about a test set."""
    return {
        "test_set": f"{tests.dataset.name} v{tests.number}",
        "test_set_hash": tests.content_hash,
        "test_items": tests.rows,
    }
