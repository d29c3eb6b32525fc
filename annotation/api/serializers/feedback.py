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


class SegmentSerializer(serializers.Serializer):
    start = serializers.IntegerField(help_text="Code points of the source text.")
    end = serializers.IntegerField()
    label = serializers.CharField(help_text="`O` faultless, `NF-ERR`, `F-ERR`, or `Ignore`: not judged.")  # type: ignore[assignment]
    categories = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "Segment"


class WholeSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    categories = serializers.ListField(child=serializers.CharField())

    class Meta:
        ref_name = "WholeResponse"


class TargetDensitySerializer(serializers.Serializer):
    sub_sentence = SegmentSerializer(many=True)
    sentence = SegmentSerializer(many=True)
    response = WholeSerializer()
    per_100_tokens = serializers.DictField(child=serializers.FloatField())
    per_segment = serializers.DictField(child=serializers.FloatField())

    class Meta:
        ref_name = "TargetDensity"


class DensitySerializer(serializers.Serializer):
    splitter = serializers.CharField(help_text="Name and version of what cuts sentences.")
    questions = serializers.DictField(
        child=serializers.DictField(child=TargetDensitySerializer()), help_text="Question → text → its densities."
    )

    class Meta:
        ref_name = "Density"


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
