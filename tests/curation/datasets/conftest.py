"""Datasets to import into, and uploads that are imported at once by a worker in this process."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from curation.datasets.reading import iter_version_records
from curation.datasets.services import dataset_create
from curation.models import Dataset, DatasetVersion, Import
from webapp.accounts.models import User
from webapp.jobs.models import Job
from webapp.projects.models import Project
from webapp.store.canonical import Record


class Imported(NamedTuple):
    job: Job
    taken: Import

    @property
    def version(self) -> DatasetVersion:
        assert self.taken.version is not None
        return self.taken.version

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Rows read, new, merged, rejected."""
        taken = self.taken
        return taken.rows_read, taken.rows_new, taken.rows_merged, taken.rows_rejected


Upload = Callable[..., Imported]


@pytest.fixture
def dataset(project: Project, admin: User) -> Dataset:
    return dataset_create(project=project, created_by=admin, name="Chats")


@pytest.fixture
def admin_client(client_of: Callable[..., APIClient], admin: User) -> APIClient:
    return client_of(admin)


@pytest.fixture
def upload(admin_client: APIClient, dataset: Dataset, work: Callable[[int], Job]) -> Upload:
    """Upload a file through the API, run its job, and return both as they ended."""

    def send(content: bytes, name: str = "rows.jsonl", into: Dataset = dataset, **fields: Any) -> Imported:
        answer = admin_client.post(
            f"/api/datasets/{into.pk}/imports/",
            {"file": SimpleUploadedFile(name, content), **fields},
            format="multipart",
        )
        assert answer.status_code == 202, answer.content
        job = work(answer.json()["id"])
        return Imported(job, Import.objects.select_related("version").get(pk=answer.json()["subject"]["id"]))

    return send


def jsonl(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def pair(number: int, /, **more: Any) -> dict[str, Any]:
    return {"prompt": f"Question {number}?", "chosen": f"Good {number}.", "rejected": f"Bad {number}.", **more}


def records(version: DatasetVersion) -> list[Record]:
    return list(iter_version_records(version))


def quarantined(client: APIClient, taken: Import) -> list[dict[str, Any]]:
    answer = client.get(f"/api/imports/{taken.pk}/quarantine/")
    assert answer.status_code == 200
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def reasons(lines: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(line["row"], line["reason"]) for line in lines]
