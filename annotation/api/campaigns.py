"""Campaigns and the people in them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.serializers.campaigns import (
    CampaignAnnotatorsInputSerializer,
    CampaignAnnotatorsSerializer,
    CampaignInputSerializer,
    CampaignSerializer,
    CampaignUpdateSerializer,
    MyCampaignsInputSerializer,
    MyCampaignsSerializer,
)
from annotation.api.serializers.quality import QualitySerializer
from annotation.models import Campaign
from annotation.selectors.campaigns import (
    campaign_annotators,
    campaign_get,
    campaign_progress,
    campaign_project_id,
    campaigns_of,
    my_campaigns,
)
from annotation.selectors.quality import campaign_quality
from annotation.services.campaigns import annotator_remove, annotators_add, campaign_create, campaign_update
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get


def _campaign_out(campaign: Campaign) -> dict[str, Any]:
    progress = campaign_progress([campaign.pk])
    return dict(CampaignSerializer(campaign, context={"progress": progress}).data)


class CampaignListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.CAMPAIGN_VIEW, "POST": Verb.CAMPAIGN_MANAGE}

    @extend_schema(operation_id="campaigns_list", responses=paged(CampaignSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        campaigns = campaigns_of(project_id)
        progress = campaign_progress(list(campaigns.values_list("pk", flat=True)))
        return page(campaigns, request, serializer=CampaignSerializer, context={"progress": progress})

    @extend_schema(
        operation_id="campaigns_create", request=CampaignInputSerializer, responses={201: CampaignSerializer}
    )
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(CampaignInputSerializer)
        campaign = campaign_create(project=project_get(project_id), created_by=self.user, **data)
        return Response(_campaign_out(campaign), status=status.HTTP_201_CREATED)


class CampaignApi(ProjectApi):
    """A view of one campaign, whose project's roles decide."""

    def get_project_id(self, **kwargs: Any) -> int:
        return campaign_project_id(kwargs["campaign_id"])


class CampaignDetailApi(CampaignApi):
    verbs = {"GET": Verb.CAMPAIGN_VIEW, "PATCH": Verb.CAMPAIGN_MANAGE}

    @extend_schema(operation_id="campaigns_get", responses=CampaignSerializer)
    def get(self, request: Request, campaign_id: int) -> Response:
        return Response(_campaign_out(campaign_get(campaign_id)))

    @extend_schema(operation_id="campaigns_update", request=CampaignUpdateSerializer, responses=CampaignSerializer)
    def patch(self, request: Request, campaign_id: int) -> Response:
        data = self.parse(CampaignUpdateSerializer)
        return Response(_campaign_out(campaign_update(campaign_id=campaign_id, **data)))


class CampaignAnnotatorListApi(IdempotentApi, CampaignApi):
    verbs = {"GET": Verb.CAMPAIGN_VIEW, "POST": Verb.CAMPAIGN_MANAGE}

    @extend_schema(operation_id="campaign_annotators_list", responses=CampaignAnnotatorsSerializer)
    def get(self, request: Request, campaign_id: int) -> Response:
        return Response(CampaignAnnotatorsSerializer({"results": campaign_annotators(campaign_id)}).data)

    @extend_schema(
        operation_id="campaign_annotators_add",
        request=CampaignAnnotatorsInputSerializer,
        responses={201: CampaignAnnotatorsSerializer},
        description="Assigns people by email and returns those of this call. People new to the project become "
        "its annotators; people new to Plumbline get a one-time invitation link.",
    )
    def post(self, request: Request, campaign_id: int) -> Response:
        emails = self.parse(CampaignAnnotatorsInputSerializer)["emails"]
        added = annotators_add(campaign_id=campaign_id, emails=emails, added_by=self.user)
        known = {row["user"].pk: row for row in campaign_annotators(campaign_id)}
        rows = [
            {**known[assignment.user_id], "invitation_url": link and request.build_absolute_uri(link)}
            for assignment, link in added
        ]
        return Response(CampaignAnnotatorsSerializer({"results": rows}).data, status=status.HTTP_201_CREATED)


class CampaignAnnotatorDetailApi(CampaignApi):
    verbs = {"DELETE": Verb.CAMPAIGN_MANAGE}

    @extend_schema(operation_id="campaign_annotators_remove", responses={204: None})
    def delete(self, request: Request, campaign_id: int, user_id: int) -> Response:
        annotator_remove(campaign_id=campaign_id, user_id=user_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class CampaignQualityApi(CampaignApi):
    verbs = {"GET": Verb.FEEDBACK_VIEW}

    @extend_schema(operation_id="campaigns_quality", responses=QualitySerializer)
    def get(self, request: Request, campaign_id: int) -> Response:
        return Response(QualitySerializer(campaign_quality(campaign_get(campaign_id))).data)


class MyCampaignListApi(SignedInApi):
    @extend_schema(
        operation_id="my_campaigns_list", parameters=[MyCampaignsInputSerializer], responses=MyCampaignsSerializer
    )
    def get(self, request: Request) -> Response:
        rows = my_campaigns(self.user.pk, **self.parse_query(MyCampaignsInputSerializer))
        return Response(MyCampaignsSerializer({"results": rows}).data)
