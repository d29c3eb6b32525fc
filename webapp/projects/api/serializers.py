"""How projects and members look in the API."""

from __future__ import annotations

from rest_framework import serializers

from webapp.accounts.api.serializers import UserRefSerializer
from webapp.projects.choices import Role


class ProjectSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices, help_text="The caller's role.")
    verbs = serializers.ListField(child=serializers.CharField(), help_text="What that role may do.")
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Project"


class MemberSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    user = UserRefSerializer()
    role = serializers.ChoiceField(choices=Role.choices)
    invitation_url = serializers.CharField(
        allow_null=True, default=None, help_text="A one-time link, only in the answer that made it."
    )
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Member"
