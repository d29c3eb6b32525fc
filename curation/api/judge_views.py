"""Judges, what they are made of, and the exact words they send."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.judge_serializers import (
    JudgeDetailSerializer,
    JudgeFactsSerializer,
    JudgeInputSerializer,
    JudgeModelSerializer,
    JudgeProtocolSerializer,
    JudgeSerializer,
    RenderingInputSerializer,
    RenderingSerializer,
)
from curation.datasets.selectors import version_get
from curation.judges.model_list import judge_models_of
from curation.judges.protocols.registry import PROTOCOLS
from curation.judges.rendering import judge_rendering
from curation.judges.selectors import judge_get, judge_project_id, judge_versions_of, judges_of
from curation.judges.services import judge_archive, judge_change, judge_create
from curation.models import Judge
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get


def detail(judge: Judge) -> dict[str, Any]:
    judge.versions = judge_versions_of(judge)  # type: ignore[attr-defined]
    return dict(JudgeDetailSerializer(judge).data)


class OfJudgeApi(ProjectApi):
    """What stands below one judge's address."""

    def get_project_id(self, **kwargs: Any) -> int:
        return judge_project_id(kwargs["judge_id"])


class JudgeListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.JUDGE_VIEW, "POST": Verb.JUDGE_MANAGE}

    class QuerySerializer(serializers.Serializer):
        archived = serializers.BooleanField(default=False)

        class Meta:
            ref_name = "JudgeListQuery"

    @extend_schema(
        operation_id="judges_list",
        description="The newest version of each judge.",
        parameters=[OpenApiParameter("archived", bool)],
        responses=paged(JudgeSerializer),
    )
    def get(self, request: Request, project_id: int) -> Response:
        asked = self.parse_query(self.QuerySerializer)
        return page(judges_of(project_id, archived=asked["archived"]), request, serializer=JudgeSerializer)

    @extend_schema(operation_id="judges_create", request=JudgeInputSerializer, responses={201: JudgeDetailSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(JudgeInputSerializer)
        judge = judge_create(project=project_get(project_id), created_by=self.user, **data)
        return Response(detail(judge_get(judge.pk)), status=201)


class JudgeDetailApi(OfJudgeApi):
    verbs = {"GET": Verb.JUDGE_VIEW, "PATCH": Verb.JUDGE_MANAGE}

    class InputSerializer(serializers.Serializer):
        archived = serializers.BooleanField()

        class Meta:
            ref_name = "JudgePatch"

    @extend_schema(operation_id="judges_get", responses=JudgeDetailSerializer)
    def get(self, request: Request, judge_id: int) -> Response:
        return Response(detail(judge_get(judge_id)))

    @extend_schema(
        operation_id="judges_archive",
        description="Put all versions of a judge away, or bring them back.",
        request=InputSerializer,
        responses=JudgeDetailSerializer,
    )
    def patch(self, request: Request, judge_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        judge_archive(judge=judge_get(judge_id), archived=data["archived"])
        return Response(detail(judge_get(judge_id)))


class JudgeVersionListApi(IdempotentApi, OfJudgeApi):
    verbs = {"POST": Verb.JUDGE_MANAGE}

    @extend_schema(
        operation_id="judges_change",
        description="A changed copy under the next version number; a judge itself never changes.",
        request=JudgeFactsSerializer,
        responses={201: JudgeDetailSerializer},
    )
    def post(self, request: Request, judge_id: int) -> Response:
        data = self.parse(JudgeFactsSerializer)
        changed = judge_change(judge=judge_get(judge_id), created_by=self.user, **data)
        return Response(detail(judge_get(changed.pk)), status=201)


class JudgeRenderingApi(OfJudgeApi):
    verbs = {"POST": Verb.JUDGE_VIEW}

    @extend_schema(
        operation_id="judges_render",
        description="The exact messages about a row (the first that can be judged, or the one named), without a model.",
        request=RenderingInputSerializer,
        responses=RenderingSerializer,
    )
    def post(self, request: Request, judge_id: int) -> Response:
        data = self.parse(RenderingInputSerializer)
        version = version_get(data["dataset_version"])
        rendering = judge_rendering(judge=judge_get(judge_id), version=version, record_id=data["record_id"])
        return Response(RenderingSerializer(rendering).data)


class JudgeModelListApi(ProjectApi):
    verbs = {"GET": Verb.JUDGE_VIEW}

    @extend_schema(operation_id="judge_models_list", responses=paged(JudgeModelSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return Response({"results": JudgeModelSerializer(judge_models_of(project_id), many=True).data, "next": None})


class JudgeProtocolListApi(SignedInApi):
    @extend_schema(operation_id="judge_protocols_list", responses=paged(JudgeProtocolSerializer))
    def get(self, request: Request) -> Response:
        return Response({"results": JudgeProtocolSerializer(PROTOCOLS.values(), many=True).data, "next": None})
