"""Start, watch and steer training runs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.serializers import (
    BaseModelSerializer,
    RunInputSerializer,
    RunLogSerializer,
    RunMetricsSerializer,
    RunSerializer,
)
from trainer_bridge.models import Export
from trainer_bridge.runs.base_models import base_models_of
from trainer_bridge.selectors.exports import export_get
from trainer_bridge.selectors.runs import POINTS_LIMIT, run_get, run_log, run_points, run_project_id, runs_of
from trainer_bridge.services.runs import run_cancel, run_create, run_resume
from webapp.api.errors import ApplicationError, NotFoundError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import ROLE_VERBS, Verb
from webapp.projects.selectors.memberships import project_get


class BaseModelsApi(ProjectApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(
        operation_id="base_models_list",
        description=(
            "What a run may start from. Besides these, `hub:owner/name` names a model of the Hugging Face Hub. "
            "Folders of the machine are listed for those who may start runs."
        ),
        responses=BaseModelSerializer(many=True),
    )
    def get(self, request: Request, project_id: int) -> Response:
        may_run = Verb.RUN_MANAGE in ROLE_VERBS[self.membership.role]
        found = base_models_of(project_id=project_id, with_local=may_run)
        return Response([asdict(model) for model in found])


class RunListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.RUN_VIEW, "POST": Verb.RUN_MANAGE}

    @extend_schema(operation_id="runs_list", responses=paged(RunSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(runs_of(project_id), request, serializer=RunSerializer)

    @extend_schema(operation_id="runs_create", request=RunInputSerializer, responses={202: JobSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(RunInputSerializer)
        data["export"] = self._export(data["export"])
        run = run_create(project=project_get(project_id), created_by=self.user, **data)
        return job_accepted(run.its_job)

    def _export(self, export_id: int) -> Export:
        try:
            return export_get(export_id)
        except NotFoundError:
            sentence = "There is no such export in this project."
            raise ApplicationError(f"export: {sentence}", fields={"export": [sentence]}) from None


class _RunApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return run_project_id(kwargs["run_id"])


class RunDetailApi(_RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(operation_id="runs_get", responses=RunSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response(RunSerializer(run_get(run_id)).data)


class RunMetricsApi(_RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    class QuerySerializer(serializers.Serializer):
        after_step = serializers.IntegerField(default=-1)

        class Meta:
            ref_name = "RunMetricsQuery"

    @extend_schema(
        operation_id="runs_metrics",
        description=f"Points after a step, at most {POINTS_LIMIT}; ask again with the last step for more.",
        parameters=[OpenApiParameter("after_step", int)],
        responses=RunMetricsSerializer,
    )
    def get(self, request: Request, run_id: int) -> Response:
        after_step = self.parse_query(self.QuerySerializer)["after_step"]
        run = run_get(run_id)
        points = [{"step": point.step, "values": point.values} for point in run_points(run_id, after_step=after_step)]
        return Response({"results": points, "state": run.state, "step": run.step, "max_steps": run.max_steps})


class RunLogsApi(_RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(operation_id="runs_logs", responses=RunLogSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response({"text": run_log(run_get(run_id))})


class RunCancelApi(_RunApi):
    verbs = {"POST": Verb.RUN_MANAGE}

    @extend_schema(operation_id="runs_cancel", request=None, responses=RunSerializer)
    def post(self, request: Request, run_id: int) -> Response:
        run_cancel(run=run_get(run_id))
        return Response(RunSerializer(run_get(run_id)).data)


class RunResumeApi(_RunApi):
    verbs = {"POST": Verb.RUN_MANAGE}

    @extend_schema(
        operation_id="runs_resume",
        description="Go on with a cancelled, paused or failed run from its newest checkpoint to the same last step.",
        request=None,
        responses=RunSerializer,
    )
    def post(self, request: Request, run_id: int) -> Response:
        run_resume(run=run_get(run_id))
        return Response(RunSerializer(run_get(run_id)).data)
