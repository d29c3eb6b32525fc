"""Compute and read signals."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.recipe_serializers import SignalKindSerializer, SignalSerializer
from curation.datasets.selectors import version_get, version_project_id
from curation.signals.registry import KINDS
from curation.signals.selectors import signal_get, signal_project_id, signals_of
from curation.signals.services import signal_request
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb


class SignalListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.DATASET_VIEW, "POST": Verb.SIGNAL_RUN}

    class InputSerializer(serializers.Serializer):
        kind = serializers.CharField(max_length=40)
        params = serializers.DictField(default=dict)

        class Meta:
            ref_name = "SignalRequest"

    def get_project_id(self, **kwargs: Any) -> int:
        return version_project_id(kwargs["version_id"])

    @extend_schema(operation_id="signals_list", responses=paged(SignalSerializer))
    def get(self, request: Request, version_id: int) -> Response:
        return page(signals_of(version_id), request, serializer=SignalSerializer)

    @extend_schema(operation_id="signals_create", request=InputSerializer, responses={202: JobSerializer})
    def post(self, request: Request, version_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        return job_accepted(signal_request(version=version_get(version_id), created_by=self.user, **data))


class SignalDetailApi(ProjectApi):
    verbs = {"GET": Verb.DATASET_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return signal_project_id(kwargs["signal_id"])

    @extend_schema(operation_id="signals_get", responses=SignalSerializer)
    def get(self, request: Request, signal_id: int) -> Response:
        return Response(SignalSerializer(signal_get(signal_id)).data)


class SignalKindListApi(SignedInApi):
    @extend_schema(operation_id="signal_kinds_list", responses=paged(SignalKindSerializer))
    def get(self, request: Request) -> Response:
        return Response({"results": SignalKindSerializer(KINDS.values(), many=True).data, "next": None})
