"""Registered models."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.model_serializers import (
    ModelCardSerializer,
    ModelUseSerializer,
    ModelVersionDetailSerializer,
    ModelVersionSerializer,
)
from trainer_bridge.choices import ModelKind, ModelStage
from trainer_bridge.selectors.model_card import model_card
from trainer_bridge.selectors.model_uses import model_uses
from trainer_bridge.selectors.registry import model_get, model_project_id, models_of
from trainer_bridge.services.registry import model_register
from trainer_bridge.services.stages import model_stage_set
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


class _ModelApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return model_project_id(kwargs["model_id"])


class ModelDetailApi(_ModelApi):
    verbs = {"GET": Verb.MODEL_VIEW, "PATCH": Verb.MODEL_MANAGE}

    class InputSerializer(serializers.Serializer):
        stage = serializers.ChoiceField(choices=ModelStage.choices)

        class Meta:
            ref_name = "ModelStageInput"

    @extend_schema(operation_id="models_get", responses=ModelVersionDetailSerializer)
    def get(self, request: Request, model_id: int) -> Response:
        return Response(ModelVersionDetailSerializer(model_get(model_id)).data)

    @extend_schema(
        operation_id="models_stage",
        description="Move a model to a stage. The version of its name that was in production goes back to staging.",
        request=InputSerializer,
        responses=ModelVersionDetailSerializer,
    )
    def patch(self, request: Request, model_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        model = model_stage_set(model=model_get(model_id), stage=data["stage"])
        return Response(ModelVersionDetailSerializer(model).data)


class ModelCardApi(_ModelApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    @extend_schema(operation_id="models_card", responses=ModelCardSerializer)
    def get(self, request: Request, model_id: int) -> Response:
        return Response({"markdown": model_card(model_get(model_id))})


class ModelUsesApi(_ModelApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    @extend_schema(
        operation_id="models_uses",
        description="Judges, signals, runs and evaluations that use the model, the newest of each kind first.",
        responses=ModelUseSerializer(many=True),
    )
    def get(self, request: Request, model_id: int) -> Response:
        return Response([asdict(use) for use in model_uses(model_get(model_id))])
