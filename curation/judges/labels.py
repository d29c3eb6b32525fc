"""Bring what a judge said home into a dataset version."""

from __future__ import annotations

from django.db import transaction

from curation.judges.selectors import judge_get
from curation.judges.standing import standing_of, why_no_labels
from curation.models import JudgeRun
from curation.signals.choices import SignalState
from webapp.accounts.models import User
from webapp.api.errors import ConflictError, UnprocessableError
from webapp.jobs.models import Job
from webapp.jobs.services import job_create

JOB_KIND = "judge.labels"


@transaction.atomic
def judge_labels(*, run: JudgeRun, created_by: User) -> Job:
    """Start writing a run's verdicts as labels, or its drafts as annotations, and return the job.

    Raises ConflictError while the run is not finished, UnprocessableError for verdicts of a judge that may not label.
    """
    if run.signal.state != SignalState.READY:
        raise ConflictError(f"This run is {run.signal.state}; its rows can be brought home once it is ready.")
    judge = judge_get(run.judge_id)
    problem = why_no_labels(judge, standing_of(judge))
    if problem:
        raise UnprocessableError(problem)
    dataset = run.signal.dataset_version.dataset
    return job_create(
        kind=JOB_KIND,
        project=judge.project,
        created_by=created_by,
        params={"run": run.pk},
        title=f"Labels of {judge} into {dataset.name}",
        subject=("judge_run", run.pk),
    )
