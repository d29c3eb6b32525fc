"""What a run writes while it trains: curves, log, samples and files, and the folder to train it by hand."""

from __future__ import annotations

from dataclasses import asdict

from django.http import FileResponse, StreamingHttpResponse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.run_serializers import (
    RunConfigTextSerializer,
    RunFileSerializer,
    RunLogSerializer,
    RunMetricsSerializer,
    RunSamplesSerializer,
)
from trainer_bridge.api.runs import RunApi
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


class RunFileApi(RunApi):
    verbs = {"GET": Verb.RUN_VIEW}

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


class RunFolderApi(RunApi):
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
