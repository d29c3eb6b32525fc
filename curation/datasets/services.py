"""Create datasets, and start the jobs that fill them."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Sequence
from typing import IO, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from annotation.models import Campaign
from annotation.selectors.campaigns import campaign_source_versions
from curation.datasets.choices import QueueOrder, VersionState
from curation.datasets.hub import hub_repository_check
from curation.datasets.predicates import predicate_parse
from curation.models import Dataset, DatasetVersion, Import
from webapp.accounts.models import User
from webapp.api.errors import ConflictError, NotFoundError, UnprocessableError
from webapp.api.uploads import too_large
from webapp.jobs.models import Job
from webapp.jobs.services import job_create
from webapp.projects.models import Project
from webapp.store.files import store

_CHUNK = 1 << 20


def dataset_create(*, project: Project, created_by: User, name: str, description: str = "") -> Dataset:
    """Create an empty dataset. Raises ConflictError when the project has one of that name."""
    try:
        with transaction.atomic():
            return Dataset.objects.create(project=project, created_by=created_by, name=name, description=description)
    except IntegrityError as error:
        raise ConflictError(
            f"This project has a dataset called “{name}” already; choose another name.",
            fields={"name": ["This name is taken."]},
        ) from error


def import_create(
    *, dataset: Dataset, created_by: User, file: IO[bytes], filename: str, format: str | None = None
) -> Import:
    """Keep an uploaded file and start the job that imports it.

    `file` is read in chunks; `format` forces an importer, else it is found from the first rows. Raises
    UnprocessableError for an empty file and ApplicationError (413) past the size limit.
    """
    key = f"datasets/{dataset.pk}/uploads/{uuid.uuid4().hex}"
    size, digest = _keep_upload(file, key, filename)
    try:
        return _import_start(
            dataset=dataset,
            created_by=created_by,
            filename=filename[:255],
            size_bytes=size,
            sha256=digest,
            upload_key=key,
            format=format or "",
        )
    except BaseException:
        store().delete_tree(key)
        raise


def _keep_upload(file: IO[bytes], key: str, filename: str) -> tuple[int, str]:
    """Stream a file into the store; returns its size and SHA-256."""
    size, hasher = 0, hashlib.sha256()
    with store().writer(key) as kept:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > settings.MAX_UPLOAD_BYTES:
                raise too_large()
            hasher.update(chunk)
            kept.write(chunk)
        if not size:
            raise UnprocessableError(f"“{filename}” is empty.", fields={"file": ["This file is empty."]})
    return size, hasher.hexdigest()


def import_create_from_hub(
    *, dataset: Dataset, created_by: User, repository: str, split: str | None = None, format: str | None = None
) -> Import:
    """Start the job that downloads a dataset of the Hugging Face Hub and imports it.

    Raises ApplicationError for a name that cannot be one, UnprocessableError where the client library is missing.
    """
    hub_repository_check(repository)
    return _import_start(
        dataset=dataset,
        created_by=created_by,
        filename=repository,
        hub={"repository": repository, "split": split},
        format=format or "",
    )


@transaction.atomic
def _import_start(*, dataset: Dataset, created_by: User, filename: str, **fields: Any) -> Import:
    started = Import.objects.create(dataset=dataset, created_by=created_by, filename=filename, **fields)
    started.job = job_create(
        kind="dataset.import",
        project=dataset.project,
        created_by=created_by,
        params={"import": started.pk},
        title=f"Import {filename} into {dataset.name}",
        subject=("import", started.pk),
    )
    started.save(update_fields=["job"])
    return started


def campaign_queue(
    *,
    campaign: Campaign,
    version: DatasetVersion,
    created_by: User,
    filter: Any = None,
    order: str = QueueOrder.ORIGINAL,
    seed: int | None = None,
    limit: int | None = None,
    contexts: Sequence[str] | None = None,
    review_of: str | None = None,
) -> Job:
    """Start the job that puts a version's rows into a campaign's queue.

    `filter` is a predicate as JSON (see `curation.datasets.predicates`). A shuffle without a seed gets one, kept
    with the job. With `contexts`, every row is queued once under each of them; `limit` counts rows, not items.
    `review_of` is the store key of a snapshot's decisions: only rows set aside for review are queued.
    """
    if version.dataset.project_id != campaign.project_id:
        raise NotFoundError(f"There is no dataset version {version.pk} in this campaign's project.")
    if version.state != VersionState.READY:
        raise ConflictError(f"Version {version.number} of this dataset is not ready yet.")
    if campaign.state == "finished":
        raise ConflictError("This campaign is finished; reopen it before you queue more items.")
    if filter is not None:
        predicate_parse(filter)
    return job_create(
        kind="campaign.queue",
        project=campaign.project,
        created_by=created_by,
        params={
            "campaign": campaign.pk,
            "version": version.pk,
            "filter": filter,
            "order": order,
            "seed": secrets.randbits(32) if seed is None and order == QueueOrder.SHUFFLE else seed,
            "limit": limit,
            "contexts": list(contexts or []),
            "review_of": review_of,
        },
        title=f"Queue {version.dataset.name} v{version.number} in {campaign.name}",
        subject=("campaign", campaign.pk),
    )


def campaign_fold(*, campaign: Campaign, created_by: User) -> Job:
    """Start the job that brings a campaign's votes home as labels of new dataset versions.

    Raises ConflictError for a campaign whose items came from no dataset.
    """
    if not campaign_source_versions(campaign.pk):
        raise ConflictError("Nothing was queued in this campaign from a dataset, so there is nowhere to put its votes.")
    return job_create(
        kind="campaign.fold",
        project=campaign.project,
        created_by=created_by,
        params={"campaign": campaign.pk},
        title=f"Bring home the votes of {campaign.name}",
        subject=("campaign", campaign.pk),
    )
