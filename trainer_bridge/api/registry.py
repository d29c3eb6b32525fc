"""Registered models."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from trainer_bridge.api.serializers import ModelVersionDetailSerializer, ModelVersionSerializer
from trainer_bridge.selectors.registry import model_get, model_project_id, models_of
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.projects.policies import Verb


class ModelListApi(ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    @extend_schema(operation_id="models_list", responses=paged(ModelVersionSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(models_of(project_id), request, serializer=ModelVersionSerializer)


class ModelDetailApi(ProjectApi):
    verbs = {"GET": Verb.MODEL_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return model_project_id(kwargs["model_id"])

    @extend_schema(operation_id="models_get", responses=ModelVersionDetailSerializer)
    def get(self, request: Request, model_id: int) -> Response:
        return Response(ModelVersionDetailSerializer(model_get(model_id)).data)
