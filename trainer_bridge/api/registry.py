"""Registered models."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.serializers import ModelVersionDetailSerializer, ModelVersionSerializer
from trainer_bridge.choices import ModelKind
from trainer_bridge.selectors.registry import model_get, model_project_id, models_of
from trainer_bridge.services.registry import model_register
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get


class ModelListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW, "POST": Verb.MODEL_MANAGE}

    class InputSerializer(serializers.Serializer):
        kind = serializers.ChoiceField(choices=ModelKind.choices)
        base_model = serializers.CharField(max_length=200)
        name = serializers.CharField(max_length=120, allow_blank=True, default="")

        class Meta:
            ref_name = "ModelInput"

    @extend_schema(operation_id="models_list", responses=paged(ModelVersionSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(models_of(project_id), request, serializer=ModelVersionSerializer)

    @extend_schema(
        operation_id="models_create",
        description=(
            "Register a model that was not trained here: `hub:owner/name`, `hub:owner/name@revision`, or "
            "`local:folder` below PLUMBLINE_MODELS_DIR. Its files are copied and never change."
        ),
        request=InputSerializer,
        responses={202: JobSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        return job_accepted(model_register(project=project_get(project_id), created_by=self.user, **data))


class ModelDetailApi(ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return model_project_id(kwargs["model_id"])

    @extend_schema(operation_id="models_get", responses=ModelVersionDetailSerializer)
    def get(self, request: Request, model_id: int) -> Response:
        return Response(ModelVersionDetailSerializer(model_get(model_id)).data)
