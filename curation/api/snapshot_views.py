"""Read snapshots."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.selectors.campaigns import campaign_get, campaign_project_id
from curation.api.recipe_serializers import PairPageSerializer
from curation.api.snapshot_serializers import LineageSerializer, SnapshotDiffSerializer, SnapshotSerializer
from curation.snapshots.choices import Decision
from curation.snapshots.difference import snapshot_diff
from curation.snapshots.lineage import pair_lineage
from curation.snapshots.selectors import (
    snapshot_card,
    snapshot_get,
    snapshot_project_id,
    snapshot_ready,
    snapshot_rows,
    snapshots_of,
)
from curation.snapshots.services import snapshot_approval_withdraw, snapshot_approve, snapshot_review
from webapp.api.errors import ApplicationError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import decode_cursor, encode_cursor, page, page_limit
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb


class SnapshotListApi(ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    @extend_schema(operation_id="snapshots_list", responses=paged(SnapshotSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(snapshots_of(project_id), request, serializer=SnapshotSerializer)


class _SnapshotApi(ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return snapshot_project_id(kwargs["snapshot_id"])


class SnapshotDetailApi(_SnapshotApi):
    @extend_schema(operation_id="snapshots_get", responses=SnapshotSerializer)
    def get(self, request: Request, snapshot_id: int) -> Response:
        return Response(SnapshotSerializer(snapshot_get(snapshot_id)).data)


class SnapshotRowsApi(_SnapshotApi):
    @extend_schema(
        operation_id="snapshots_rows",
        responses=PairPageSerializer,
        parameters=[
            OpenApiParameter("decision", str, enum=Decision.values),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
    )
    def get(self, request: Request, snapshot_id: int) -> Response:
        decision = request.query_params.get("decision", Decision.KEEP)
        if decision not in Decision.values:
            raise ApplicationError(f"decision: choose one of {', '.join(Decision.values)}.")
        limit = page_limit(request)
        cursor = request.query_params.get("cursor")
        (after,) = decode_cursor(cursor, length=1) if cursor else ("",)
        rows = snapshot_rows(snapshot_ready(snapshot_id), decision=decision, after=str(after), limit=limit + 1)
        following = encode_cursor([rows[limit - 1]["pair_id"]]) if len(rows) > limit else None
        return Response({"results": rows[:limit], "next": following})


class SnapshotCardApi(_SnapshotApi):
    @extend_schema(operation_id="snapshots_card", responses={(200, "text/markdown"): OpenApiTypes.STR})
    def get(self, request: Request, snapshot_id: int) -> HttpResponse:
        card = snapshot_card(snapshot_ready(snapshot_id))
        return HttpResponse(card, content_type="text/markdown; charset=utf-8")


class SnapshotReviewApi(IdempotentApi, _SnapshotApi):
    """One click from what a recipe doubts to people who can tell."""

    verbs = {"POST": Verb.CAMPAIGN_MANAGE}

    class InputSerializer(serializers.Serializer):
        campaign = serializers.IntegerField(min_value=1)
        limit = serializers.IntegerField(required=False, allow_null=True, min_value=1)

        class Meta:
            ref_name = "SnapshotReviewInput"

    @extend_schema(operation_id="snapshots_review", request=InputSerializer, responses={202: JobSerializer})
    def post(self, request: Request, snapshot_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        if campaign_project_id(data["campaign"]) != self.project_id:
            raise ApplicationError("campaign: give the id of a campaign of this project.")
        campaign = campaign_get(data.pop("campaign"))
        return job_accepted(
            snapshot_review(snapshot=snapshot_get(snapshot_id), campaign=campaign, created_by=self.user, **data)
        )


class SnapshotApprovalApi(_SnapshotApi):
    verbs = {"POST": Verb.SNAPSHOT_MANAGE, "DELETE": Verb.SNAPSHOT_MANAGE}

    class InputSerializer(serializers.Serializer):
        note = serializers.CharField(max_length=500, allow_blank=True, default="")

        class Meta:
            ref_name = "SnapshotApprovalInput"

    @extend_schema(operation_id="snapshots_approve", request=InputSerializer, responses=SnapshotSerializer)
    def post(self, request: Request, snapshot_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        snapshot_approve(snapshot=snapshot_get(snapshot_id), approved_by=self.user, **data)
        return Response(SnapshotSerializer(snapshot_get(snapshot_id)).data)

    @extend_schema(operation_id="snapshots_withdraw_approval", request=None, responses=SnapshotSerializer)
    def delete(self, request: Request, snapshot_id: int) -> Response:
        snapshot_approval_withdraw(snapshot=snapshot_get(snapshot_id), approved_by=self.user)
        return Response(SnapshotSerializer(snapshot_get(snapshot_id)).data)


class SnapshotLineageApi(_SnapshotApi):
    @extend_schema(operation_id="snapshots_lineage", responses=LineageSerializer)
    def get(self, request: Request, snapshot_id: int, pair_id: str) -> Response:
        return Response(pair_lineage(snapshot_ready(snapshot_id), pair_id))


class SnapshotDiffApi(_SnapshotApi):
    @extend_schema(
        operation_id="snapshots_diff",
        responses=SnapshotDiffSerializer,
        parameters=[OpenApiParameter("against", int, required=True)],
    )
    def get(self, request: Request, snapshot_id: int) -> Response:
        against = request.query_params.get("against", "")
        if not against.isdecimal() or snapshot_project_id(int(against)) != self.project_id:
            raise ApplicationError("against: give the id of another snapshot of this project.")
        return Response(snapshot_diff(snapshot_ready(snapshot_id), snapshot_ready(int(against))))
