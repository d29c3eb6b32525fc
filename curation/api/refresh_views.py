"""Snapshots made again on a schedule."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.selectors.campaigns import campaign_get, campaign_project_id
from curation.api.recipe_serializers import StepsField
from curation.api.recipe_views import OfStepsApi, StepsInputSerializer
from curation.datasets.selectors import dataset_get, dataset_project_id, version_get
from curation.recipes.rebinding import recipe_rebound
from curation.recipes.selectors import recipe_get, recipe_project_id
from curation.snapshots.choices import RefreshState
from curation.snapshots.refreshes import (
    refresh_create,
    refresh_delete,
    refresh_get,
    refresh_project_id,
    refresh_run,
    refresh_update,
    refreshes_of,
)
from webapp.accounts.api.serializers import UserRefSerializer
from webapp.api.errors import ApplicationError
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.projects.policies import Verb

MOST_HOURS = 8784


class _NamedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()

    class Meta:
        ref_name = "Named"


class SnapshotRefreshSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    project = serializers.IntegerField(source="project_id")
    recipe = _NamedSerializer()
    dataset = _NamedSerializer()
    campaign = _NamedSerializer(allow_null=True, help_text="Whose votes are brought home first.")
    every_hours = serializers.IntegerField()
    test_fraction = serializers.FloatField()
    seed = serializers.IntegerField()
    is_active = serializers.BooleanField()
    next_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=RefreshState.choices)
    message = serializers.CharField(help_text="What the last round came to, or what the present one is doing.")
    snapshot = _NamedSerializer(allow_null=True, help_text="The last one it made.")
    job = serializers.IntegerField(source="job_id", allow_null=True)
    created_by = UserRefSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "SnapshotRefresh"


class RefreshListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "POST": Verb.SNAPSHOT_MANAGE}

    class InputSerializer(serializers.Serializer):
        recipe = serializers.IntegerField(min_value=1)
        dataset = serializers.IntegerField(min_value=1)
        campaign = serializers.IntegerField(required=False, allow_null=True, min_value=1)
        every_hours = serializers.IntegerField(min_value=1, max_value=MOST_HOURS)
        test_fraction = serializers.FloatField(min_value=0, max_value=0.5, default=0.1)
        seed = serializers.IntegerField(default=0, min_value=0, max_value=2**53)

        class Meta:
            ref_name = "SnapshotRefreshInput"

    @extend_schema(operation_id="snapshot_refreshes_list", responses=paged(SnapshotRefreshSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(refreshes_of(project_id), request, serializer=SnapshotRefreshSerializer)

    @extend_schema(
        operation_id="snapshot_refreshes_create", request=InputSerializer, responses={201: SnapshotRefreshSerializer}
    )
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        self._check_own("recipe", recipe_project_id, data["recipe"])
        self._check_own("dataset", dataset_project_id, data["dataset"])
        campaign_id = data.pop("campaign", None)
        if campaign_id is not None:
            self._check_own("campaign", campaign_project_id, campaign_id)
        made = refresh_create(
            recipe=recipe_get(data.pop("recipe")),
            dataset=dataset_get(data.pop("dataset")),
            campaign=campaign_get(campaign_id) if campaign_id is not None else None,
            created_by=self.user,
            **data,
        )
        return Response(SnapshotRefreshSerializer(made).data, status=status.HTTP_201_CREATED)

    def _check_own(self, name: str, project_of: Any, number: int) -> None:
        """What lies in other projects is not told apart from what does not exist."""
        try:
            found = project_of(number)
        except ApplicationError:
            found = None
        if found != self.project_id:
            raise ApplicationError(f"{name}: give the id of a {name} of this project.", fields={name: ["Not found."]})


class _RefreshApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return refresh_project_id(kwargs["refresh_id"])


class RefreshDetailApi(_RefreshApi):
    verbs = {"GET": Verb.RECIPE_VIEW, "PATCH": Verb.SNAPSHOT_MANAGE, "DELETE": Verb.SNAPSHOT_MANAGE}

    class InputSerializer(serializers.Serializer):
        every_hours = serializers.IntegerField(min_value=1, max_value=MOST_HOURS)
        is_active = serializers.BooleanField()

        class Meta:
            ref_name = "SnapshotRefreshChange"

    @extend_schema(operation_id="snapshot_refreshes_get", responses=SnapshotRefreshSerializer)
    def get(self, request: Request, refresh_id: int) -> Response:
        return Response(SnapshotRefreshSerializer(refresh_get(refresh_id)).data)

    @extend_schema(
        operation_id="snapshot_refreshes_update", request=InputSerializer, responses=SnapshotRefreshSerializer
    )
    def patch(self, request: Request, refresh_id: int) -> Response:
        data = self.parse(self.InputSerializer, partial=True)
        return Response(SnapshotRefreshSerializer(refresh_update(refresh_id=refresh_id, **data)).data)

    @extend_schema(operation_id="snapshot_refreshes_delete", responses={204: None})
    def delete(self, request: Request, refresh_id: int) -> Response:
        refresh_delete(refresh_id=refresh_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RefreshRunApi(_RefreshApi):
    verbs = {"POST": Verb.SNAPSHOT_MANAGE}

    @extend_schema(operation_id="snapshot_refreshes_run", request=None, responses=SnapshotRefreshSerializer)
    def post(self, request: Request, refresh_id: int) -> Response:
        return Response(SnapshotRefreshSerializer(refresh_run(refresh_id=refresh_id)).data)


class RecipeRebindApi(OfStepsApi):
    class InputSerializer(StepsInputSerializer):
        class Meta:
            ref_name = "RecipeRebindInput"

    class OutputSerializer(serializers.Serializer):
        steps = StepsField()
        missing = serializers.ListField(
            child=serializers.CharField(), help_text="Names of signals the version has not computed yet."
        )

        class Meta:
            ref_name = "RecipeRebind"

    @extend_schema(operation_id="recipes_rebind", request=InputSerializer, responses=OutputSerializer)
    def post(self, request: Request) -> Response:
        data = self.parse(self.InputSerializer)
        found = recipe_rebound(data["steps"], version_get(data["dataset_version"]))
        missing = [wanted.name for wanted in found.wanted] + found.waiting + [each.name for each in found.failed]
        missing += [f"signal {number}" for number in found.unknown]
        return Response({"steps": found.steps, "missing": missing})
