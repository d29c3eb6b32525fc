"""How people and tokens look in the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.accounts.choices import TokenScope
from webapp.projects.choices import Role


@extend_schema_field(
    serializers.DictField(child=serializers.ListField(child=serializers.CharField(trim_whitespace=False)))
)
class KeymapField(serializers.JSONField):
    """Action id → keys. The service checks it: a key may be a space, and nothing may be read as a text."""


class UserRefSerializer(serializers.Serializer):
    """The three fields by which a person is named anywhere."""

    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()

    class Meta:
        ref_name = "UserRef"


class ProjectRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()

    class Meta:
        ref_name = "ProjectRef"


class MyMembershipSerializer(serializers.Serializer):
    project = ProjectRefSerializer()
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        ref_name = "MyMembership"


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    name = serializers.CharField()
    is_simulated = serializers.BooleanField()
    keymap = KeymapField()
    locale = serializers.CharField()
    memberships = MyMembershipSerializer(many=True)

    class Meta:
        ref_name = "Me"


class TokenSerializer(serializers.Serializer):
    """`token` is present only in the answer that created it; `token_key` names the token afterwards."""

    token_key = serializers.CharField()
    name = serializers.CharField()
    scope = serializers.ChoiceField(choices=TokenScope.choices)
    expiry = serializers.DateTimeField(allow_null=True)
    created = serializers.DateTimeField()
    token = serializers.CharField(required=False)

    class Meta:
        ref_name = "Token"
