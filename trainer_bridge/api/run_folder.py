"""What a run writes while it trains: curves, log, samples and files, and the folder to train it by hand."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.reporting import OctetParser, ReceivesFiles, RunTokenAuthentication, of_token
from trainer_bridge.api.run_serializers import (
    RunConfigTextSerializer,
    RunFileSerializer,
    RunLogSerializer,
    RunMetricsSerializer,
    RunSamplesSerializer,
)
from trainer_bridge.api.runs import RunApi
from trainer_bridge.models import Run
from trainer_bridge.runs.handing_out import COMMAND, config_yaml, folder_zip
from trainer_bridge.selectors.runs import (
    POINTS_LIMIT,
    run_file_path,
    run_files,
    run_get,
    run_log,
    run_points,
    run_samples,
)
from webapp.api.views import ParsingApi
from webapp.projects.policies import Verb


class RunMetricsApi(RunApi):
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
        points = run_points(run, after_step=after_step)
        return Response({"results": points, "state": run.state, "step": run.step, "max_steps": run.max_steps})


class RunLogsApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(operation_id="runs_logs", responses=RunLogSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response({"text": run_log(run_get(run_id))})


class RunSamplesApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(
        operation_id="runs_samples",
        description="What the model in training makes of a few held-out prompts, evaluation by evaluation.",
        responses=RunSamplesSerializer,
    )
    def get(self, request: Request, run_id: int) -> Response:
        return Response(RunSamplesSerializer({"results": run_samples(run_get(run_id))}).data)


class RunFilesApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(operation_id="runs_files_list", responses=RunFileSerializer(many=True))
    def get(self, request: Request, run_id: int) -> Response:
        return Response([asdict(file) for file in run_files(run_get(run_id))])


class _RunOrTokenApi(RunApi):
    """A view that a run's own token opens too, besides people."""

    def get_authenticators(self) -> list[Any]:
        return [RunTokenAuthentication(), *super().get_authenticators()]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if isinstance(request.auth, Run) or (request.method or "") in self.by_token:
            ParsingApi.initial(self, request, *args, **kwargs)
            of_token(request, kwargs["run_id"])
        else:
            super().initial(request, *args, **kwargs)

    permission_classes = (AllowAny,)
    # Methods that nothing but the run's token opens.
    by_token: tuple[str, ...] = ()


class RunFileApi(ReceivesFiles, _RunOrTokenApi):
    verbs = {"GET": Verb.RUN_VIEW}
    by_token = ("PUT",)
    parser_classes = (OctetParser,)

    @extend_schema(
        operation_id="runs_files_get",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, description="A name of the run's files.")],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file")},
    )
    def get(self, request: Request, run_id: int, name: str) -> FileResponse:
        path = run_file_path(run_get(run_id), name)
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=path.name, content_type="application/octet-stream"
        )


class RunConfigApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(operation_id="runs_config", responses=RunConfigTextSerializer)
    def get(self, request: Request, run_id: int) -> Response:
        return Response({"yaml": config_yaml(run_get(run_id)), "command": COMMAND})


class RunFolderApi(_RunOrTokenApi):
    verbs = {"GET": Verb.RUN_VIEW}

    @extend_schema(
        operation_id="runs_folder",
        description="Everything needed to train the run anywhere: data, settings, code, base model, and a README.",
        responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, description="A zip archive")},
    )
    def get(self, request: Request, run_id: int) -> StreamingHttpResponse:
        run = run_get(run_id)
        answer = StreamingHttpResponse(folder_zip(run), content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{slugify(run.name) or "run"}-{run.pk}.zip"'
        return answer
