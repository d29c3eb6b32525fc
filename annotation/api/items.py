"""What reviewers look at beside answers: an item as it is stored, and every text of a campaign's guidelines."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.campaigns import CampaignApi
from annotation.api.serializers.items import GuidelinesVersionSerializer, ItemDetailSerializer
from annotation.selectors.discussion import item_project_id
from annotation.selectors.items import guidelines_versions, item_get
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.projects.policies import Verb


class ItemDetailApi(ProjectApi):
    verbs = {"GET": Verb.FEEDBACK_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return item_project_id(kwargs["item_id"])

    @extend_schema(
        operation_id="items_get",
        responses=ItemDetailSerializer,
        description="The responses come in the order they are stored in; every annotator sees an order of their own.",
    )
    def get(self, request: Request, item_id: int) -> Response:
        return Response(ItemDetailSerializer(item_get(item_id)).data)


class GuidelinesVersionListApi(CampaignApi):
    verbs = {"GET": Verb.CAMPAIGN_VIEW}

    @extend_schema(operation_id="campaign_guidelines_versions_list", responses=paged(GuidelinesVersionSerializer))
    def get(self, request: Request, campaign_id: int) -> Response:
        return page(guidelines_versions(campaign_id), request, serializer=GuidelinesVersionSerializer)
