"""Start and read lab runs; progress, log, cancelling and resuming are their jobs'."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.lab_serializers import LabRunInputSerializer, LabRunSerializer
from curation.datasets.selectors import version_get
from curation.lab.selectors import lab_run_get, lab_run_project_id, lab_runs_of
from curation.lab.services import lab_run_start
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get


class LabRunListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "POST": Verb.RECIPE_MANAGE}

    @extend_schema(operation_id="lab_runs_list", responses=paged(LabRunSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(lab_runs_of(project_id), request, serializer=LabRunSerializer)

    @extend_schema(operation_id="lab_runs_create", request=LabRunInputSerializer, responses={202: JobSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(LabRunInputSerializer)
        gold = data.pop("gold", {})
        return job_accepted(
            lab_run_start(
                project=project_get(project_id),
                version=version_get(data.pop("dataset_version")),
                created_by=self.user,
                **gold,
                **data,
            )
        )


class LabRunDetailApi(ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return lab_run_project_id(kwargs["lab_run_id"])

    @extend_schema(operation_id="lab_runs_get", responses=LabRunSerializer)
    def get(self, request: Request, lab_run_id: int) -> Response:
        return Response(LabRunSerializer(lab_run_get(lab_run_id)).data)
