"""How stored feedback looks in the API."""

from __future__ import annotations

from rest_framework import serializers

from annotation.api.serializers.base import json_object
from annotation.api.serializers.forms import FormVersionSerializer
from annotation.api.serializers.labelling import ItemSerializer, ReadingSerializer
from annotation.choices import Outcome
from webapp.accounts.api.serializers import UserRefSerializer


class FeedbackSerializer(serializers.Serializer):
    """Somebody's own feedback, with the item as they saw it."""

    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    answers = json_object()
    item = ItemSerializer()
    form = FormVersionSerializer()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Feedback"


class VoteSerializer(serializers.Serializer):
    question = serializers.CharField()
    aspect = serializers.CharField(allow_null=True)
    a = serializers.CharField()
    b = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    value = serializers.IntegerField(allow_null=True, help_text="Above 0 when b is better; null when both are bad.")
    strength = serializers.IntegerField(allow_null=True)
    steps = serializers.IntegerField()

    class Meta:
        ref_name = "Vote"


class ItemRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    record_id = serializers.CharField()

    class Meta:
        ref_name = "ItemRef"


class CampaignFeedbackSerializer(serializers.Serializer):
    """Anybody's feedback as reviewers see it."""

    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    annotator = UserRefSerializer()
    item = ItemRefSerializer()
    answers = json_object()
    votes = VoteSerializer(many=True)
    form_version = serializers.IntegerField(source="form_version.version", help_text="Number of the form's version.")
    shown_order = serializers.ListField(child=serializers.CharField())
    guidelines_version = serializers.IntegerField()
    duration_ms = serializers.IntegerField(allow_null=True)
    active_ms = serializers.IntegerField(allow_null=True)
    reading = ReadingSerializer(allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "CampaignFeedback"
