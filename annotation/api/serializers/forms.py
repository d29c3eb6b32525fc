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


class FormQuestionsSerializer(serializers.Serializer):
    questions = serializers.ListField(child=json_object(), max_length=100)

    class Meta:
        ref_name = "FormQuestions"


class FormTemplateSerializer(FormQuestionsSerializer):
    name = serializers.CharField(help_text="What `template` takes when a campaign is created.")
    title = serializers.CharField()
    description = serializers.CharField()

    class Meta:
        ref_name = "FormTemplate"


class FormTemplatesSerializer(serializers.Serializer):
    results = FormTemplateSerializer(many=True)

    class Meta:
        ref_name = "FormTemplates"
