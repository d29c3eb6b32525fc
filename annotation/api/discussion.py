"""Flags, comments and mentions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.campaigns import CampaignApi
from annotation.api.labelling import LeaseApi
from annotation.api.serializers.discussion import (
    CommentInputSerializer,
    CommentOut,
    CommentSerializer,
    FlagInputSerializer,
    FlagListInputSerializer,
    FlagRefSerializer,
    FlagSerializer,
    MentionablePeopleSerializer,
    MentionOut,
    MentionSerializer,
    comment_out,
)
from annotation.domain.mentions import handles_of, name_of
from annotation.models import ItemComment
from annotation.selectors.discussion import (
    Reader,
    annotator_lease,
    campaign_comments,
    campaign_flags,
    comment_get,
    flag_project_id,
    item_comments,
    item_project_id,
    lease_comments,
    mentionable_by_annotators,
    my_mentions,
)
from annotation.services.discussion import (
    flag_create,
    flag_resolve,
    item_comment_create,
    lease_comment_create,
    mention_read,
)
from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, SignedInApi
from webapp.projects.policies import Verb

OLDEST_FIRST = ("id",)


class LeaseFlagApi(IdempotentApi, LeaseApi):
    @extend_schema(
        operation_id="leases_flag",
        request=FlagInputSerializer,
        responses={200: FlagRefSerializer, 201: FlagRefSerializer},
        description="The lease goes on. Your open flag of the same reason is returned as it is, with 200.",
    )
    def post(self, request: Request, lease_id: int) -> Response:
        flag, new = flag_create(lease_id=lease_id, author=self.user, **self.parse(FlagInputSerializer))
        return Response(FlagRefSerializer(flag).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK)


class CampaignFlagListApi(CampaignApi):
    verbs = {"GET": Verb.FEEDBACK_VIEW}

    @extend_schema(
        operation_id="campaign_flags_list", parameters=[FlagListInputSerializer], responses=paged(FlagSerializer)
    )
    def get(self, request: Request, campaign_id: int) -> Response:
        flags = campaign_flags(campaign_id, **self.parse_query(FlagListInputSerializer))
        return page(flags, request, serializer=FlagSerializer)


class FlagResolveApi(IdempotentApi, ProjectApi):
    # Reviewers look into what people report, so whoever may read flags may also close them.
    verbs = {"POST": Verb.FEEDBACK_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return flag_project_id(kwargs["flag_id"])

    @extend_schema(operation_id="flags_resolve", request=None, responses=FlagSerializer)
    def post(self, request: Request, flag_id: int) -> Response:
        return Response(FlagSerializer(flag_resolve(flag_id=flag_id, resolved_by=self.user)).data)


class LeaseCommentListApi(IdempotentApi, LeaseApi):
    verbs = {"GET": Verb.ANNOTATE, "POST": Verb.ANNOTATE}

    @extend_schema(operation_id="lease_comments_list", responses=paged(CommentSerializer))
    def get(self, request: Request, lease_id: int) -> Response:
        comments = lease_comments(lease_id=lease_id, user=self.user)
        context = {"reader": Reader(self.user)}
        return page(comments, request, serializer=CommentOut, order=OLDEST_FIRST, context=context)

    @extend_schema(
        operation_id="lease_comments_create", request=CommentInputSerializer, responses={201: CommentSerializer}
    )
    def post(self, request: Request, lease_id: int) -> Response:
        text = self.parse(CommentInputSerializer)["text"]
        return _created(lease_comment_create(lease_id=lease_id, author=self.user, text=text), self)


class LeaseMentionableApi(LeaseApi):
    verbs = {"GET": Verb.ANNOTATE}

    @extend_schema(operation_id="leases_mentionable", responses=MentionablePeopleSerializer)
    def get(self, request: Request, lease_id: int) -> Response:
        annotator_lease(lease_id=lease_id, user=self.user)
        people = mentionable_by_annotators(self.project_id)
        handles = handles_of(people)
        rows = [{"id": person.id, "name": name_of(person), "handle": handles[person.id]} for person in people]
        return Response(MentionablePeopleSerializer({"results": rows}).data)


class ItemCommentListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.FEEDBACK_VIEW, "POST": Verb.FEEDBACK_VIEW}

    def get_project_id(self, **kwargs: Any) -> int:
        return item_project_id(kwargs["item_id"])

    @extend_schema(operation_id="item_comments_list", responses=paged(CommentSerializer))
    def get(self, request: Request, item_id: int) -> Response:
        context = {"reader": Reader(self.user)}
        return page(item_comments(item_id), request, serializer=CommentOut, order=OLDEST_FIRST, context=context)

    @extend_schema(
        operation_id="item_comments_create", request=CommentInputSerializer, responses={201: CommentSerializer}
    )
    def post(self, request: Request, item_id: int) -> Response:
        text = self.parse(CommentInputSerializer)["text"]
        return _created(item_comment_create(item_id=item_id, author=self.user, text=text), self)


def _created(comment: ItemComment, view: SignedInApi) -> Response:
    return Response(comment_out(comment_get(comment.pk), Reader(view.user)), status=status.HTTP_201_CREATED)


class CampaignCommentListApi(CampaignApi):
    verbs = {"GET": Verb.FEEDBACK_VIEW}

    @extend_schema(operation_id="campaign_comments_list", responses=paged(CommentSerializer))
    def get(self, request: Request, campaign_id: int) -> Response:
        context = {"reader": Reader(self.user)}
        return page(campaign_comments(campaign_id), request, serializer=CommentOut, context=context)


class MyMentionListApi(SignedInApi):
    @extend_schema(operation_id="my_mentions_list", responses=paged(MentionSerializer), description="Unread first.")
    def get(self, request: Request) -> Response:
        context = {"reader": Reader(self.user)}
        order = ("-unread", "-id")
        return page(my_mentions(self.user), request, serializer=MentionOut, order=order, context=context)


class MentionReadApi(SignedInApi):
    @extend_schema(operation_id="mentions_read", request=None, responses={204: None})
    def post(self, request: Request, mention_id: int) -> Response:
        mention_read(mention_id=mention_id, user=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
