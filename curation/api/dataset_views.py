"""Datasets, their imports, versions and rows."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.dataset_serializers import (
    DatasetInputSerializer,
    DatasetSerializer,
    DatasetVersionSerializer,
    ImportSerializer,
    RowSerializer,
)
from curation.datasets.choices import ImportFormat
from curation.datasets.downloads import FORMATS, version_download
from curation.datasets.predicates import predicate_from_text
from curation.datasets.rows import row_get, rows_page
from curation.datasets.selectors import (
    dataset_get,
    dataset_project_id,
    datasets_of,
    import_get,
    import_project_id,
    imports_of,
    version_get,
    version_project_id,
    versions_of,
)
from curation.datasets.services import dataset_create, import_create, import_create_from_hub
from curation.signals.selectors import scores_for
from webapp.api.errors import ApplicationError, NotFoundError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import decode_cursor, encode_cursor, page, page_limit
from webapp.api.schema import paged
from webapp.api.uploads import UploadApi
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.jobs.models import Job
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get
from webapp.store.files import store


class DatasetListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.DATASET_VIEW, "POST": Verb.DATASET_MANAGE}

    @extend_schema(operation_id="datasets_list", responses=paged(DatasetSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(datasets_of(project_id), request, serializer=DatasetSerializer)

    @extend_schema(operation_id="datasets_create", request=DatasetInputSerializer, responses={201: DatasetSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(DatasetInputSerializer)
        dataset = dataset_create(project=project_get(project_id), created_by=self.user, **data)
        return Response(DatasetSerializer(dataset_get(dataset.pk)).data, status=status.HTTP_201_CREATED)


class _DatasetApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return dataset_project_id(kwargs["dataset_id"])


class DatasetDetailApi(_DatasetApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(operation_id="datasets_get", responses=DatasetSerializer)
    def get(self, request: Request, dataset_id: int) -> Response:
        return Response(DatasetSerializer(dataset_get(dataset_id)).data)


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True)
    format = serializers.ChoiceField(choices=ImportFormat.choices, required=False, allow_blank=True)

    class Meta:
        ref_name = "Upload"


class HubImportSerializer(serializers.Serializer):
    hub = serializers.CharField(max_length=200, help_text="owner/name of a dataset of the Hugging Face Hub.")
    split = serializers.CharField(max_length=100, required=False, allow_null=True)
    format = serializers.ChoiceField(choices=ImportFormat.choices, required=False, allow_blank=True)

    class Meta:
        ref_name = "HubImport"


class ImportListApi(IdempotentApi, UploadApi, _DatasetApi):
    verbs = {"GET": Verb.DATASET_VIEW, "POST": Verb.DATASET_MANAGE}

    @extend_schema(operation_id="imports_list", responses=paged(ImportSerializer))
    def get(self, request: Request, dataset_id: int) -> Response:
        return page(imports_of(dataset_id), request, serializer=ImportSerializer)

    @extend_schema(
        operation_id="imports_create",
        description="Upload a file as multipart `file`, or name a dataset of the Hugging Face Hub as JSON.",
        request={"multipart/form-data": UploadSerializer, "application/json": HubImportSerializer},
        responses={202: JobSerializer},
    )
    def post(self, request: Request, dataset_id: int) -> Response:
        dataset = dataset_get(dataset_id)
        if (request.content_type or "").startswith("multipart/"):
            data = self.parse(UploadSerializer)
            started = import_create(
                dataset=dataset,
                created_by=self.user,
                file=data["file"],
                filename=data["file"].name,
                format=data.get("format"),
            )
        else:
            data = self.parse(HubImportSerializer)
            started = import_create_from_hub(
                dataset=dataset,
                created_by=self.user,
                repository=data["hub"],
                split=data.get("split"),
                format=data.get("format"),
            )
        return job_accepted(_job(started.job))


def _job(job: Job | None) -> Job:
    if job is None:
        raise NotFoundError("The job of this import is gone.")
    return job


class _ImportApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return import_project_id(kwargs["import_id"])


class ImportDetailApi(_ImportApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(operation_id="imports_get", responses=ImportSerializer)
    def get(self, request: Request, import_id: int) -> Response:
        return Response(ImportSerializer(import_get(import_id)).data)


class ImportQuarantineApi(_ImportApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(
        operation_id="imports_quarantine",
        description="Rejected rows as JSON lines: {row, reason, message, raw}.",
        responses={(200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.BINARY)},
    )
    def get(self, request: Request, import_id: int) -> FileResponse:
        key = import_get(import_id).quarantine_key
        if not key or not store().exists(key):
            raise NotFoundError("This import rejected no rows.")
        return FileResponse(
            store().open(key),
            as_attachment=True,
            filename=f"import-{import_id}-rejected.jsonl",
            content_type="application/x-ndjson",
        )


class VersionListApi(_DatasetApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(operation_id="dataset_versions_list", responses=paged(DatasetVersionSerializer))
    def get(self, request: Request, dataset_id: int) -> Response:
        return page(versions_of(dataset_id), request, order=("-number",), serializer=DatasetVersionSerializer)


class _VersionApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return version_project_id(kwargs["version_id"])


class VersionDetailApi(_VersionApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(operation_id="dataset_versions_get", responses=DatasetVersionSerializer)
    def get(self, request: Request, version_id: int) -> Response:
        return Response(DatasetVersionSerializer(version_get(version_id)).data)


class VersionDownloadApi(_VersionApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    class QuerySerializer(serializers.Serializer):
        format = serializers.ChoiceField(choices=list(FORMATS), default="jsonl")

        class Meta:
            ref_name = "VersionDownloadQuery"

    @extend_schema(
        operation_id="dataset_versions_download",
        description="All rows: as JSON lines that can be imported again, or those imported as Fine-Grained RLHF "
        "feedback as the JSON array they came in.",
        parameters=[OpenApiParameter("format", str, enum=list(FORMATS), default="jsonl")],
        responses={
            (200, "application/x-ndjson"): OpenApiResponse(OpenApiTypes.BINARY),
            (200, "application/json"): OpenApiResponse(OpenApiTypes.BINARY),
        },
    )
    def get(self, request: Request, version_id: int) -> StreamingHttpResponse:
        format = self.parse_query(self.QuerySerializer)["format"]
        version = version_get(version_id)
        ending = "jsonl" if format == "jsonl" else "json"
        return StreamingHttpResponse(
            version_download(version, format),
            content_type=FORMATS[format],
            headers={
                "Content-Disposition": f'attachment; filename="dataset-{version.dataset_id}-v{version.number}.{ending}"'
            },
        )


class RowListApi(_VersionApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(
        operation_id="dataset_version_rows_list",
        responses=paged(RowSerializer),
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
            OpenApiParameter(
                "filter",
                str,
                description='JSON: {"field","op","value"}, {"and":[…]}, {"or":[…]} or {"not":…}. Fields: text, prompt, '
                "response, record_id, n_responses, n_labels, turns, outcome, source, context, metadata.<key>; "
                "ops: eq, ne, lt, le, gt, ge, contains, in.",
            ),
        ],
    )
    def get(self, request: Request, version_id: int) -> Response:
        limit = page_limit(request)
        given = request.query_params.get("filter")
        found = rows_page(
            version_get(version_id),
            start=_position(request.query_params.get("cursor")),
            limit=limit,
            predicate=predicate_from_text(given) if given else None,
        )
        following = None if found.following is None else encode_cursor([found.following])
        return Response({"results": _rows_out(version_id, found.rows), "next": following})


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    (position,) = decode_cursor(cursor, length=1)
    if type(position) is not int or not 0 <= position < 1 << 62:
        raise ApplicationError("cursor: this cursor belongs to another list; start again without it.")
    return position


def _rows_out(version_id: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    scores = scores_for(version_id, [row["record_id"] for row in rows])
    for row in rows:
        row.pop("position", None)
        row["signals"] = scores.get(row["record_id"], {})
    return rows


class RowDetailApi(_VersionApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    @extend_schema(operation_id="dataset_version_rows_get", responses=RowSerializer)
    def get(self, request: Request, version_id: int, record_id: str) -> Response:
        row = row_get(version_get(version_id), record_id)
        return Response(_rows_out(version_id, [row])[0])
