"""A campaign's form after launch: new versions, and what they carry over."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.campaigns import CampaignApi
from annotation.api.serializers.form_versions import (
    FormChangedSerializer,
    FormChangeInputSerializer,
    FormCheckInputSerializer,
    FormCheckSerializer,
    FormVersionDetailSerializer,
)
from annotation.selectors.form_versions import feedback_by_form_version, form_versions
from annotation.services.form_versions import form_change, form_check
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.projects.policies import Verb


class FormChangeApi(IdempotentApi, CampaignApi):
    verbs = {"POST": Verb.CAMPAIGN_MANAGE}

    @extend_schema(
        operation_id="campaign_form_change",
        request=FormChangeInputSerializer,
        responses={201: FormChangedSerializer},
        description="Answers stay with the version they were given under. With `reopen`, answers that leave a "
        "required question of the new version open are asked for again.",
    )
    def post(self, request: Request, campaign_id: int) -> Response:
        version, reopened = form_change(campaign_id=campaign_id, **self.parse(FormChangeInputSerializer))
        changed = FormChangedSerializer({"form": version, "reopened": reopened}, context={"feedback": {}})
        return Response(changed.data, status=status.HTTP_201_CREATED)


class FormCheckApi(CampaignApi):
    verbs = {"POST": Verb.CAMPAIGN_MANAGE}

    @extend_schema(
        operation_id="campaign_form_check",
        request=FormCheckInputSerializer,
        responses=FormCheckSerializer,
        description="What a change to these questions would carry over. Changes nothing.",
    )
    def post(self, request: Request, campaign_id: int) -> Response:
        change = form_check(campaign_id=campaign_id, **self.parse(FormCheckInputSerializer))
        return Response(FormCheckSerializer(change._asdict()).data)


class FormVersionListApi(CampaignApi):
    verbs = {"GET": Verb.CAMPAIGN_VIEW}

    @extend_schema(operation_id="campaign_form_versions_list", responses=paged(FormVersionDetailSerializer))
    def get(self, request: Request, campaign_id: int) -> Response:
        context = {"feedback": feedback_by_form_version(campaign_id)}
        return page(form_versions(campaign_id), request, serializer=FormVersionDetailSerializer, context=context)
