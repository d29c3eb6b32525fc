"""How people and tokens look in the API."""

from __future__ import annotations

from rest_framework import serializers

from webapp.accounts.choices import TokenScope
from webapp.projects.choices import Role


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
