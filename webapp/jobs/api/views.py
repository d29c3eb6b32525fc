"""Watch and steer background work."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.errors import ApplicationError
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobLogSerializer, JobSerializer
from webapp.jobs.choices import JobState
from webapp.jobs.models import Job
from webapp.jobs.selectors.jobs import job_get, job_log, job_project_id, jobs_with_shards
from webapp.jobs.services import job_cancel, job_pause, job_resume, job_retry_failed
from webapp.projects.policies import Verb


def job_accepted(job: Job) -> Response:
    """The 202 every long operation answers with."""
    return Response(JobSerializer(job_get(job.pk)).data, status=status.HTTP_202_ACCEPTED)


class JobListApi(ProjectApi):
    verbs = {"GET": Verb.JOB_VIEW}

    @extend_schema(
        operation_id="jobs_list",
        responses=paged(JobSerializer),
        parameters=[OpenApiParameter("state", str, enum=["active", *JobState.values])],
    )
    def get(self, request: Request, project_id: int) -> Response:
        state = request.query_params.get("state")
        if state is not None and state not in ("active", *JobState.values):
            raise ApplicationError(f"state: choose active or one of {', '.join(JobState.values)}.")
        return page(jobs_with_shards(project_id=project_id, state=state), request, serializer=JobSerializer)


class _JobApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return job_project_id(kwargs["job_id"])


class JobDetailApi(_JobApi):
    verbs = {"GET": Verb.JOB_VIEW}

    @extend_schema(operation_id="jobs_get", responses=JobSerializer)
    def get(self, request: Request, job_id: int) -> Response:
        return Response(JobSerializer(job_get(job_id)).data)


class JobLogApi(_JobApi):
    verbs = {"GET": Verb.JOB_VIEW}

    @extend_schema(operation_id="jobs_log", responses=paged(JobLogSerializer))
    def get(self, request: Request, job_id: int) -> Response:
        return page(job_log(job_id), request, order=("id",), serializer=JobLogSerializer)


class JobCancelApi(_JobApi):
    verbs = {"POST": Verb.JOB_MANAGE}

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        job_cancel(job_id=job_id)
        return Response(JobSerializer(job_get(job_id)).data)


class JobPauseApi(_JobApi):
    verbs = {"POST": Verb.JOB_MANAGE}

    @extend_schema(operation_id="jobs_pause", request=None, responses=JobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        job_pause(job_id=job_id)
        return Response(JobSerializer(job_get(job_id)).data)


class JobResumeApi(_JobApi):
    verbs = {"POST": Verb.JOB_MANAGE}

    @extend_schema(operation_id="jobs_resume", request=None, responses=JobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        job_resume(job_id=job_id)
        return Response(JobSerializer(job_get(job_id)).data)


class JobRetryFailedApi(_JobApi):
    verbs = {"POST": Verb.JOB_MANAGE}

    @extend_schema(operation_id="jobs_retry_failed", request=None, responses=JobSerializer)
    def post(self, request: Request, job_id: int) -> Response:
        job_retry_failed(job_id=job_id)
        return Response(JobSerializer(job_get(job_id)).data)
