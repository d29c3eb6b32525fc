"""What the loop of annotating sends and takes."""

from __future__ import annotations

from rest_framework import serializers

from annotation.api.serializers.base import json_object
from annotation.api.serializers.forms import FormVersionSerializer


class ItemMessageSerializer(serializers.Serializer):
    role = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "ItemMessage"


class ItemResponseSerializer(serializers.Serializer):
    response_id = serializers.CharField()
    content = serializers.CharField()

    class Meta:
        ref_name = "ItemResponse"


class ItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    prompt = ItemMessageSerializer(many=True)
    responses = ItemResponseSerializer(many=True, help_text="In the order this person is shown them.")
    context = serializers.CharField(allow_null=True)  # type: ignore[assignment]

    class Meta:
        ref_name = "Item"


class LeaseSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    expires_at = serializers.DateTimeField()

    class Meta:
        ref_name = "Lease"


class NextSerializer(serializers.Serializer):
    lease = LeaseSerializer()
    item = ItemSerializer()
    form = FormVersionSerializer()

    class Meta:
        ref_name = "Next"


class NextInputSerializer(serializers.Serializer):
    exclude = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="Leases the client has already, which it does not want again.",
    )

    class Meta:
        ref_name = "NextInput"


class AnswersInputSerializer(serializers.Serializer):
    answers = json_object(help_text="Question name → answer.")
    duration_ms = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    active_ms = serializers.IntegerField(min_value=0, required=False, allow_null=True)

    class Meta:
        ref_name = "AnswersInput"


class FeedbackRefSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    revision = serializers.IntegerField()
    item = serializers.IntegerField()
    created_at = serializers.DateTimeField()

    class Meta:
        ref_name = "FeedbackRef"


class StoredFeedbackSerializer(serializers.Serializer):
    feedback = FeedbackRefSerializer()

    class Meta:
        ref_name = "StoredFeedback"


class LeaseTimeSerializer(serializers.Serializer):
    expires_at = serializers.DateTimeField()

    class Meta:
        ref_name = "LeaseTime"


class SkipInputSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")

    class Meta:
        ref_name = "SkipInput"
