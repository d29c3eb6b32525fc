"""Feedback after it was given: one's own, to look at and change, and everybody's for reviewers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.campaigns import CampaignApi
from annotation.api.labelling import answers_in
from annotation.api.serializers.feedback import (
    CampaignFeedbackSerializer,
    DensitySerializer,
    FeedbackSerializer,
)
from annotation.api.serializers.labelling import (
    AnswersInputSerializer,
    StoredFeedbackSerializer,
)
from annotation.models import Feedback
from annotation.selectors.density import feedback_density
from annotation.selectors.feedback import current_feedback, feedback_for, my_feedback, shown_item
from annotation.services.feedback import feedback_revise
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import SignedInApi
from webapp.projects.policies import Verb


class _OwnFeedbackSerializer(serializers.Serializer):
    """Renders a Feedback as `FeedbackSerializer` describes it."""

    def to_representation(self, instance: Feedback) -> dict[str, Any]:
        form = instance.form_version
        return {
            "id": instance.pk,
            "revision": instance.revision,
            "answers": instance.answers,
            "item": shown_item(instance),
            "form": {"id": form.pk, "version": form.version, "questions": form.questions},
            "created_at": instance.created_at,
        }


class FeedbackDetailApi(SignedInApi):
    @extend_schema(operation_id="feedback_get", responses=FeedbackSerializer)
    def get(self, request: Request, feedback_id: int) -> Response:
        return Response(_OwnFeedbackSerializer(feedback_for(feedback_id=feedback_id, user=self.user)).data)


class FeedbackDensityApi(SignedInApi):
    @extend_schema(
        operation_id="feedback_density",
        responses=DensitySerializer,
        description="Marks by sub-sentence, sentence and response, for the person who made them and for reviewers.",
    )
    def get(self, request: Request, feedback_id: int) -> Response:
        return Response(feedback_density(feedback_for(feedback_id=feedback_id, user=self.user)))


class FeedbackReviseApi(IdempotentApi, SignedInApi):
    @extend_schema(
        operation_id="feedback_revise", request=AnswersInputSerializer, responses={201: StoredFeedbackSerializer}
    )
    def post(self, request: Request, feedback_id: int) -> Response:
        stored = feedback_revise(feedback_id=feedback_id, annotator_id=self.user.pk, **answers_in(request))
        return Response({"feedback": stored}, status=status.HTTP_201_CREATED)


class MyFeedbackListApi(SignedInApi):
    @extend_schema(operation_id="my_feedback_list", responses=paged(FeedbackSerializer))
    def get(self, request: Request, campaign_id: int) -> Response:
        return page(my_feedback(campaign_id=campaign_id, user=self.user), request, serializer=_OwnFeedbackSerializer)


class CampaignFeedbackListApi(CampaignApi):
    verbs = {"GET": Verb.FEEDBACK_VIEW}

    @extend_schema(operation_id="campaign_feedback_list", responses=paged(CampaignFeedbackSerializer))
    def get(self, request: Request, campaign_id: int) -> Response:
        return page(current_feedback(campaign_id), request, serializer=CampaignFeedbackSerializer)
