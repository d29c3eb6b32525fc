"""Write, preview and freeze recipes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from curation.api.recipe_serializers import (
    RecipePreviewSerializer,
    RecipeSerializer,
    RecipeStepKindSerializer,
    StepsField,
)
from curation.datasets.selectors import version_get, version_project_id
from curation.domain.recipe_steps import catalogue
from curation.recipes.preview import recipe_preview
from curation.recipes.selectors import recipe_get, recipe_project_id, recipes_of
from curation.recipes.services import recipe_create, recipe_update
from curation.snapshots.services import snapshot_create
from webapp.api.errors import ApplicationError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.jobs.api.serializers import JobSerializer
from webapp.jobs.api.views import job_accepted
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get


class RecipeInputSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    steps = StepsField(max_length=40)

    class Meta:
        ref_name = "RecipeInput"


class RecipeListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "POST": Verb.RECIPE_MANAGE}

    @extend_schema(operation_id="recipes_list", responses=paged(RecipeSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(recipes_of(project_id), request, serializer=RecipeSerializer)

    @extend_schema(operation_id="recipes_create", request=RecipeInputSerializer, responses={201: RecipeSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(RecipeInputSerializer)
        recipe = recipe_create(project=project_get(project_id), created_by=self.user, **data)
        return Response(RecipeSerializer(recipe).data, status=status.HTTP_201_CREATED)


class _RecipeApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return recipe_project_id(kwargs["recipe_id"])


class RecipeDetailApi(_RecipeApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "PATCH": Verb.RECIPE_MANAGE}

    @extend_schema(operation_id="recipes_get", responses=RecipeSerializer)
    def get(self, request: Request, recipe_id: int) -> Response:
        return Response(RecipeSerializer(recipe_get(recipe_id)).data)

    @extend_schema(operation_id="recipes_update", request=RecipeInputSerializer, responses=RecipeSerializer)
    def patch(self, request: Request, recipe_id: int) -> Response:
        data = self.parse(RecipeInputSerializer, partial=True)
        return Response(RecipeSerializer(recipe_update(recipe=recipe_get(recipe_id), **data)).data)


class StepsInputSerializer(serializers.Serializer):
    dataset_version = serializers.IntegerField()
    steps = StepsField(max_length=40)


class OfStepsApi(ProjectApi):
    """Writes nothing: POST only because steps do not fit into an address."""

    verbs = {"POST": Verb.RECIPE_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        version_id = self.request.data.get("dataset_version") if isinstance(self.request.data, dict) else None
        if not isinstance(version_id, int):
            raise ApplicationError("dataset_version: give the id of a dataset version.")
        return version_project_id(version_id)


class RecipePreviewApi(OfStepsApi):
    class InputSerializer(StepsInputSerializer):
        class Meta:
            ref_name = "RecipePreviewInput"

    @extend_schema(operation_id="recipes_preview", request=InputSerializer, responses=RecipePreviewSerializer)
    def post(self, request: Request) -> Response:
        data = self.parse(self.InputSerializer)
        return Response(recipe_preview(version=version_get(data["dataset_version"]), raw_steps=data["steps"]))


class RecipeStepListApi(SignedInApi):
    @extend_schema(operation_id="recipe_steps_list", responses=paged(RecipeStepKindSerializer))
    def get(self, request: Request) -> Response:
        return Response({"results": catalogue(), "next": None})


class RecipeFreezeApi(IdempotentApi, _RecipeApi):
    verbs = {"POST": Verb.SNAPSHOT_MANAGE}

    class InputSerializer(serializers.Serializer):
        dataset_version = serializers.IntegerField()
        name = serializers.CharField(max_length=160, allow_blank=True, default="")
        test_fraction = serializers.FloatField(min_value=0, max_value=0.5, default=0.1)
        seed = serializers.IntegerField(default=0, min_value=0, max_value=2**53)

        class Meta:
            ref_name = "SnapshotRequest"

    @extend_schema(operation_id="snapshots_create", request=InputSerializer, responses={202: JobSerializer})
    def post(self, request: Request, recipe_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        version = version_get(data.pop("dataset_version"))
        return job_accepted(
            snapshot_create(recipe=recipe_get(recipe_id), version=version, created_by=self.user, **data)
        )
