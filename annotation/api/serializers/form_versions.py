"""How the versions of a campaign's form look in the API."""

from __future__ import annotations

from rest_framework import serializers

from annotation.api.serializers.base import json_object
from annotation.api.serializers.forms import FormVersionSerializer
from annotation.models import FormVersion


class FormVersionDetailSerializer(FormVersionSerializer):
    """A version with its history. The view counts feedback for a whole page and hands it in by version id."""

    carries_over = serializers.ListField(
        child=serializers.CharField(), help_text="Questions whose answers under the version before count here too."
    )
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    feedback = serializers.SerializerMethodField(help_text="Answers that count now and were given under this version.")

    class Meta:
        ref_name = "FormVersionDetail"

    def get_feedback(self, version: FormVersion) -> int:
        counts: dict[int, int] = self.context["feedback"]
        return counts.get(version.pk, 0)


class FormChangeInputSerializer(serializers.Serializer):
    questions = serializers.ListField(child=json_object())
    carry_over = serializers.ListField(
        child=serializers.CharField(max_length=60),
        max_length=100,
        allow_null=True,
        default=None,
        help_text="Questions whose earlier answers count under the new version; null for all that can.",
    )
    reopen = serializers.BooleanField(
        default=False, help_text="Ask again where earlier answers leave a required question open."
    )
    note = serializers.CharField(max_length=500, allow_blank=True, default="")

    class Meta:
        ref_name = "FormChangeInput"


class FormChangedSerializer(serializers.Serializer):
    form = FormVersionDetailSerializer()
    reopened = serializers.IntegerField(help_text="Answers that are asked for again.")

    class Meta:
        ref_name = "FormChanged"


class FormCheckInputSerializer(serializers.Serializer):
    questions = serializers.ListField(child=json_object())

    class Meta:
        ref_name = "FormCheckInput"


class AskedAgainSerializer(serializers.Serializer):
    name = serializers.CharField()
    reason = serializers.CharField()

    class Meta:
        ref_name = "AskedAgain"


class FormCheckSerializer(serializers.Serializer):
    carries = serializers.ListField(child=serializers.CharField())
    asked_again = AskedAgainSerializer(many=True)
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "FormCheck"
