"""The principles library of a project, and what of it a campaign's people are shown."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.campaigns import CampaignApi
from annotation.api.labelling import LeaseApi
from annotation.api.serializers.principles import (
    CampaignPrinciplesInputSerializer,
    CampaignPrinciplesSerializer,
    LeasePrinciplesSerializer,
    PrincipleArchiveInputSerializer,
    PrincipleChangeInputSerializer,
    PrincipleDetailSerializer,
    PrincipleInputSerializer,
    PrincipleListInputSerializer,
    PrincipleOut,
    PrincipleSerializer,
    principle_out,
    texts_out,
)
from annotation.selectors.discussion import annotator_lease
from annotation.selectors.principles import (
    campaign_principles,
    lease_principles_applying,
    principle_get,
    principle_project_id,
    principle_versions,
    principles_of,
)
from annotation.services.principles import (
    campaign_principles_set,
    principle_archive,
    principle_change,
    principle_create,
)
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi
from webapp.projects.policies import Verb
from webapp.projects.selectors.memberships import project_get


def _detail(principle_id: int) -> dict[str, Any]:
    principle = principle_get(principle_id)
    campaigns = [chosen.campaign for chosen in principle.campaigns.all()]
    shown = {**principle_out(principle), "versions": principle_versions(principle_id), "campaigns": campaigns}
    return dict(PrincipleDetailSerializer(shown).data)


class PrincipleListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.PRINCIPLE_VIEW, "POST": Verb.PRINCIPLE_MANAGE}

    @extend_schema(
        operation_id="principles_list",
        parameters=[PrincipleListInputSerializer],
        responses=paged(PrincipleSerializer),
        description="Newest first; archived ones are among them unless `archived` says otherwise.",
    )
    def get(self, request: Request, project_id: int) -> Response:
        principles = principles_of(project_id, **self.parse_query(PrincipleListInputSerializer))
        return page(principles, request, serializer=PrincipleOut)

    @extend_schema(
        operation_id="principles_create",
        request=PrincipleInputSerializer,
        responses={201: PrincipleDetailSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(PrincipleInputSerializer)
        principle = principle_create(project=project_get(project_id), created_by=self.user, **data)
        return Response(_detail(principle.pk), status=status.HTTP_201_CREATED)


class PrincipleApi(ProjectApi):
    """A view of one principle, whose project's roles decide."""

    def get_project_id(self, **kwargs: Any) -> int:
        return principle_project_id(kwargs["principle_id"])


class PrincipleDetailApi(PrincipleApi):
    verbs = {"GET": Verb.PRINCIPLE_VIEW, "PATCH": Verb.PRINCIPLE_MANAGE}

    @extend_schema(operation_id="principles_get", responses=PrincipleDetailSerializer)
    def get(self, request: Request, principle_id: int) -> Response:
        return Response(_detail(principle_id))

    @extend_schema(
        operation_id="principles_archive",
        request=PrincipleArchiveInputSerializer,
        responses=PrincipleDetailSerializer,
        description="An archived principle cannot be chosen any more; judges and campaigns that use it keep it.",
    )
    def patch(self, request: Request, principle_id: int) -> Response:
        principle_archive(principle_id=principle_id, **self.parse(PrincipleArchiveInputSerializer))
        return Response(_detail(principle_id))


class PrincipleVersionListApi(IdempotentApi, PrincipleApi):
    verbs = {"POST": Verb.PRINCIPLE_MANAGE}

    @extend_schema(
        operation_id="principles_change",
        request=PrincipleChangeInputSerializer,
        responses={200: PrincipleDetailSerializer, 201: PrincipleDetailSerializer},
        description="Makes the next version; what is not given stays. 200 when nothing is different.",
    )
    def post(self, request: Request, principle_id: int) -> Response:
        data = self.parse(PrincipleChangeInputSerializer)
        version = principle_change(principle_id=principle_id, created_by=self.user, **data)
        return Response(
            _detail(principle_id), status=status.HTTP_200_OK if version is None else status.HTTP_201_CREATED
        )


class CampaignPrinciplesApi(CampaignApi):
    verbs = {"GET": Verb.PRINCIPLE_VIEW, "PUT": Verb.CAMPAIGN_MANAGE}

    @extend_schema(operation_id="campaign_principles_get", responses=CampaignPrinciplesSerializer)
    def get(self, request: Request, campaign_id: int) -> Response:
        return Response(texts_out(campaign_principles([campaign_id])[campaign_id]))

    @extend_schema(
        operation_id="campaign_principles_set",
        request=CampaignPrinciplesInputSerializer,
        responses=CampaignPrinciplesSerializer,
        description="Makes a new version of the campaign's guidelines when the principles or their order change.",
    )
    def put(self, request: Request, campaign_id: int) -> Response:
        campaign_principles_set(campaign_id=campaign_id, **self.parse(CampaignPrinciplesInputSerializer))
        return Response(texts_out(campaign_principles([campaign_id])[campaign_id]))


class LeasePrinciplesApi(LeaseApi):
    verbs = {"GET": Verb.ANNOTATE}

    @extend_schema(
        operation_id="leases_principles",
        responses=LeasePrinciplesSerializer,
        description="Their texts are in `/api/my/campaigns/`.",
    )
    def get(self, request: Request, lease_id: int) -> Response:
        lease = annotator_lease(lease_id=lease_id, user=self.user)
        return Response({"applying": lease_principles_applying(lease)})
