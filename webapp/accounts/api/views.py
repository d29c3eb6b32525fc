"""`/api/me/`: who am I, where do I belong, which tokens do I have."""

from __future__ import annotations

from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.api.serializers import KeymapField, MeSerializer, TokenSerializer
from webapp.accounts.choices import TokenScope
from webapp.accounts.models import ApiToken, User
from webapp.accounts.services.profile import user_update
from webapp.accounts.services.tokens import token_create, token_revoke
from webapp.api.pagination import page
from webapp.api.schema import paged
from webapp.api.views import SignedInApi
from webapp.projects.selectors.memberships import memberships_of


def _me(user: User) -> dict[str, object]:
    return MeSerializer(
        {
            "id": user.pk,
            "email": user.email,
            "name": user.name,
            "is_simulated": user.is_simulated,
            "keymap": user.keymap,
            "locale": user.locale,
            "memberships": memberships_of(user=user),
        }
    ).data


class MeApi(SignedInApi):
    class InputSerializer(serializers.Serializer):
        name = serializers.CharField(max_length=120, required=False)
        keymap = KeymapField(required=False, help_text="Action id → its keys. Replaces the whole map.")
        locale = serializers.CharField(
            required=False, allow_blank=True, max_length=200, help_text="A language tag; empty for the browser's."
        )

        class Meta:
            ref_name = "MeUpdate"

    @method_decorator(ensure_csrf_cookie)
    @extend_schema(operation_id="me_get", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(_me(self.user))

    @extend_schema(operation_id="me_update", request=InputSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        return Response(_me(user_update(user=self.user, **self.parse(self.InputSerializer))))


class TokenListApi(SignedInApi):
    class InputSerializer(serializers.Serializer):
        name = serializers.CharField(max_length=80)
        scope = serializers.ChoiceField(choices=TokenScope.choices, default=TokenScope.WRITE)
        expires_in_days = serializers.IntegerField(min_value=1, max_value=365, default=90)

        class Meta:
            ref_name = "TokenCreate"

    @extend_schema(operation_id="me_tokens_list", responses=paged(TokenSerializer))
    def get(self, request: Request) -> Response:
        return page(
            ApiToken.objects.filter(user=self.user), request, order=("-created", "digest"), serializer=TokenSerializer
        )

    @extend_schema(operation_id="me_tokens_create", request=InputSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        token, plain = token_create(user=self.user, **self.parse(self.InputSerializer))
        return Response({**TokenSerializer(token).data, "token": plain}, status=status.HTTP_201_CREATED)


class TokenRevokeApi(SignedInApi):
    @extend_schema(operation_id="me_tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_key: str) -> Response:
        token_revoke(user=self.user, token_key=token_key)
        return Response(status=status.HTTP_204_NO_CONTENT)
