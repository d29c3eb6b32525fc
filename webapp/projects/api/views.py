"""Projects, members and invitations."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.api.idempotency import IdempotentApi
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import ProjectApi, PublicApi, SignedInApi
from webapp.projects.api.serializers import MemberSerializer, ProjectSerializer
from webapp.projects.choices import Role
from webapp.projects.models import Membership, Project
from webapp.projects.policies import ROLE_VERBS, Verb
from webapp.projects.selectors.memberships import (
    invitation_by_token,
    members_of,
    membership_project_id,
    memberships_of,
    project_get,
)
from webapp.projects.services.invitations import invitation_accept, invitation_create
from webapp.projects.services.projects import (
    member_add,
    member_change_role,
    member_remove,
    project_create,
    project_update,
)


def _project_out(project: Project, role: str) -> dict[str, Any]:
    return {
        "id": project.pk,
        "name": project.name,
        "description": project.description,
        "role": role,
        "verbs": sorted(ROLE_VERBS[role]),
        "created_at": project.created_at,
    }


class ProjectInputSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=4000, allow_blank=True, default="")

    class Meta:
        ref_name = "ProjectInput"


class ProjectListApi(IdempotentApi, SignedInApi):
    @extend_schema(operation_id="projects_list", responses=paged(ProjectSerializer))
    def get(self, request: Request) -> Response:
        rows = [_project_out(m.project, m.role) for m in memberships_of(user=self.user)]
        return Response({"results": ProjectSerializer(rows, many=True).data, "next": None})

    @extend_schema(operation_id="projects_create", request=ProjectInputSerializer, responses={201: ProjectSerializer})
    def post(self, request: Request) -> Response:
        project = project_create(created_by=self.user, **self.parse(ProjectInputSerializer))
        return Response(ProjectSerializer(_project_out(project, Role.ADMIN)).data, status=status.HTTP_201_CREATED)


class ProjectDetailApi(ProjectApi):
    verbs = {"GET": Verb.PROJECT_VIEW, "PATCH": Verb.PROJECT_MANAGE}

    @extend_schema(operation_id="projects_get", responses=ProjectSerializer)
    def get(self, request: Request, project_id: int) -> Response:
        return Response(ProjectSerializer(_project_out(project_get(project_id), self.membership.role)).data)

    @extend_schema(operation_id="projects_update", request=ProjectInputSerializer, responses=ProjectSerializer)
    def patch(self, request: Request, project_id: int) -> Response:
        data = self.parse(ProjectInputSerializer, partial=True)
        project = project_update(project=project_get(project_id), **data)
        return Response(ProjectSerializer(_project_out(project, self.membership.role)).data)


class MemberListApi(IdempotentApi, ProjectApi):
    verbs = {"GET": Verb.MEMBER_VIEW, "POST": Verb.MEMBER_MANAGE}

    class InputSerializer(serializers.Serializer):
        email = serializers.EmailField()
        role = serializers.ChoiceField(choices=Role.choices)
        name = serializers.CharField(max_length=120, allow_blank=True, default="")

        class Meta:
            ref_name = "MemberInput"

    @extend_schema(operation_id="members_list", responses=paged(MemberSerializer))
    def get(self, request: Request, project_id: int) -> Response:
        return page(members_of(project_id=project_id), request, order=("id",), serializer=MemberSerializer)

    @extend_schema(operation_id="members_create", request=InputSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        membership, link = member_add(project=project_get(project_id), added_by=self.user, **data)
        body = {**MemberSerializer(membership).data, "invitation_url": _absolute(request, link)}
        return Response(body, status=status.HTTP_201_CREATED)


def _absolute(request: Request, path: str | None) -> str | None:
    return request.build_absolute_uri(path) if path else None


class _MemberApi(ProjectApi):
    def get_project_id(self, **kwargs: Any) -> int:
        return membership_project_id(kwargs["member_id"])


class MemberDetailApi(_MemberApi):
    verbs = {"PATCH": Verb.MEMBER_MANAGE, "DELETE": Verb.MEMBER_MANAGE}

    class InputSerializer(serializers.Serializer):
        role = serializers.ChoiceField(choices=Role.choices)

        class Meta:
            ref_name = "MemberRoleInput"

    @extend_schema(operation_id="members_update", request=InputSerializer, responses=MemberSerializer)
    def patch(self, request: Request, member_id: int) -> Response:
        data = self.parse(self.InputSerializer)
        return Response(MemberSerializer(member_change_role(membership_id=member_id, **data)).data)

    @extend_schema(operation_id="members_delete", responses={204: None})
    def delete(self, request: Request, member_id: int) -> Response:
        member_remove(membership_id=member_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationUrlSerializer(serializers.Serializer):
    invitation_url = serializers.CharField()

    class Meta:
        ref_name = "InvitationUrl"


class MemberInvitationApi(_MemberApi):
    verbs = {"POST": Verb.MEMBER_MANAGE}

    @extend_schema(operation_id="members_invite_again", request=None, responses={201: InvitationUrlSerializer})
    def post(self, request: Request, member_id: int) -> Response:
        membership = Membership.objects.select_related("user").get(pk=member_id)
        link = invitation_create(membership=membership, created_by=self.user)
        return Response({"invitation_url": _absolute(request, link)}, status=status.HTTP_201_CREATED)


class InvitationSerializer(serializers.Serializer):
    email = serializers.EmailField()
    project_name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        ref_name = "Invitation"


class InvitationApi(PublicApi):
    @extend_schema(operation_id="invitations_get", responses=InvitationSerializer)
    def get(self, request: Request, token: str) -> Response:
        membership = invitation_by_token(token).membership
        body = {"email": membership.user.email, "project_name": membership.project.name, "role": membership.role}
        return Response(InvitationSerializer(body).data)


class InvitationAcceptApi(PublicApi):
    class InputSerializer(serializers.Serializer):
        name = serializers.CharField(max_length=120)
        password = serializers.CharField(max_length=200, trim_whitespace=False)

        class Meta:
            ref_name = "InvitationAccept"

    class OutputSerializer(serializers.Serializer):
        redirect = serializers.CharField()

        class Meta:
            ref_name = "InvitationAccepted"

    @extend_schema(operation_id="invitations_accept", request=InputSerializer, responses=OutputSerializer)
    def post(self, request: Request, token: str) -> Response:
        data = self.parse(self.InputSerializer)
        user = invitation_accept(invitation_id=invitation_by_token(token).pk, **data)
        login(request._request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return Response({"redirect": "/"})
