"""Write snapshots for trainers, and download the files."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import FileResponse
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from curation.snapshots.selectors import snapshot_get, snapshot_project_id
from trainer_bridge.api.serializers import ExportSerializer
from trainer_bridge.choices import ExportFormat
from trainer_bridge.selectors.exports import (
    export_file_key,
    export_formats,
    export_get,
    export_project_id,
    export_pushes,
    exports_of_project,
    exports_of_snapshot,
    snapshot_export_check,
)
from trainer_bridge.services.exports import export_create, export_push_start
from webapp.api.errors import ApplicationError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb
from webapp.store.files import store


class ExportColumnSerializer(serializers.Serializer):
    """`read_by` is empty where the format's trainer reads it."""

    name = serializers.CharField()
    description = serializers.CharField()
    read_by = serializers.CharField(allow_blank=True)

    class Meta:
        ref_name = "ExportColumn"


class ExportFormatsApi(SignedInApi):
    class OutputSerializer(serializers.Serializer):
        """`kinds` are the runs that read it; `options` is a JSON schema whose defaults are filled in on the server."""

        key = serializers.CharField()
        title = serializers.CharField()
        trainer = serializers.CharField()
        description = serializers.CharField()
        reads = serializers.ChoiceField(choices=["pairs", "records"])
        kinds = serializers.ListField(child=serializers.CharField())
        over_long = serializers.CharField()
        options = serializers.DictField()
        columns = ExportColumnSerializer(many=True)

        class Meta:
            ref_name = "ExportFormatEntry"

    @extend_schema(
        operation_id="export_formats_list",
        description="The formats a snapshot can be written in, with their options and the columns they then have.",
        responses=OutputSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(self.OutputSerializer(export_formats(), many=True).data)


class SnapshotExportsApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "POST": Verb.EXPORT_CREATE}

    class InputSerializer(serializers.Serializer):
        format = serializers.ChoiceField(choices=ExportFormat.choices)
        # The format's own; the service knows which it has and what they take.
        options = serializers.DictField(required=False)

        class Meta:
            ref_name = "ExportInput"

    def get_project_id(self, **kwargs: Any) -> int:
        return snapshot_project_id(kwargs["snapshot_id"])

    @extend_schema(operation_id="snapshot_exports_list", responses=paged(ExportSerializer))
    def get(self, request: Request, snapshot_id: int) -> Response:
        return page(exports_of_snapshot(snapshot_id), request, serializer=ExportSerializer)

    @extend_schema(
        operation_id="snapshot_exports_create",
        description=(
            "Write the snapshot in a trainer's format; the job's subject names the export. `options` are the format's "
            "own, as `/api/export-formats/` lists them. Asking again for the same is answered with the job of the "
            "export that is being built or ready, and starts nothing."
        ),
        request=InputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, snapshot_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        export = export_create(
            snapshot=snapshot_get(snapshot_id),
            format=data["format"],
            options=data.get("options"),
            created_by=self.user,
        )
        return job_accepted(export.its_job)


class ExportReasonSerializer(serializers.Serializer):
    reason = serializers.CharField()
    count = serializers.IntegerField()

    class Meta:
        ref_name = "ExportReason"


class ExportCheckColumnSerializer(serializers.Serializer):
    """`said` is null for a column that every row fills."""

    name = serializers.CharField()
    said = serializers.IntegerField(
        allow_null=True, help_text="Rows that hold something else than they would if nothing was known of them."
    )

    class Meta:
        ref_name = "ExportCheckColumn"


class ExportCheckRowsSerializer(serializers.Serializer):
    train = serializers.IntegerField()
    test = serializers.IntegerField()

    class Meta:
        ref_name = "ExportCheckRows"


class SnapshotExportCheckApi(ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    class QuerySerializer(serializers.Serializer):
        format = serializers.CharField(max_length=30)
        options = serializers.CharField(max_length=20_000, required=False)

        class Meta:
            ref_name = "ExportCheckQuery"

    class OutputSerializer(serializers.Serializer):
        format = serializers.CharField()
        reads = serializers.ChoiceField(choices=["pairs", "records"])
        kept = serializers.IntegerField(help_text="Pairs that the snapshot keeps.")
        looked_at = serializers.IntegerField(help_text="Pairs or records, as `reads` says, that the numbers are about.")
        is_whole = serializers.BooleanField(help_text="False where only the first of a large snapshot were looked at.")
        candidates = serializers.IntegerField(help_text="Rows that could be, which are those written and dropped.")
        rows = ExportCheckRowsSerializer()
        dropped = ExportReasonSerializer(many=True)
        remarks = ExportReasonSerializer(many=True)
        columns = ExportCheckColumnSerializer(many=True)
        problem = serializers.CharField(
            allow_blank=True, help_text="The sentence with which the export would fail; empty where it would not."
        )

        class Meta:
            ref_name = "ExportCheck"

    def get_project_id(self, **kwargs: Any) -> int:
        return snapshot_project_id(kwargs["snapshot_id"])

    @extend_schema(
        operation_id="snapshot_export_check",
        description=(
            "How many rows an export would have and what it would leave out, without writing it. Small snapshots are "
            "counted whole, and the numbers are those of the export; of large ones the first pairs are looked at."
        ),
        parameters=[
            OpenApiParameter("format", str, required=True, enum=ExportFormat.values),
            OpenApiParameter(
                "options", str, description='JSON: the format\'s own options, such as {"offset":"strength"}.'
            ),
        ],
        responses=OutputSerializer,
    )
    def get(self, request: Request, snapshot_id: int) -> Response:
        query = self.parse_query(self.QuerySerializer)
        found = snapshot_export_check(
            snapshot_get(snapshot_id), format=query["format"], options=_options_in(query.get("options", "{}"))
        )
        return Response(self.OutputSerializer(found).data)


def _options_in(text: str) -> dict[str, Any]:
    """Options given as JSON text. Raises ApplicationError."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        sentence = 'Give a JSON object, such as {"weight": true}.'
        raise ApplicationError(f"options: {sentence}", fields={"options": [sentence]})
    return found


class ProjectExportsApi(ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    @extend_schema(operation_id="project_exports_list", responses=paged(ExportSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(exports_of_project(project_id), request, serializer=ExportSerializer)


class _ExportApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return export_project_id(kwargs["export_id"])


class ExportDetailApi(_ExportApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    @extend_schema(operation_id="exports_get", responses=ExportSerializer)
    def get(self, request: Request, export_id: int) -> Response:
        return Response(ExportSerializer(export_get(export_id)).data)


class ExportDownloadApi(_ExportApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    class QuerySerializer(serializers.Serializer):
        file = serializers.CharField(max_length=100)

        class Meta:
            ref_name = "ExportDownloadQuery"

    @extend_schema(
        operation_id="exports_download",
        parameters=[OpenApiParameter("file", str, required=True, description="A name of the export's `files`.")],
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file")},
    )
    def get(self, request: Request, export_id: int) -> FileResponse:
        export = export_get(export_id)
        name = self.parse_query(self.QuerySerializer)["file"]
        key = export_file_key(export, name)
        prefix = slugify(export.snapshot.name) or f"snapshot-{export.snapshot_id}"
        answer = FileResponse(
            store().open(key),
            as_attachment=True,
            filename=f"{prefix}-{export.format}-{name}",
            content_type="application/octet-stream",
        )
        answer["Content-Length"] = str(store().size(key))
        return answer


class ExportPushApi(IdempotentApi, _ExportApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "POST": Verb.EXPORT_CREATE}

    class InputSerializer(serializers.Serializer):
        repo = serializers.CharField(max_length=200, help_text="`owner/name` of a dataset; made if it is missing.")
        private = serializers.BooleanField(default=True)

        class Meta:
            ref_name = "ExportPushInput"

    @extend_schema(
        operation_id="exports_pushes_list",
        description="Pushes of this export to the Hub; the result of one that succeeded says where the files are.",
        responses=paged(JobSerializer),
    )
    def get(self, request: Request, export_id: int) -> Response:
        return page(export_pushes(export_id), request, serializer=JobSerializer)

    @extend_schema(
        operation_id="exports_push",
        description=(
            "Commit the export's files to a dataset repository of the Hugging Face Hub, the README as its data card. "
            "The token is HF_TOKEN in the worker's environment."
        ),
        request=InputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, export_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        job = export_push_start(
            export=export_get(export_id), repo=data["repo"], private=data["private"], created_by=self.user
        )
        return job_accepted(job)
