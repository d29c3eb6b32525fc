"""How forms and their versions look in the API."""

from __future__ import annotations

from rest_framework import serializers

from annotation.api.serializers.base import json_object


class FormVersionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    questions = serializers.ListField(child=json_object(), help_text="Typed questions with all defaults filled in.")

    class Meta:
        ref_name = "FormVersion"
