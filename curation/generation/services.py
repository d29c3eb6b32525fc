"""Ask models to write responses to a dataset's prompts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from curation.datasets.choices import VersionState
from curation.generation.writers import writer_of
from curation.ml.judging.calls import Sampling
from curation.models import Dataset, DatasetVersion
from webapp.accounts.models import User
from webapp.api.errors import ApplicationError, ConflictError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create

JOB_KIND = "dataset.generate"
MOST_PROMPTS = 20_000
MOST_WRITERS = 8
MOST_SAMPLES = 16


@transaction.atomic
def responses_generate(
    *,
    version: DatasetVersion,
    created_by: User,
    writers: Sequence[Mapping[str, Any]],
    name: str,
    prompts: int,
    samples: int = 1,
    keep_responses: bool = False,
    sampling: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> Job:
    """Start writing responses of models to prompts of a version, and return the job that makes a dataset of them.

    `writers` are `{"source", "model", "name"?}` as judges name models; each writes `samples` responses to each of up to
    `prompts` different prompts, drawn with `seed`. With `keep_responses` the responses that are there stay beside them.
    Raises ApplicationError for models that do not exist and for nothing to compare, ConflictError for a taken name.
    """
    if version.state != VersionState.READY:
        raise ConflictError(f"Version {version.number} of this dataset is {version.state}; wait until it is ready.")
    project = version.dataset.project
    if Dataset.objects.filter(project=project, name=name).exists():
        raise ConflictError(
            f"This project has a dataset called “{name}” already; choose another name.",
            fields={"name": ["This name is taken."]},
        )
    drawn = Sampling(**(sampling or {}))
    if samples > 1 and not drawn.temperature:
        raise _refused("samples", "every sample is the same at temperature 0; raise it, or take one sample")
    checked = [writer_of(project.pk, given) for given in writers]
    if len({writer.name for writer in checked}) < len(checked):
        raise _refused("writers", "two models have one name; give each a name of its own")
    return job_create(
        kind=JOB_KIND,
        project=project,
        created_by=created_by,
        params={
            "version": version.pk,
            "writers": [writer.as_params() for writer in checked],
            "name": name,
            "prompts": prompts,
            "samples": samples,
            "keep_responses": keep_responses,
            "sampling": asdict(drawn),
            "seed": secrets.randbits(31) if seed is None else seed,
        },
        title=f"Responses of {', '.join(writer.name for writer in checked)} to {version.dataset.name}",
        subject=("dataset", version.dataset_id),
    )


def _refused(field: str, sentence: str) -> ApplicationError:
    return ApplicationError(f"{field}: {sentence}.", fields={field: [f"{sentence[0].upper()}{sentence[1:]}."]})
